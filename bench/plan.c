/* SPDX-License-Identifier: MIT */
#include "plan.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "cpus.h"
#include "profile.h"
#include "result.h"
#include "selection.h"

const char plan_usage[] =
	"usage: concbench run [-m MODEL[:NAME=VALUE],..] [-w WORKLOAD,..] [-c N,..] [-n TASKS] "
	"[--trials N]\n"
	"                     [--param NAME=VALUE].. [--profile quick|default|full] [--pin]\n"
	"                     [--warmup PERCENT] [--time-limit S] [--seed N]\n"
	"                     [--external NAME=ADDR:PORT].. [-o FILE.json [--force | --resume]]\n"
	"Run every cell, each trial in a process of its own, in random interleaved order, and "
	"print\n"
	"the medians. -m, -w and -c narrow a profile down; without one they are the cells.\n"
	"  -c N,..           tasks in flight at once (default 10; 1 for workloads of structure)\n"
	"  -n TASKS          tasks of a trial (default: the workload's or the profile's)\n"
	"  --trials N        trials of a cell (default 5)\n"
	"  --warmup PERCENT  of the tasks run first, unmeasured (default 10)\n"
	"  --time-limit S    a trial that takes longer is killed (default 60)\n"
	"  --pin             model and origin, or server and load, on CPUs of their own\n"
	"  --external NAME=ADDR:PORT  a server of yours beside the models, in services' tables\n"
	"  --seed N          of the order (default: from the clock; stored in the results)\n"
	"  --resume          go on with the run that FILE.json holds, with its options\n";

enum {
	OPT_TRIALS = 256,
	OPT_PARAM,
	OPT_EXTERNAL,
	OPT_PROFILE,
	OPT_PIN,
	OPT_WARMUP,
	OPT_TIME_LIMIT,
	OPT_SEED,
	OPT_FORCE,
	OPT_RESUME,
	OPT_HELP,
};

static const struct option options[] = {
	{ "model", required_argument, NULL, 'm' },
	{ "workload", required_argument, NULL, 'w' },
	{ "concurrency", required_argument, NULL, 'c' },
	{ "tasks", required_argument, NULL, 'n' },
	{ "output", required_argument, NULL, 'o' },
	{ "trials", required_argument, NULL, OPT_TRIALS },
	{ "param", required_argument, NULL, OPT_PARAM },
	{ "external", required_argument, NULL, OPT_EXTERNAL },
	{ "profile", required_argument, NULL, OPT_PROFILE },
	{ "pin", no_argument, NULL, OPT_PIN },
	{ "warmup", required_argument, NULL, OPT_WARMUP },
	{ "time-limit", required_argument, NULL, OPT_TIME_LIMIT },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "resume", no_argument, NULL, OPT_RESUME },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static int read_small(
	const char *option, const char *unit, uint64_t min, uint64_t max, unsigned *number)
{
	uint64_t value;
	int status = cli_number("run", option, optarg, unit, min, max, &value);

	*number = value;
	return status;
}

static int read_option(struct plan *plan, struct selection *selection, int opt)
{
	switch (opt) {
	case 'm':
		selection->model_count = 0;
		return selection_read_list(selection, "-m", optarg, selection_add_model);
	case 'w':
		selection->workload_count = 0;
		return selection_read_list(selection, "-w", optarg, selection_add_workload);
	case 'c':
		selection->concurrency_count = 0;
		return selection_read_list(selection, "-c", optarg, selection_add_concurrency);
	case 'n':
		return cli_number(
			"run", "-n", optarg, "tasks", 1, CLI_TASKS_MAX, &selection->tasks);
	case OPT_TRIALS:
		return cli_number("run", "--trials", optarg, "", 1, 10000, &selection->trials);
	case OPT_PARAM:
		return selection_add_param(selection, optarg);
	case OPT_EXTERNAL:
		return selection_add_external(selection, optarg);
	case OPT_PROFILE:
		selection->profile = profile_find(optarg);
		return selection->profile ? 0
					  : cli_unknown("run", "profile", optarg, cli_profile_name);
	case OPT_WARMUP:
		return read_small("--warmup", "%", 0, 100, &plan->warmup_percent);
	case OPT_TIME_LIMIT:
		return read_small("--time-limit", "s", 1, 86400, &plan->time_limit_s);
	case OPT_SEED:
		return cli_number("run", "--seed", optarg, "", 0, INT64_MAX, &plan->seed);
	case OPT_PIN:
		plan->pin = true;
		return 0;
	default:
		return cli_help("run"); /* getopt has said why */
	}
}

/* The options that say where the results go, and nothing of what they are. */
static bool read_output_option(struct plan *plan, int opt)
{
	switch (opt) {
	case 'o':
		plan->output = optarg;
		return true;
	case OPT_FORCE:
		plan->force = true;
		return true;
	case OPT_RESUME:
		plan->resume = true;
		return true;
	case OPT_HELP:
		plan->help = true;
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

/* Remember an option as it was given, but for the seed, which is stored by itself. */
static void remember(struct plan *plan, int opt, const char *value)
{
	char text[32];

	if (opt == OPT_SEED)
		return;
	snprintf(text, sizeof text, "-%c", opt);
	for (const struct option *row = options; row->name; row++)
		if (row->val == opt && opt >= OPT_TRIALS)
			snprintf(text, sizeof text, "--%s", row->name);
	json_array_append_new(plan->arguments, json_string(text));
	if (value)
		json_array_append_new(plan->arguments, json_string(value));
}

int plan_read(struct plan *plan, int argc, char **argv)
{
	struct selection selection = { .command = "run" };
	int opt, status = 0;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*plan = (struct plan){ .warmup_percent = 10,
		.time_limit_s = 60,
		.seed = now.tv_sec * 1000000ULL + now.tv_nsec / 1000,
		.arguments = json_array() };
	optind = 0; /* it may be read a second time, for --resume */
	while (!status && (opt = getopt_long(argc, argv, "m:w:c:n:o:", options, NULL)) != -1) {
		if (read_output_option(plan, opt))
			continue;
		if (opt != '?')
			remember(plan, opt, optarg);
		status = read_option(plan, &selection, opt);
	}
	if (status || plan->help)
		return status;
	if (optind < argc)
		return cli_error("run", "unexpected argument '%s'", argv[optind]);
	if (selection.profile) {
		plan->profile = selection.profile->name;
		plan->trials = selection.profile->trials;
		plan->whole_process_rounds = selection.profile->whole_process_rounds;
	} else {
		plan->trials = 5;
	}
	if (selection.trials)
		plan->trials = selection.trials;
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
