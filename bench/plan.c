/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cpus.h"
#include "profile.h"
#include "result.h"
#include "run.h"
#include "selection.h"

enum { OPT_TRIALS = OPT_FIRST, OPT_PROFILE, OPT_PIN, OPT_WARMUP, OPT_FORCE, OPT_RESUME };

const struct command run_command = {
	.name = "run",
	.summary = "measure: every model on every workload, or those you name",
	.synopsis = "[-m MODEL,..] [-w WORKLOAD,..] [-c N,..] [OPTION]..",
	.about = "Run every cell, each trial in a process of its own, in random interleaved order, "
		 "and print the medians. -m, -w and -c narrow a profile down; without one they are "
		 "the cells.",
	.options =
		(const struct command_option[]){
			{ 'm', "model", "MODEL[:NAME=VALUE],..",
				"models, with parameters of their own (default: all)",
				COMPLETES_MODEL },
			{ 'w', "workload", "WORKLOAD,..", "workloads (default: all)",
				COMPLETES_WORKLOAD },
			{ 'c', "concurrency", "N,..",
				"tasks in flight at once (default 10; 1 for workloads of "
				"structure)" },
			{ 'n', "tasks", "TASKS",
				"tasks of a trial (default: the workload's or the profile's)" },
			{ OPT_TRIALS, "trials", "N", "trials of a cell (default 5)" },
			{ OPT_PROFILE, "profile", "NAME", "a set of cells: quick, default or full",
				COMPLETES_PROFILE },
			{ OPT_WARMUP, "warmup", "PERCENT",
				"of the tasks run first, unmeasured (default 10)" },
			{ OPT_PIN, "pin", NULL,
				"model and origin, or server and load, on CPUs of their own" },
			SELECTION_EXTERNAL,
			{ 'o', "output", "FILE.json", "where the results go", COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL, "replace FILE.json when it exists" },
			{ OPT_RESUME, "resume", NULL,
				"go on with the run that FILE.json holds, with its options" },
			{ 0 },
		},
	.shared = selection_options,
	.main = run_main,
};

static int read_option(struct plan *plan, struct selection *selection, int key)
{
	switch (key) {
	case 'w':
		selection->workload_count = 0;
		return selection_read_list(selection, "-w", optarg, selection_add_workload);
	case 'n':
		return cli_number(
			"run", "-n", optarg, "tasks", 1, CLI_TASKS_MAX, &selection->tasks);
	case OPT_TRIALS:
		return cli_number("run", "--trials", optarg, "", 1, 10000, &selection->trials);
	case OPT_PROFILE:
		selection->profile = profile_find(optarg);
		return selection->profile ? 0
					  : cli_unknown("run", "profile", optarg, cli_profile_name);
	case OPT_WARMUP:
		return cli_count("run", "--warmup", optarg, "%", 0, 100, &plan->warmup_percent);
	case OPT_PIN:
		plan->pin = true;
		return 0;
	default:
		return cli_help("run"); /* getopt has said why */
	}
}

/* The options that say where the results go, and nothing of what they are. */
static bool read_output_option(struct plan *plan, int key)
{
	switch (key) {
	case 'o':
		plan->output = optarg;
		return true;
	case OPT_FORCE:
		plan->force = true;
		return true;
	case OPT_RESUME:
		plan->resume = true;
		return true;
	default:
		return false;
	}
}

static int check(const struct plan *plan)
{
	struct cpus cpus;

	if (plan->resume && !plan->output)
		return cli_error("run", "--resume needs -o FILE.json, the run to go on with");
	if (plan->resume && json_array_size(plan->arguments) > 0)
		return cli_error("run", "--resume takes its options from the file; leave out %s",
			json_string_value(json_array_get(plan->arguments, 0)));
	if (plan->pin && cpus_split(&cpus) != 0)
		return cli_error("run", "--pin needs two CPUs, and this process may use one");
	return 0;
}

static void take_selection(struct plan *plan, const struct selection *selection)
{
	const struct profile *profile = selection->profile;

	plan->seed = selection->seed;
	plan->time_limit_s = selection->time_limit_s;
	plan->trials = profile ? profile->trials : 5;
	if (selection->trials)
		plan->trials = selection->trials;
	if (profile) {
		plan->profile = profile->name;
		plan->whole_process_rounds = profile->whole_process_rounds;
	}
}

int plan_read(struct plan *plan, int argc, char **argv)
{
	struct selection selection;
	int key, status = 0;

	selection_init(&selection, "run");
	*plan = (struct plan){ .warmup_percent = 10, .arguments = selection.arguments };
	optind = 0; /* it may be read a second time, for --resume */
	while (!status && (key = command_next(&run_command, argc, argv)) != -1) {
		if (read_output_option(plan, key))
			continue;
		status = selection_read(&selection, &run_command, key);
		if (status < 0)
			status = read_option(plan, &selection, key);
	}
	if (status)
		return status;
	take_selection(plan, &selection);
	status = check(plan);
	return status || plan->resume ? status : selection_cells(&selection, plan);
}

int plan_resume(struct plan *plan, const json_t *stored, const struct plan *like)
{
	const json_t *arguments = json_object_get(stored, "arguments");
	char *argv[2 * SELECTION_MAX] = { "concbench run" };
	char **texts = calloc(2 * SELECTION_MAX, sizeof(char *));
	int argc = 1, status = 0;
	size_t i;
	json_t *value;

	*plan = (struct plan){ 0 };
	if (!texts)
		return cli_error("run", "out of memory");
	json_array_foreach(arguments, i, value)
	{
		if (!json_is_string(value) || argc == 2 * SELECTION_MAX - 1) {
			status = cli_error("run", "'%s' holds no run to go on with", like->output);
			break;
		}
		/* A copy, as lists are cut up in place. */
		argv[argc] = texts[argc - 1] = strdup(json_string_value(value));
		argc++;
	}
	if (!status)
		status = plan_read(plan, argc, argv);
	plan->seed = json_integer_value(json_object_get(stored, "seed"));
	plan->output = like->output;
	plan->texts = texts;
	return status;
}

json_t *plan_options(const struct plan *plan)
{
	return json_pack("{s:s?, s:I, s:i, s:i, s:b, s:i, s:i, s:O}", "profile", plan->profile,
		"seed", (json_int_t)plan->seed, "trials", (int)plan->trials, "warmup_percent",
		(int)plan->warmup_percent, "pin", plan->pin, "time_limit_s",
		(int)plan->time_limit_s, "whole_process_rounds", (int)plan->whole_process_rounds,
		"arguments", plan->arguments);
}

void plan_free(struct plan *plan)
{
	for (char **text = plan->texts; text && *text; text++)
		free(*text);
	free(plan->texts);
	json_decref(plan->arguments);
	for (size_t i = 0; i < plan->cell_count; i++)
		free(plan->cells[i].own_name);
	free(plan->cells);
}
