/* SPDX-License-Identifier: MIT */
/*
 * OpenMetrics, for Prometheus' text collectors and push gateway: a gauge a
 * measure, in its base units, with what the cell is as labels.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "common.h"
#include "export.h"

static const struct family {
	const char *key, *name, *unit, *help;
	double scale;
} families[] = {
	{ "throughput_per_s", "throughput_per_second", "", "Tasks, operations or requests a second",
		1 },
	{ "elapsed_s", "elapsed_seconds", "seconds", "Makespan, or a load's window", 1 },
	{ "latency_p50_ns", "latency_p50_seconds", "seconds", "Median latency", 1e-9 },
	{ "latency_p90_ns", "latency_p90_seconds", "seconds", "90th percentile of latency", 1e-9 },
	{ "latency_p99_ns", "latency_p99_seconds", "seconds", "99th percentile of latency", 1e-9 },
	{ "latency_p99.9_ns", "latency_p99_9_seconds", "seconds", "99.9th percentile of latency",
		1e-9 },
	{ "latency_max_ns", "latency_max_seconds", "seconds", "Longest latency", 1e-9 },
	{ "cpu_per_task_s", "cpu_per_task_seconds", "seconds",
		"CPU time of a task, operation or request", 1 },
	{ "switches_per_task", "switches_per_task", "",
		"Context switches a task, operation or request", 1 },
	{ "system_calls_per_task", "system_calls_per_task", "",
		"System calls a task, operation or request", 1 },
	{ "allocations_per_task", "allocations_per_task", "",
		"Allocations a task, operation or request", 1 },
	{ "instructions_per_task", "instructions_per_task", "",
		"Instructions a task, operation or request", 1 },
	{ "peak_memory_kib", "peak_memory_bytes", "bytes", "Most memory in use", 1024 },
	{ "origin_cpu_share", "origin_cpu_ratio", "ratio",
		"CPU time of the origin over the makespan", 1 },
	{ 0 },
};

static void put_label(const char *name, const char *text, FILE *out)
{
	fprintf(out, "%s=\"", name);
	for (; *text; text++) {
		if (strchr("\\\"", *text))
			putc('\\', out);
		if (*text == '\n')
			fputs("\\n", out);
		else
			putc(*text, out);
	}
	putc('"', out);
}

/* A parameter's label, under a name that no other of the cell has. 0 or -ENOMEM. */
static int put_param(const char *key, const json_t *value, json_t *taken, FILE *out)
{
	char *plain = export_plain(key, ""), number[32];
	json_t *name = plain ? export_unique(plain, "_", taken) : NULL;

	free(plain);
	if (!name)
		return -ENOMEM;
	snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	fputs(",param_", out);
	put_label(json_string_value(name),
		json_is_string(value) ? json_string_value(value) : number, out);
	json_decref(name);
	return 0;
}

/* All parameters, so that a series keeps its labels whatever else is in the file. */
static int put_labels(const json_t *cell, FILE *out)
{
	json_t *taken = json_object(), *value;
	const char *key;
	char concurrency[32];
	int err = 0;

	snprintf(concurrency, sizeof concurrency, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(cell, "concurrency")));
	put_label("workload", text_at(cell, "workload"), out);
	putc(',', out);
	put_label("model", text_at(cell, "model"), out);
	putc(',', out);
	put_label("concurrency", concurrency, out);
	json_object_foreach(json_object_get(cell, "params"), key, value)
	{
		if (json_is_integer(value) || json_string_length(value) > 0)
			err |= put_param(key, value, taken, out);
	}
	json_decref(taken);
	return err;
}

/* With a number where an earlier cell has the same: two samples of one series are an error. */
static json_t *labels_of(const json_t *cell, json_t *seen)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	json_t *labels = NULL;

	if (!out)
		return NULL;
	int err = put_labels(cell, out);
	if (fclose(out) == 0 && !err) {
		json_int_t earlier = json_integer_value(json_object_get(seen, text));
		labels = earlier > 0
			? json_sprintf("%s,repetition=\"%" JSON_INTEGER_FORMAT "\"", text, earlier)
			: json_string(text);
		json_object_set_new(seen, text, json_integer(earlier + 1));
	}
	free(text);
	return labels;
}

/* The labels of each cell, in their order. A new reference; NULL without memory. */
static json_t *all_labels(const json_t *cells)
{
	json_t *all = json_array(), *seen = json_object(), *cell;
	size_t i;
	int err = 0;

	json_array_foreach(cells, i, cell) err |= json_array_append_new(all, labels_of(cell, seen));
	json_decref(seen);
	if (!err)
		return all;
	json_decref(all);
	return NULL;
}

static void put_sample(const char *family, const json_t *labels, double sample, FILE *out)
{
	fprintf(out, "concbench_%s{%s} ", family, json_string_value(labels));
	export_number(sample, out);
	putc('\n', out);
}

static void put_head(const char *name, const char *unit, const char *help, FILE *out)
{
	fprintf(out, "# TYPE concbench_%s gauge\n", name);
	if (*unit)
		fprintf(out, "# UNIT concbench_%s %s\n", name, unit);
	fprintf(out, "# HELP concbench_%s %s.\n", name, help);
}

/* Nothing where no cell has it. */
static void put_family(
	const struct family *family, const json_t *cells, const json_t *labels, FILE *out)
{
	bool begun = false;
	json_t *cell;
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		double value = cell_estimate(cell, family->key).median;
		if (!cell_ok(cell) || cell_demonstration(cell) || !isfinite(value))
			continue;
		if (!begun)
			put_head(family->name, family->unit, family->help, out);
		begun = true;
		put_sample(family->name, json_array_get(labels, i), value * family->scale, out);
	}
}

int export_openmetrics(const json_t *root, FILE *out, FILE *notes)
{
	const json_t *cells = json_object_get(root, "cells");
	json_t *labels = all_labels(cells), *cell;
	size_t i;

	if (!labels)
		return -ENOMEM;
	fputs("concbench export: OpenMetrics takes the medians; their intervals are left out\n",
		notes);
	for (const struct family *family = families; family->key; family++)
		put_family(family, cells, labels, out);
	if (json_array_size(cells) > 0)
		put_head("cell_ok", "", "Whether the cell's measurement holds", out);
	json_array_foreach(cells, i, cell)
		put_sample("cell_ok", json_array_get(labels, i), cell_ok(cell), out);
	fputs("# EOF\n", out);
	json_decref(labels);
	return 0;
}
