/* SPDX-License-Identifier: MIT */
#include "measure.h"

#include <math.h>
#include <string.h>

#include "cells.h"
#include "table.h"

const struct measure measures[] = {
	{ "throughput_per_s", "throughput", "/s", MEASURE_HIGHER, NULL, "throughput_per_s", NULL,
		NULL },
	{ "elapsed_s", "elapsed", "s", MEASURE_LOWER, NULL, "elapsed_s", NULL, NULL },
	{ "latency_p50_ns", "p50", "ns", MEASURE_LOWER, "latency_ns", "p50", NULL, NULL },
	{ "latency_p90_ns", "p90", "ns", MEASURE_LOWER, "latency_ns", "p90", NULL, NULL },
	{ "latency_p99_ns", "p99", "ns", MEASURE_LOWER, "latency_ns", "p99", NULL, NULL },
	{ "latency_p99.9_ns", "p99.9", "ns", MEASURE_LOWER, "latency_ns", "p99.9", NULL, NULL },
	{ "latency_max_ns", "max", "ns", MEASURE_LOWER, "latency_ns", "max", NULL, NULL },
	{ "cpu_per_task_s", "CPU/task", "s", MEASURE_LOWER, NULL, "cpu_user_s", "cpu_system_s",
		"tasks", false, "cpu_s" },
	{ "switches_per_task", "switches/task", "", MEASURE_LOWER, NULL, "voluntary_switches",
		"involuntary_switches", "tasks" },
	{ "system_calls_per_task", "syscalls/task", "", MEASURE_LOWER, NULL, "system_calls", NULL,
		"tasks", true },
	{ "allocations_per_task", "allocs/task", "", MEASURE_LOWER, NULL, "allocations", NULL,
		"tasks", true },
	{ "instructions_per_task", "instr./task", "", MEASURE_LOWER, NULL, "instructions", NULL,
		"tasks", true },
	{ "peak_memory_kib", "peak memory", "KiB", MEASURE_LOWER, NULL, "peak_memory_kib", NULL,
		NULL },
	{ "origin_cpu_share", "origin's CPU", "", MEASURE_NEITHER, NULL, "origin_cpu_s", NULL,
		"elapsed_s" },
	{ 0 },
};

const struct measure *measure_find(const char *key)
{
	for (const struct measure *row = measures; row->key; row++)
		if (strcmp(row->key, key) == 0)
			return row;
	return NULL;
}

double measure_of(const struct measure *measure, const json_t *trial)
{
	const json_t *part = measure->part ? json_object_get(trial, measure->part) : trial;
	double value = number_at(part, measure->field);

	if (measure->plus)
		value += number_at(part, measure->plus);
	if (measure->together && isnan(value))
		value = number_at(part, measure->together);
	if (measure->over)
		value /= number_at(trial, measure->over);
	if (measure->over && strcmp(measure->over, "tasks") == 0 &&
		json_object_get(trial, "operations"))
		value /= number_at(trial, "operations");
	return value;
}

const char *measure_format(const struct measure *measure, double value, char text[static 24])
{
	char number[16];

	if (strcmp(measure->unit, "s") == 0)
		return format_time(value, text);
	if (strcmp(measure->unit, "KiB") == 0)
		return format_figure(value * 1024, "bytes", text);
	if (isnan(value) || strcmp(measure->unit, "/s") != 0)
		return format_figure(value, measure->unit, text);
	snprintf(text, 24, "%s/s", format_number(value, number));
	return text;
}
