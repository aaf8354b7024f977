/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cli.h"
#include "../load/load.h"

const char sweep_usage[] =
	"usage: concbench sweep [-m MODEL[:NAME=VALUE],..] [-w SERVICE] [-c CONNECTIONS,..]\n"
	"                       [--rates N] [--slo p99<10ms] [--trials N] [--duration S]\n"
	"                       [--param NAME=VALUE].. [--external NAME=ADDR:PORT]..\n"
	"                       [--seed N] [--time-limit S] [-o FILE.json [--force]]\n"
	"                       [--plots DIR]\n"
	"For each model that serves: throughput against connections, latency against the rate\n"
	"that is offered, and the highest rate that meets a service level objective.\n"
	"  -w SERVICE      echo, http or websocket (default http)\n"
	"  -c N,..         connections of the closed loops (default 1,3,10,30,...,10000)\n"
	"  --rates N       rates from 10 % to 110 % of a model's own peak (default 10)\n"
	"  --slo WHAT      p50, p90, p99 or p99.9, then < and a time (default p99<10ms)\n"
	"  --trials N      of each point, in random interleaved order (default 3)\n"
	"  --duration S    of a trial; a rate that meets is confirmed in twice as long\n"
	"                  (default 1)\n"
	"  --time-limit S  a trial that takes longer is killed (default 60)\n"
	"  --external NAME=ADDR:PORT  a server of yours beside the models\n"
	"  --seed N        of the order (default: from the clock; stored in the results)\n"
	"  --plots DIR     draw pictures there; made if missing\n";

enum {
	OPT_RATES = 256,
	OPT_SLO,
	OPT_TRIALS,
	OPT_DURATION,
	OPT_PARAM,
	OPT_EXTERNAL,
	OPT_SEED,
	OPT_TIME_LIMIT,
	OPT_FORCE,
	OPT_PLOTS,
	OPT_HELP,
};

static const struct option table[] = {
	{ "model", required_argument, NULL, 'm' },
	{ "workload", required_argument, NULL, 'w' },
	{ "connections", required_argument, NULL, 'c' },
	{ "output", required_argument, NULL, 'o' },
	{ "rates", required_argument, NULL, OPT_RATES },
	{ "slo", required_argument, NULL, OPT_SLO },
	{ "trials", required_argument, NULL, OPT_TRIALS },
	{ "duration", required_argument, NULL, OPT_DURATION },
	{ "param", required_argument, NULL, OPT_PARAM },
	{ "external", required_argument, NULL, OPT_EXTERNAL },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "time-limit", required_argument, NULL, OPT_TIME_LIMIT },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "plots", required_argument, NULL, OPT_PLOTS },
	{ "help", no_argument, NULL, OPT_HELP },
	{ 0 },
};

static const unsigned usual_connections[] = { 1, 3, 10, 30, 100, 300, 1000, 3000, 10000 };

static int read_service(struct sweep_options *options, const char *name)
{
	options->service = workload_find(name);
	if (!options->service || options->service->kind != WORKLOAD_SERVICE)
		return cli_unknown("sweep", "service", name, cli_service_name);
	return 0;
}

static int read_small(
	const char *option, const char *unit, unsigned min, unsigned max, unsigned *number)
{
	uint64_t value;
	int status = cli_number("sweep", option, optarg, unit, min, max, &value);

	*number = value;
	return status;
}

static int add_param(struct selection *selection, const char *assignment)
{
	static const char rate[] = "rate_per_s=";

	if (strncmp(assignment, rate, sizeof rate - 1) == 0)
		return cli_error("sweep", "the sweep itself chooses rate_per_s");
	return selection_add_param(selection, assignment);
}

/* Seconds, perhaps with a fraction, into the service's whole milliseconds. */
static int read_duration(struct sweep_options *options, const char *text)
{
	char *end, ms[32];
	double seconds = strtod(text, &end);

	if (*text < '0' || *text > '9' || *end || strpbrk(text, "xX") ||
		!(seconds >= 0.001 && seconds <= 3600))
		return cli_error(
			"sweep", "--duration takes a time from 0.001 to 3600 s, not '%s'", text);
	snprintf(ms, sizeof ms, "%.0f", seconds * 1000);
	params_set(&options->params, "duration_ms", ms);
	return 0;
}

static int read_slo(struct sweep_options *options, const char *text)
{
	if (slo_parse(text, &options->slo) != 0)
		return cli_error("sweep", "--slo takes %s; not '%s'", slo_form, text);
	return 0;
}

/* Where results go, and nothing of what they are. */
static bool read_output_option(struct sweep_options *options, int opt)
{
	switch (opt) {
	case 'o':
		options->output = optarg;
		return true;
	case OPT_FORCE:
		options->force = true;
		return true;
	case OPT_PLOTS:
		options->plots = optarg;
		return true;
	case OPT_HELP:
		options->help = true;
		return true;
	default:
		return false;
	}
}

