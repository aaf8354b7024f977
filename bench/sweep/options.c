/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../load/load.h"
#include "sweep_main.h"

enum { OPT_RATES = OPT_FIRST, OPT_SLO, OPT_TRIALS, OPT_DURATION, OPT_FORCE, OPT_PLOTS };

const struct command sweep_command = {
	.name = "sweep",
	.summary = "latency against load, and the highest rate that meets an SLO",
	.synopsis = "[-m MODEL,..] [-w SERVICE] [-c N,..] [OPTION]..",
	.about = "For each model that serves: throughput against connections, latency against the "
		 "rate that is offered, and the highest rate that meets a service level objective.",
	.options =
		(const struct command_option[]){
			{ 'm', "model", "MODEL[:NAME=VALUE],..",
				"models, with parameters of their own (default: all that serve)",
				COMPLETES_MODEL },
			{ 'w', "workload", "SERVICE", "echo, http or websocket (default http)",
				COMPLETES_SERVICE },
			{ 'c', "connections", "N,..",
				"connections of the closed loops (default 1,3,10,30,...,10000)" },
			{ OPT_RATES, "rates", "N",
				"rates from 10 % to 110 % of a model's own peak (default 10)" },
			{ OPT_SLO, "slo", "WHAT",
				"p50, p90, p99 or p99.9, then < and a time (default p99<10ms)" },
			{ OPT_TRIALS, "trials", "N",
				"of each point, in random interleaved order (default 3)" },
			{ OPT_DURATION, "duration", "S",
				"of a trial; a rate that meets is confirmed in twice as long "
				"(default 1)" },
			SELECTION_EXTERNAL,
			{ 'o', "output", "FILE.json", "where the results go", COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL, "replace FILE.json when it exists" },
			{ OPT_PLOTS, "plots", "DIR", "draw pictures there; made if missing",
				COMPLETES_FOLDER },
			{ 0 },
		},
	.shared = selection_options,
	.main = sweep_main,
};

static const unsigned usual_connections[] = { 1, 3, 10, 30, 100, 300, 1000, 3000, 10000 };

static int read_service(struct sweep_options *options, const char *name)
{
	options->service = workload_find(name);
	if (!options->service || options->service->kind != WORKLOAD_SERVICE)
		return cli_unknown("sweep", "service", name, cli_service_name);
	return 0;
}

/* Into the service's whole milliseconds. */
static int read_duration(struct sweep_options *options, const char *text)
{
	int64_t ms = 0;
	char value[32];
	int status = cli_seconds("sweep", "--duration", text, 0.001, 3600, &ms);

	snprintf(value, sizeof value, "%lld", (long long)ms);
	if (!status)
		params_set(&options->params, "duration_ms", value);
	return status;
}

static int read_slo(struct sweep_options *options, const char *text)
{
	if (slo_parse(text, &options->slo) != 0)
		return cli_error("sweep", "--slo takes %s; not '%s'", slo_form, text);
	return 0;
}

/* Where results go, and nothing of what they are. */
static bool read_output_option(struct sweep_options *options, int key)
{
	switch (key) {
	case 'o':
		options->output = optarg;
		return true;
	case OPT_FORCE:
		options->force = true;
		return true;
	case OPT_PLOTS:
		options->plots = optarg;
		return true;
	default:
		return false;
	}
}

/* duration is for when the service is known. */
static int read_option(struct sweep_options *options, int key, const char **duration)
{
	switch (key) {
	case 'w':
		return read_service(options, optarg);
	case OPT_RATES:
		return cli_count("sweep", "--rates", optarg, "", 2, 100, &options->rates);
	case OPT_SLO:
		return read_slo(options, optarg);
	case OPT_TRIALS:
		return cli_count("sweep", "--trials", optarg, "", 1, 1000, &options->trials);
	case OPT_DURATION:
		*duration = optarg;
		return 0;
	default:
		return cli_help("sweep"); /* getopt has said why */
	}
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
	static const char rate[] = "rate_per_s=";
	int status = 0;

	params_init(&options->params, options->service->params);
	for (size_t i = 0; i < selection->param_count && !status; i++)
		status = strncmp(selection->params[i], rate, sizeof rate - 1) == 0
			? cli_error("sweep", "the sweep itself chooses rate_per_s")
			: cli_param("sweep", &options->params, options->service->name,
				  selection->params[i]);
	if (!status && duration)
		status = read_duration(options, duration);
	return status;
}

static int check(const struct sweep_options *options)
{
	if (options->force && !options->output)
		return cli_error("sweep", "--force is for -o FILE.json");
	if (options->plots && !*options->plots)
		return cli_error("sweep", "--plots takes a folder");
	return 0;
}

int sweep_options_read(struct sweep_options *options, int argc, char **argv)
{
	const char *duration = NULL;
	int key, status = 0;

	*options = (struct sweep_options){ .rates = 10, .trials = 3 };
	selection_init(&options->selection, "sweep");
	slo_parse("p99<10ms", &options->slo);
	while (!status && (key = command_next(&sweep_command, argc, argv)) != -1) {
		if (read_output_option(options, key))
			continue;
		status = selection_read(&options->selection, &sweep_command, key);
		if (status < 0)
			status = read_option(options, key, &duration);
	}
	if (!status)
		status = check(options);
	if (!status && !options->service)
		status = read_service(options, "http");
	if (!status)
		status = complete_selection(&options->selection);
	return status ? status : complete_params(options, duration);
}

json_t *sweep_options_json(const struct sweep_options *options)
{
	return json_pack("{s:n, s:I, s:i, s:n, s:b, s:i, s:i, s:O}", "profile", "seed",
		(json_int_t)options->selection.seed, "trials", (int)options->trials,
		"warmup_percent", "pin", param_number(&options->params, "pin") != 0, "time_limit_s",
		(int)options->selection.time_limit_s, "whole_process_rounds", 0, "arguments",
		options->selection.arguments);
}

void sweep_options_free(struct sweep_options *options)
{
	json_decref(options->selection.arguments);
}
