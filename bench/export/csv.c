/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "common.h"
#include "export.h"

/* Where a column's value stands. */
enum place { CELL, TRIAL, LATENCY };

struct column {
	const char *name;
	enum place place;
	const char *key;
};

static const struct column columns[] = {
	{ "workload", CELL, "workload" },
	{ "model", CELL, "model" },
	{ "concurrency", CELL, "concurrency" },
	{ "params", CELL, "params" },
	{ "cell_tasks", CELL, "tasks" },
	{ "cell_status", CELL, "status" },
	{ "cell_reason", CELL, "reason" },
	{ "order", TRIAL, "order" },
	{ "status", TRIAL, "status" },
	{ "reason", TRIAL, "reason" },
	{ "tasks", TRIAL, "tasks" },
	{ "errors", TRIAL, "errors" },
	{ "elapsed_s", TRIAL, "elapsed_s" },
	{ "throughput_per_s", TRIAL, "throughput_per_s" },
	{ "latency_min_ns", LATENCY, "min" },
	{ "latency_mean_ns", LATENCY, "mean" },
	{ "latency_p50_ns", LATENCY, "p50" },
	{ "latency_p90_ns", LATENCY, "p90" },
	{ "latency_p99_ns", LATENCY, "p99" },
	{ "latency_p99.9_ns", LATENCY, "p99.9" },
	{ "latency_max_ns", LATENCY, "max" },
	{ "cpu_user_s", TRIAL, "cpu_user_s" },
	{ "cpu_system_s", TRIAL, "cpu_system_s" },
	{ "cpu_s", TRIAL, "cpu_s" },
	{ "voluntary_switches", TRIAL, "voluntary_switches" },
	{ "involuntary_switches", TRIAL, "involuntary_switches" },
	{ "peak_memory_kib", TRIAL, "peak_memory_kib" },
	{ "origin_cpu_s", TRIAL, "origin_cpu_s" },
	{ "counted", TRIAL, "counted" },
	{ "system_calls", TRIAL, "system_calls" },
	{ "allocations", TRIAL, "allocations" },
	{ "instructions", TRIAL, "instructions" },
	{ "offered_per_s", TRIAL, "offered_per_s" },
	{ "unsent", TRIAL, "unsent" },
	{ "operations", TRIAL, "operations" },
	{ "demonstration", TRIAL, "demonstration" },
	{ "figures", TRIAL, "figures" },
	{ NULL, CELL, NULL },
};

static void put_text(const char *text, FILE *out)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, out);
		return;
	}
	putc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			putc('"', out);
		putc(*text, out);
	}
	putc('"', out);
}

static void put_value(const json_t *value, FILE *out)
{
	if (json_is_string(value))
		put_text(json_string_value(value), out);
	else if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		export_number(json_real_value(value), out);
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "true" : "false", out);
}

/* name=value;name=value */
static int put_pairs(const json_t *pairs, FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return -ENOMEM;
	params_print(pairs, ";", "\\;", stream);
	int err = fclose(stream) != 0 ? -ENOMEM : 0;
	if (!err)
		put_text(text, out);
	free(text);
	return err;
}

/* trial is NULL in the one row of a cell that has none. */
static int put_row(const json_t *cell, const json_t *trial, FILE *out)
{
	int err = 0;

	for (const struct column *column = columns; column->name && !err; column++) {
		const json_t *object = column->place == CELL ? cell : trial;
		const json_t *value;
		if (column != columns)
			putc(',', out);
		if (column->place == LATENCY)
			object = json_object_get(trial, "latency_ns");
		value = json_object_get(object, column->key);
		if (json_is_object(value))
			err = put_pairs(value, out);
		else
			put_value(value, out);
	}
	putc('\n', out);
	return err;
}

int export_csv(const json_t *root, FILE *out, FILE *notes)
{
	size_t i, k;
	json_t *cell, *trial;
	int err = 0;

	(void)notes; /* nothing is left out */
	for (const struct column *column = columns; column->name; column++)
		fprintf(out, "%s%s", column == columns ? "" : ",", column->name);
	putc('\n', out);
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		const json_t *trials = json_object_get(cell, "trials");
		if (json_array_size(trials) == 0)
			err = put_row(cell, NULL, out);
		json_array_foreach(trials, k, trial) if (!err) err = put_row(cell, trial, out);
		if (err)
			break;
	}
	return err;
}
