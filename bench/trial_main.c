/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "command.h"
#include "counts.h"
#include "launch.h"
#include "stop.h"
#include "trial_options.h"
#include "workdir.h"

enum {
	OPT_WARMUP = OPT_TRIAL_PARAM + 1,
	OPT_EXTERNAL,
	OPT_SEED,
	OPT_CEILING,
	OPT_MEASURE_CEILING,
	OPT_PIN,
	OPT_COUNTS,
	OPT_INJECT,
	OPT_INJECT_CALL,
	OPT_TRACE,
	OPT_WORKDIR
};

static int read_percent(const char *option, const char *text, double *percent)
{
	char *end;

	*percent = strtod(text, &end);
	if (end == text || *end || !(*percent >= 0 && *percent <= 100))
		return cli_error("trial", "%s %s: not a number from 0 to 100", option, text);
	return 0;
}

static int read_option(struct trial_options *options, int key)
{
	struct trial_spec *spec = &options->spec;
	uint64_t number = 0;
	int status;

	switch (key) {
	case OPT_WARMUP:
		return cli_number(
			"trial", "--warmup", optarg, "tasks", 0, CLI_TASKS_MAX, &spec->warmup);
	case OPT_EXTERNAL:
		spec->external = optarg;
		return 0;
	case OPT_SEED:
		return cli_number("trial", "--seed", optarg, "", 0, UINT64_MAX, &spec->seed);
	case OPT_CEILING:
		status = cli_number(
			"trial", "--ceiling", optarg, "requests/s", 1, 1000000000, &number);
		spec->ceiling_per_s = number;
		return status;
	case OPT_MEASURE_CEILING:
		spec->ceiling_only = true;
		return 0;
	case OPT_PIN:
		spec->pin = true;
		return 0;
	case OPT_COUNTS:
		spec->counts = true;
		return 0;
	case OPT_INJECT:
		return read_percent("--inject", optarg, &spec->inject_percent);
	case OPT_INJECT_CALL:
		spec->inject_call = true;
		return 0;
	case OPT_TRACE:
		spec->trace = optarg;
		return 0;
	case OPT_WORKDIR:
		spec->workdir = optarg;
		return 0;
	default:
		return trial_options_read(options, "trial", key, CLI_TASKS_MAX);
	}
}

static int read_options(struct trial_options *options, int argc, char **argv)
{
	struct trial_spec *spec = &options->spec;
	int key, status = 0;

	while (!status && (key = command_next(&trial_command, argc, argv)) != -1)
		status = read_option(options, key);
	if (!status)
		status = trial_options_check(options, "trial");
	if (status)
		return status;
	if (spec->external && spec->workload->kind != WORKLOAD_SERVICE)
		return cli_error("trial", "--external is for services, which %s is not",
			spec->workload->name);
	if (!spec->tasks)
		spec->tasks = spec->workload->tasks;
	if (spec->warmup > spec->tasks)
		spec->warmup = spec->tasks;
	return 0;
}

static int measure_and_print(const struct trial_spec *spec)
{
	json_t *json = spec->workload->kind == WORKLOAD_SERVICE ? trial_measure_service(spec)
								: trial_measure(spec);
	const char *status = json_string_value(json_object_get(json, "status"));
	bool good = status && strcmp(status, "ok") == 0;

	if (!json || json_dumpf(json, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF ||
		fflush(stdout) != 0)
		good = false;
	json_decref(json);
	return good ? EXIT_OK : EXIT_BAD_VERDICT;
}

/*
 * By hand: the same trial once more as a child with a folder for its files, so
 * that somebody is left to remove the folder however the trial ends.
 */
static int measure_in_own_folder(int argc, char **argv)
{
	const double no_limit_s = 1e9;
	char workdir[WORKDIR_MAX];
	char **child = calloc(argc + 4, sizeof(char *));
	struct launched launched = { 0 };
	const volatile int *stop = stop_on_signals();

	int err = child ? workdir_make(workdir) : -ENOMEM;
	if (err) {
		free(child);
		return cli_error(
			"trial", "cannot make a folder in %s: %s", workdir, strerror(-err));
	}
	child[0] = "/proc/self/exe";
	child[1] = "trial";
	for (int i = 1; i < argc; i++)
		child[1 + i] = argv[i];
	child[1 + argc] = "--workdir";
	child[2 + argc] = workdir;
	err = launch(child, no_limit_s, false, stop, &launched);
	workdir_remove(workdir);
	free(child);
	bool printed = !err && fputs(launched.output, stdout) != EOF && fflush(stdout) == 0;
	free(launched.output);
	if (launched.interrupted)
		return EXIT_INTERRUPTED;
	if (!err && WIFEXITED(launched.status))
		return printed ? WEXITSTATUS(launched.status) : EXIT_BAD_VERDICT;
	cli_error("trial", "the trial died: %s",
		err ? strerror(-err) : strsignal(WTERMSIG(launched.status)));
	return EXIT_BAD_VERDICT;
}

static int act(const struct trial_spec *spec, int argc, char **argv)
{
	if (spec->counts)
		counts_preload(argc, argv);
	if (!spec->workdir)
		return measure_in_own_folder(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	pid_t harness = getppid();
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a trial must not outlive the harness */
	if (getppid() != harness)
		return EXIT_BAD_VERDICT;
	return measure_and_print(spec);
}

static int trial_main(int argc, char **argv)
{
	struct trial_options options = { .spec = { .concurrency = 1 } };
	int status = read_options(&options, argc, argv);

	if (!status)
		status = act(&options.spec, argc, argv);
	free(options.model_name);
	return status;
}

const struct command trial_command = {
	.name = "trial",
	.summary = "one trial in this process, by hand: its JSON",
	.synopsis = "-m MODEL[:NAME=VALUE].. -w WORKLOAD [OPTION]..",
	.about = "Run one trial in this process and print its JSON object. `concbench run` does "
		 "this for every cell, in an order that makes the numbers comparable.",
	.options =
		(const struct command_option[]){
			{ 'm', "model", "MODEL[:NAME=VALUE]", "the model", COMPLETES_MODEL },
			{ 'w', "workload", "WORKLOAD", "the workload", COMPLETES_WORKLOAD },
			{ 'c', "concurrency", "N", "tasks in flight at once (default 1)" },
			{ 'n', "tasks", "TASKS", "default: the workload's" },
			{ OPT_WARMUP, "warmup", "TASKS", "run first, unmeasured (default 0)" },
			{ OPT_TRIAL_PARAM, "param", "NAME=VALUE",
				"of the workload, or of the model; may be given again" },
			{ OPT_PIN, "pin", NULL, "model and origin on CPUs of their own" },
			{ OPT_WORKDIR, "workdir", "DIR",
				"for its files (default: one of its own, removed at the end)",
				COMPLETES_FOLDER },
			{ OPT_COUNTS, "counts", NULL,
				"count system calls and allocations; its times stand for nothing" },
			{ OPT_INJECT, "inject", "PERCENT",
				"for the self-test of gates: so many of the tasks do their work "
				"twice" },
			{ OPT_INJECT_CALL, "inject-call", NULL,
				"the same: a system call more each task" },
			COMMAND_HELP,
			{ OPT_EXTERNAL, "external", "ADDR:PORT" },
			{ OPT_SEED, "seed", "N" },
			{ OPT_TRACE, "trace", "FILE" },
			{ OPT_CEILING, "ceiling", "R" },
			{ OPT_MEASURE_CEILING, "measure-ceiling" },
			{ 0 },
		},
	.main = trial_main,
};