/* duration is for when the service is known. */
static int read_option(struct sweep_options *options, int opt, const char **duration)
{
	struct selection *selection = &options->selection;

	switch (opt) {
	case 'm':
		selection->model_count = 0;
		return selection_read_list(selection, "-m", optarg, selection_add_model);
	case 'w':
		return read_service(options, optarg);
	case 'c':
		selection->concurrency_count = 0;
		return selection_read_list(selection, "-c", optarg, selection_add_concurrency);
	case OPT_RATES:
		return read_small("--rates", "", 2, 100, &options->rates);
	case OPT_SLO:
		return read_slo(options, optarg);
	case OPT_TRIALS:
		return read_small("--trials", "", 1, 1000, &options->trials);
	case OPT_DURATION:
		*duration = optarg;
		return 0;
	case OPT_PARAM:
		return add_param(selection, optarg);
	case OPT_EXTERNAL:
		return selection_add_external(selection, optarg);
	case OPT_SEED:
		return cli_number("sweep", "--seed", optarg, "", 0, INT64_MAX, &options->seed);
	case OPT_TIME_LIMIT:
		return read_small("--time-limit", "s", 1, 86400, &options->time_limit_s);
	default:
		return cli_help("sweep"); /* getopt has said why */
	}
}

static void remember(struct sweep_options *options, int opt, const char *value)
{
	char text[32];

	if (opt == OPT_SEED)
		return;
	snprintf(text, sizeof text, "-%c", opt);
	for (const struct option *row = table; row->name; row++)
		if (row->val == opt && opt >= OPT_RATES)
			snprintf(text, sizeof text, "--%s", row->name);
	json_array_append_new(options->arguments, json_string(text));
	if (value)
		json_array_append_new(options->arguments, json_string(value));
}

/* What was not given: every model that serves, the usual connections. */
static int complete_selection(struct selection *selection)
{
	size_t usual = sizeof usual_connections / sizeof *usual_connections;

	for (size_t i = 0; i < selection->model_count; i++)
		if (!selection->models[i].model->serve)
			return cli_error("sweep", "%s serves nothing", selection->models[i].name);
	bool all = selection->model_count == 0;
	for (int i = 0; all && models[i]; i++)
		if (models[i]->serve)
			selection->models[selection->model_count++] = (struct contender){
				.name = models[i]->name, .model = models[i]
			};
	for (size_t i = 0; i < selection->concurrency_count; i++)
		if (selection->concurrency[i] > LOAD_CONNECTIONS_MAX)
			return cli_error("sweep", "the load has up to %d connections, not %u",
				LOAD_CONNECTIONS_MAX, selection->concurrency[i]);
	if (selection->concurrency_count == 0) {
		memcpy(selection->concurrency, usual_connections, sizeof usual_connections);
		selection->concurrency_count = usual;
	}
	return 0;
}

static int complete_params(struct sweep_options *options, const char *duration)
{
	struct selection *selection = &options->selection;
	int status = 0;

	params_init(&options->params, options->service->params);
	for (size_t i = 0; i < selection->param_count && !status; i++)
		status = cli_param(
			"sweep", &options->params, options->service->name, selection->params[i]);
	if (!status && duration)
		status = read_duration(options, duration);
	return status;
}

static int check(const struct sweep_options *options, int argc, char **argv)
{
	if (optind < argc)
		return cli_error("sweep", "unexpected argument '%s'", argv[optind]);
	if (options->force && !options->output)
		return cli_error("sweep", "--force is for -o FILE.json");
	if (options->plots && !*options->plots)
		return cli_error("sweep", "--plots takes a folder");
	return 0;
}

int sweep_options_read(struct sweep_options *options, int argc, char **argv)
{
	const char *duration = NULL;
	int opt, status = 0;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*options = (struct sweep_options){
		.selection = { .command = "sweep" },
		.rates = 10,
		.trials = 3,
		.time_limit_s = 60,
		.seed = now.tv_sec * 1000000ULL + now.tv_nsec / 1000,
		.arguments = json_array(),
	};
	slo_parse("p99<10ms", &options->slo);
	while (!status && (opt = getopt_long(argc, argv, "m:w:c:o:", table, NULL)) != -1) {
		if (read_output_option(options, opt))
			continue;
		if (opt != '?')
			remember(options, opt, optarg);
		status = read_option(options, opt, &duration);
	}
	if (status || options->help)
		return status;
	status = check(options, argc, argv);
	if (!status && !options->service)
		status = read_service(options, "http");
	if (!status)
		status = complete_selection(&options->selection);
	return status ? status : complete_params(options, duration);
}

json_t *sweep_options_json(const struct sweep_options *options)
{
	return json_pack("{s:n, s:I, s:i, s:n, s:b, s:i, s:i, s:O}", "profile", "seed",
		(json_int_t)options->seed, "trials", (int)options->trials, "warmup_percent", "pin",
		param_number(&options->params, "pin") != 0, "time_limit_s",
		(int)options->time_limit_s, "whole_process_rounds", 0, "arguments",
		options->arguments);
}

void sweep_options_free(struct sweep_options *options)
{
	json_decref(options->arguments);
}
