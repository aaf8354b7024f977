/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cli.h"
#include "trial.h"
#include "workdir.h"

static const char usage[] =
	"usage: concbench trial -m MODEL -w WORKLOAD [-c N] [-n TASKS] [--warmup TASKS]\n"
	"                       [--param NAME=VALUE].. [--pin] [--workdir DIR]\n"
	"Run one trial in this process and print its JSON object. `concbench run` does this for\n"
	"every cell, in an order that makes the numbers comparable.\n";

enum { OPT_PARAM = 256, OPT_WARMUP, OPT_PIN, OPT_WORKDIR, OPT_HELP };

static const struct option options[] = {
	{ "model", required_argument, NULL, 'm' },
	{ "workload", required_argument, NULL, 'w' },
	{ "concurrency", required_argument, NULL, 'c' },
	{ "tasks", required_argument, NULL, 'n' },
	{ "param", required_argument, NULL, OPT_PARAM },
	{ "warmup", required_argument, NULL, OPT_WARMUP },
	{ "pin", no_argument, NULL, OPT_PIN },
	{ "workdir", required_argument, NULL, OPT_WORKDIR },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

struct arguments {
	struct trial_spec spec;
	const char *param[PARAMS_MAX]; /* NAME=VALUE, for when the workload is known */
	int params;
	bool help;
};

static int read_option(struct arguments *arguments, int opt)
{
	struct trial_spec *spec = &arguments->spec;
	uint64_t number = 0;
	int status = 0;

	switch (opt) {
	case 'm':
		spec->model = model_find(optarg);
		return spec->model ? 0 : cli_unknown("trial", "model", optarg, cli_model_name);
	case 'w':
		spec->workload = workload_find(optarg);
		return spec->workload ? 0
				      : cli_unknown("trial", "workload", optarg, cli_workload_name);
	case 'c':
		status = cli_number("trial", "-c", optarg, "", 1, CLI_CONCURRENCY_MAX, &number);
		spec->concurrency = number;
		return status;
	case 'n':
		return cli_number("trial", "-n", optarg, "tasks", 1, CLI_TASKS_MAX, &spec->tasks);
	case OPT_WARMUP:
		return cli_number(
			"trial", "--warmup", optarg, "tasks", 0, CLI_TASKS_MAX, &spec->warmup);
	case OPT_PARAM:
		if (arguments->params == PARAMS_MAX)
			return cli_error(
				"trial", "no workload has more than %d parameters", PARAMS_MAX);
		arguments->param[arguments->params++] = optarg;
		return 0;
	case OPT_PIN:
		spec->pin = true;
		return 0;
	case OPT_WORKDIR:
		spec->workdir = optarg;
		return 0;
	case OPT_HELP:
		arguments->help = true;
		return 0;
	default:
		return cli_help("trial"); /* getopt has said why */
	}
}

static int read_arguments(struct arguments *arguments, int argc, char **argv)
{
	struct trial_spec *spec = &arguments->spec;
	int opt;

	while ((opt = getopt_long(argc, argv, "m:w:c:n:", options, NULL)) != -1) {
		int status = read_option(arguments, opt);
		if (status)
			return status;
	}
	if (arguments->help)
		return 0;
	if (optind < argc)
		return cli_error("trial", "unexpected argument '%s'", argv[optind]);
	if (!spec->model || !spec->workload)
		return cli_error("trial", "-m MODEL and -w WORKLOAD are needed");
	params_init(&spec->params, spec->workload->params);
	for (int i = 0; i < arguments->params; i++) {
		int status = cli_param(
			"trial", &spec->params, spec->workload->name, arguments->param[i]);
		if (status)
			return status;
	}
	if (!spec->tasks)
		spec->tasks = spec->workload->tasks;
	if (spec->warmup > spec->tasks)
		spec->warmup = spec->tasks;
	return 0;
}

static int measure_and_print(const struct trial_spec *spec)
{
	json_t *json = trial_measure(spec);
	const char *status = json_string_value(json_object_get(json, "status"));
	bool good = status && strcmp(status, "ok") == 0;

	if (!json || json_dumpf(json, stdout, JSON_COMPACT) != 0 || putchar('\n') == EOF ||
		fflush(stdout) != 0)
		good = false;
	json_decref(json);
	return good ? EXIT_OK : EXIT_BAD_VERDICT;
}

int trial_main(int argc, char **argv)
{
	struct arguments arguments = { .spec = { .concurrency = 1 } };
	int status = read_arguments(&arguments, argc, argv);
	char workdir[WORKDIR_MAX];

	if (status || arguments.help) {
		if (!status)
			fputs(usage, stdout);
		return status;
	}
	signal(SIGPIPE, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* a trial must not outlive the harness */
	if (arguments.spec.workdir)
		return measure_and_print(&arguments.spec);
	int err = workdir_make(workdir);
	if (err)
		return cli_error(
			"trial", "cannot make a folder in %s: %s", workdir, strerror(-err));
	arguments.spec.workdir = workdir;
	status = measure_and_print(&arguments.spec);
	workdir_remove(workdir);
	return status;
}
