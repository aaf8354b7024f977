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

const char plan_usage[] =
	"usage: concbench run [-m MODEL,..] [-w WORKLOAD,..] [-c N,..] [-n TASKS] [--trials N]\n"
	"                     [--param NAME=VALUE].. [--profile quick|default|full] [--pin]\n"
	"                     [--warmup PERCENT] [--time-limit S] [--seed N]\n"
	"                     [-o FILE.json [--force | --resume]]\n"
	"Run every cell, each trial in a process of its own, in random interleaved order, and "
	"print\n"
	"the medians. -m, -w and -c narrow a profile down; without one they are the cells.\n"
	"  -n TASKS          tasks of a trial (default: the workload's or the profile's)\n"
	"  --trials N        trials of a cell (default 5)\n"
	"  --warmup PERCENT  of the tasks run first, unmeasured (default 10)\n"
	"  --time-limit S    a trial that takes longer is killed (default 60)\n"
	"  --pin             model and origin on CPUs of their own\n"
	"  --seed N          of the order (default: from the clock; stored in the results)\n"
	"  --resume          go on with the run that FILE.json holds, with its options\n";

enum {
	OPT_TRIALS = 256,
	OPT_PARAM,
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

enum { LIST_MAX = 64 };

/* The arguments as read, before they are cells. */
struct request {
	const struct model *models[LIST_MAX]; /* none: all */
	size_t model_count;
	const struct workload *workloads[LIST_MAX];
	size_t workload_count;
	unsigned concurrency[LIST_MAX];
	size_t concurrency_count;
	const char *params[LIST_MAX];
	size_t param_count;
	uint64_t tasks; /* 0: each workload's */
	const struct profile *profile;
	uint64_t trials; /* 0: the profile's, or the default */
};

static int add_model(struct request *request, const char *name)
{
	const struct model *model = model_find(name);

	if (!model)
		return cli_unknown("run", "model", name, cli_model_name);
	request->models[request->model_count++] = model;
	return 0;
}

static int add_workload(struct request *request, const char *name)
{
	const struct workload *workload = workload_find(name);

	if (!workload)
		return cli_unknown("run", "workload", name, cli_workload_name);
	request->workloads[request->workload_count++] = workload;
	return 0;
}

static int add_concurrency(struct request *request, const char *text)
{
	uint64_t number;
	int status = cli_number(
		"run", "-c", text, "tasks in flight", 1, CLI_CONCURRENCY_MAX, &number);

	for (size_t i = 0; i < request->concurrency_count; i++)
		if (!status && request->concurrency[i] == number)
			return 0; /* named twice is one cell all the same */
	if (!status)
		request->concurrency[request->concurrency_count++] = number;
	return status;
}

static int read_list(struct request *request, const char *option, char *list,
	int (*add)(struct request *request, const char *item))
{
	char *rest = NULL;
	int status = 0, count = 0;

	for (char *item = strtok_r(list, ",", &rest); item && !status;
		item = strtok_r(NULL, ",", &rest)) {
		if (++count > LIST_MAX / 2)
			return cli_error("run", "%s takes at most %d items", option, LIST_MAX / 2);
		status = add(request, item);
	}
	if (!status && count == 0)
		return cli_error("run", "%s takes a list with commas, not an empty one", option);
	return status;
}

static int read_small(
	const char *option, const char *unit, uint64_t min, uint64_t max, unsigned *number)
{
	uint64_t value;
	int status = cli_number("run", option, optarg, unit, min, max, &value);

	*number = value;
	return status;
}

static int read_option(struct plan *plan, struct request *request, int opt)
{
	switch (opt) {
	case 'm':
		request->model_count = 0;
		return read_list(request, "-m", optarg, add_model);
	case 'w':
		request->workload_count = 0;
		return read_list(request, "-w", optarg, add_workload);
	case 'c':
		request->concurrency_count = 0;
		return read_list(request, "-c", optarg, add_concurrency);
	case 'n':
		return cli_number("run", "-n", optarg, "tasks", 1, CLI_TASKS_MAX, &request->tasks);
	case OPT_TRIALS:
		return cli_number("run", "--trials", optarg, "", 1, 10000, &request->trials);
	case OPT_PARAM:
		if (request->param_count == LIST_MAX)
			return cli_error("run", "--param was given more than %d times", LIST_MAX);
		request->params[request->param_count++] = optarg;
		return 0;
	case OPT_PROFILE:
		request->profile = profile_find(optarg);
		return request->profile ? 0
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

static int add_cell(struct plan *plan, const struct cell *cell)
{
	struct cell *cells = realloc(plan->cells, (plan->cell_count + 1) * sizeof *cells);

	if (!cells)
		return cli_error("run", "out of memory");
	plan->cells = cells;
	cells[plan->cell_count] = *cell;
	struct trial_spec *spec = &cells[plan->cell_count++].spec;
	spec->pin = plan->pin;
	spec->warmup = (spec->tasks * plan->warmup_percent + 99) / 100;
	return 0;
}

/* One point of a workload, for every model that is asked for. */
static int add_point(struct plan *plan, const struct request *request, struct cell *cell)
{
	struct trial_spec *spec = &cell->spec;
	int status = 0;

	for (const struct model *const *model = models; *model && !status; model++) {
		bool wanted = request->model_count == 0;
		for (size_t i = 0; i < request->model_count; i++)
			wanted |= request->models[i] == *model;
		spec->model = *model;
		if (wanted)
			status = add_cell(plan, cell);
	}
	return status;
}

/* Those of the --param that the workload has. */
static int set_params(const struct request *request, struct trial_spec *spec)
{
	for (size_t i = 0; i < request->param_count; i++) {
		char name[64];
		snprintf(name, sizeof name, "%.*s", (int)strcspn(request->params[i], "="),
			request->params[i]);
		if (!param_find(spec->workload->params, name))
			continue; /* check_params has seen that another one has it */
		int status = cli_param(
			"run", &spec->params, spec->workload->name, request->params[i]);
		if (status)
			return status;
	}
	return 0;
}

static bool selected(const struct request *request, const struct workload *workload)
{
	bool wanted = request->workload_count == 0;

	for (size_t i = 0; i < request->workload_count; i++)
		wanted |= request->workloads[i] == workload;
	return wanted;
}

/* Every --param must be of some workload that runs. */
static int check_params(const struct request *request)
{
	for (size_t i = 0; i < request->param_count; i++) {
		const struct workload *last = NULL;
		char name[64];
		bool found = false;
		snprintf(name, sizeof name, "%.*s", (int)strcspn(request->params[i], "="),
			request->params[i]);
		for (const struct workload *const *row = workloads; *row; row++) {
			if (!selected(request, *row))
				continue;
			last = *row;
			found |= param_find(last->params, name) != NULL;
		}
		if (found)
			continue;
		struct params params;
		params_init(&params, last->params);
		return cli_param("run", &params, last->name, request->params[i]);
	}
	return 0;
}

static bool concurrency_selected(const struct request *request, unsigned concurrency)
{
	bool wanted = request->concurrency_count == 0;

	for (size_t i = 0; i < request->concurrency_count; i++)
		wanted |= request->concurrency[i] == concurrency;
	return wanted;
}

static int add_profile_row(
	struct plan *plan, const struct request *request, const struct profile_row *row)
{
	struct cell cell = { .spec.workload = workload_find(row->workload) };
	unsigned before = 0;
	int status = 0;

	if (!selected(request, cell.spec.workload))
		return 0;
	params_init(&cell.spec.params, cell.spec.workload->params);
	for (const char *const *param = row->params; *param && !status; param++)
		status = cli_param("run", &cell.spec.params, row->workload, *param);
	if (!status)
		status = set_params(request, &cell.spec);
	for (int i = 0; !status && i < PROFILE_POINTS && row->points[i].tasks > 0; i++) {
		unsigned concurrency = row->points[i].concurrency;
		if (concurrency == PROFILE_CORES)
			concurrency = cpus_count();
		if (concurrency == before || !concurrency_selected(request, concurrency))
			continue; /* with one core 1 and PROFILE_CORES are the same */
		before = concurrency;
		cell.spec.concurrency = concurrency;
		cell.spec.tasks = request->tasks ? request->tasks : row->points[i].tasks;
		cell.whole_process = row->points[i].whole_process;
		status = add_point(plan, request, &cell);
	}
	return status;
}

static int add_selection(struct plan *plan, const struct request *request)
{
	static const unsigned usual[] = { 10 };
	const unsigned *concurrency = request->concurrency_count ? request->concurrency : usual;
	size_t count = request->concurrency_count ? request->concurrency_count : 1;
	int status = 0;

	for (const struct workload *const *row = workloads; *row && !status; row++) {
		struct cell cell = { .spec.workload = *row };
		if (!selected(request, *row))
			continue;
		params_init(&cell.spec.params, (*row)->params);
		status = set_params(request, &cell.spec);
		for (size_t i = 0; i < count && !status; i++) {
			uint64_t least = (*row)->tasks;
			cell.spec.concurrency = concurrency[i];
			cell.spec.tasks = request->tasks ? request->tasks
				: least < concurrency[i] ? concurrency[i]
							 : least;
			status = add_point(plan, request, &cell);
		}
	}
	return status;
}

static int add_cells(struct plan *plan, const struct request *request)
{
	int status = check_params(request);

	if (status || !request->profile)
		return status ? status : add_selection(plan, request);
	for (const struct profile_row *row = request->profile->rows; row->workload && !status;
		row++)
		status = add_profile_row(plan, request, row);
	if (!status && plan->cell_count == 0)
		return cli_error("run", "profile %s has no cell with that -w and -c",
			request->profile->name);
	return status;
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
	struct request request = { 0 };
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
		status = read_option(plan, &request, opt);
	}
	if (status || plan->help)
		return status;
	if (optind < argc)
		return cli_error("run", "unexpected argument '%s'", argv[optind]);
	if (request.profile) {
		plan->profile = request.profile->name;
		plan->trials = request.profile->trials;
		plan->whole_process_rounds = request.profile->whole_process_rounds;
	} else {
		plan->trials = 5;
	}
	if (request.trials)
		plan->trials = request.trials;
	status = check(plan);
	return status || plan->resume ? status : add_cells(plan, &request);
}

int plan_resume(struct plan *plan, const json_t *stored, const struct plan *like)
{
	const json_t *arguments = json_object_get(stored, "arguments");
	char *argv[2 * LIST_MAX] = { "concbench run" };
	char *copies[2 * LIST_MAX] = { NULL };
	int argc = 1;
	size_t i;
	json_t *value;

	json_array_foreach(arguments, i, value)
	{
		const char *text = json_string_value(value);
		if (!text || argc == 2 * LIST_MAX - 1)
			return cli_error("run", "'%s' holds no run to go on with", like->output);
		argv[argc] = copies[argc] = strdup(text); /* lists are cut up in place */
		argc++;
	}
	int status = plan_read(plan, argc, argv);
	plan->seed = json_integer_value(json_object_get(stored, "seed"));
	plan->output = like->output;
	for (int k = 1; k < argc; k++)
		free(copies[k]);
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
	json_decref(plan->arguments);
	free(plan->cells);
}
