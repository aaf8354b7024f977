/* SPDX-License-Identifier: MIT */
#include <string.h>
#include <time.h>

#include "environment.h"
#include "load_main.h"
#include "result.h"
#include "summary.h"

static json_t *arguments(const struct load_options *options)
{
	json_t *list = json_array();

	for (int i = 1; i < options->argc; i++)
		json_array_append_new(list, json_string(options->argv[i]));
	return list;
}

static json_t *options_json(const struct load_options *options)
{
	const struct load_spec *spec = &options->spec;
	double longest_s = (spec->warmup_ns + spec->duration_ns + spec->timeout_ns) / 1e9;

	return json_pack("{s:n, s:I, s:i, s:i, s:b, s:f, s:i, s:o}", "profile", "seed",
		(json_int_t)spec->seed, "trials", 1, "warmup_percent", 0, "pin", options->pin,
		"time_limit_s", longest_s, "whole_process_rounds", 0, "arguments",
		arguments(options));
}

static json_t *params_json(const struct params *params)
{
	json_t *object = json_object();

	for (const struct param *row = params->table; row && row->name; row++)
		json_object_set_new(object, row->name,
			row->unit ? json_integer(param_number(params, row->name))
				  : json_string(param_text(params, row->name)));
	return object;
}

/* What the server's process used is not known here. */
static json_t *trial_json(const struct load_result *result)
{
	static const char *const unknown[] = { "cpu_user_s", "cpu_system_s", "voluntary_switches",
		"involuntary_switches", "peak_memory_kib", "origin_cpu_s" };
	json_t *trial = load_json(result);

	json_object_set_new(trial, "order", json_integer(0));
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		json_object_set_new(trial, unknown[i], json_null());
	return trial;
}

static json_t *cell_json(const struct load_options *options, const struct load_result *result)
{
	json_t *cell = json_pack("{s:s, s:s, s:I, s:n, s:o, s:s, s:n, s:[o], s:n, s:n}", "workload",
		options->service->name, "model", options->label, "concurrency",
		(json_int_t)result->connections, "tasks", "params", params_json(&options->params),
		"status", "failed", "reason", "trials", trial_json(result), "summary",
		"whole_process_s");

	summary_update(cell);
	return cell;
}

json_t *load_results(const struct load_options *options, const struct load_result *result)
{
	char started[32];
	time_t now = time(NULL);

	strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	return json_pack("{s:i, s:s, s:s, s:s, s:b, s:o, s:o, s:[o]}", "schema", RESULT_SCHEMA,
		"program", "concbench", "version", CONCBENCH_VERSION, "started", started,
		"complete", !result->interrupted, "environment", environment_capture(), "options",
		options_json(options), "cells", cell_json(options, result));
}
