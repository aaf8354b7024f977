/* SPDX-License-Identifier: MIT */
#include "trial_options.h"

#include <getopt.h>

#include "cli.h"

int trial_options_read(
	struct trial_options *options, const char *command, int key, uint64_t tasks_max)
{
	struct trial_spec *spec = &options->spec;

	switch (key) {
	case 'm':
		spec->model_name = optarg;
		return 0;
	case 'w':
		spec->workload = workload_find(optarg);
		return spec->workload ? 0
				      : cli_unknown(command, "workload", optarg, cli_workload_name);
	case 'c':
		return cli_count(
			command, "-c", optarg, "", 1, CLI_CONCURRENCY_MAX, &spec->concurrency);
	case 'n':
		return cli_number(command, "-n", optarg, "tasks", 1, tasks_max, &spec->tasks);
	case OPT_TRIAL_PARAM:
		if (options->params == PARAMS_MAX)
			return cli_error(
				command, "no workload has more than %d parameters", PARAMS_MAX);
		options->param[options->params++] = optarg;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

/* The model, and of the parameters those that are its own. */
static int check_model(struct trial_options *options, const char *command)
{
	struct trial_spec *spec = &options->spec;
	int status = cli_model(command, spec->model_name, &spec->model, &spec->model_params);

	if (status)
		return status;
	options->model_name = cli_model_with(spec->model_name, spec->model, spec->workload->params,
		options->param, options->params);
	if (!options->model_name)
		return cli_error(command, "out of memory");
	spec->model_name = options->model_name;
	return cli_model(command, spec->model_name, &spec->model, &spec->model_params);
}

/* Whether it is the model's and not the workload's. */
static bool is_of_model(const struct trial_spec *spec, const char *assignment)
{
	return spec->model && cli_takes(spec->model->params, assignment) &&
		!cli_takes(spec->workload->params, assignment);
}

int trial_options_check(struct trial_options *options, const char *command)
{
	struct trial_spec *spec = &options->spec;
	int status = 0;

	if (!spec->model_name || !spec->workload)
		return cli_error(command, "-m MODEL and -w WORKLOAD are needed");
	if (!spec->external)
		status = check_model(options, command);
	params_init(&spec->params, spec->workload->params);
	for (int i = 0; i < options->params && !status; i++)
		if (!is_of_model(spec, options->param[i]))
			status = cli_param(
				command, &spec->params, spec->workload->name, options->param[i]);
	return status;
}
