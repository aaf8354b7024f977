/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <time.h>

#include "load/hdr.h"
#include "load_main.h"
#include "result_new.h"
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
		(json_int_t)spec->seed, "trials", 1, "warmup_percent", 0, "pin",
		param_number(&options->params, "pin") != 0, "time_limit_s", longest_s,
		"whole_process_rounds", 0, "arguments", arguments(options));
}

/* What the server's process used is not known here. */
static json_t *trial_json(const struct load_result *result)
{
	static const char *const unknown[] = { "cpu_user_s", "cpu_system_s", "voluntary_switches",
		"involuntary_switches", "peak_memory_kib", "origin_cpu_s" };
	json_t *trial = load_json(result);

	char *counts = hdr_encode(&result->response);

	json_object_set_new(trial, "order", json_integer(0));
	if (counts)
		json_object_set_new(trial, "response_hdr", json_string(counts));
	free(counts);
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		json_object_set_new(trial, unknown[i], json_null());
	return trial;
}

/* The results are made when the load is over. */
static void set_started(json_t *root, const struct load_result *result)
{
	time_t start_s = result->start_unix_ns / 1000000000;
	char started[32];

	strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&start_s));
	json_object_set_new(root, "started", json_string(started));
}

json_t *load_results(const struct load_options *options, const struct load_result *result)
{
	const struct trial_spec spec = { .workload = options->service,
		.model_name = options->label,
		.params = options->params,
		.concurrency = result->connections };
	json_t *root = result_new(options_json(options));
	json_t *cell = cell_new(&spec);

	json_array_append_new(json_object_get(cell, "trials"), trial_json(result));
	summary_update(cell);
	json_array_append_new(json_object_get(root, "cells"), cell);
	set_started(root, result);
	json_object_set_new(root, "complete", json_boolean(!result->interrupted));
	return root;
}
