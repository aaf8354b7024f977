/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "stats.h"

/*
 * Each value of the summary as a trial has it: field of part (of the trial
 * itself where that is NULL), with plus added and divided by over where those
 * are named; over "tasks" is over all their operations, where these are counted.
 * NAN where the trial does not have it.
 */
static const struct measure {
	const char *key, *part, *field, *plus, *over;
} measures[] = {
	{ "throughput_per_s", NULL, "throughput_per_s", NULL, NULL },
	{ "elapsed_s", NULL, "elapsed_s", NULL, NULL },
	{ "latency_p50_ns", "latency_ns", "p50", NULL, NULL },
	{ "latency_p90_ns", "latency_ns", "p90", NULL, NULL },
	{ "latency_p99_ns", "latency_ns", "p99", NULL, NULL },
	{ "latency_p99.9_ns", "latency_ns", "p99.9", NULL, NULL },
	{ "latency_max_ns", "latency_ns", "max", NULL, NULL },
	{ "cpu_per_task_s", NULL, "cpu_user_s", "cpu_system_s", "tasks" },
	{ "switches_per_task", NULL, "voluntary_switches", "involuntary_switches", "tasks" },
	{ "peak_memory_kib", NULL, "peak_memory_kib", NULL, NULL },
	{ "origin_cpu_share", NULL, "origin_cpu_s", NULL, "elapsed_s" },
};

static double measured(const struct measure *measure, const json_t *trial)
{
	const json_t *part = measure->part ? json_object_get(trial, measure->part) : trial;
	double value = number_at(part, measure->field);

	if (measure->plus)
		value += number_at(part, measure->plus);
	if (measure->over)
		value /= number_at(part, measure->over);
	if (measure->over && strcmp(measure->over, "tasks") == 0 &&
		json_object_get(trial, "operations"))
		value /= number_at(trial, "operations");
	return value;
}

json_t *summary_of(const double *values, size_t n)
{
	double median;
	struct interval interval;

	if (stats_median(values, n, &median) != 0)
		return json_null();
	if (stats_median_interval(values, n, 0.95, &interval) != 0)
		return json_pack(
			"{s:f, s:n, s:n, s:n}", "median", median, "low", "high", "confidence");
	return json_pack("{s:f, s:f, s:f, s:f}", "median", median, "low", interval.low, "high",
		interval.high, "confidence", interval.confidence);
}

/* Each figure that a trial has, by its name; NULL where none has any. */
static json_t *summarise_figures(const json_t *trials, double *values)
{
	json_t *figures = json_object(), *trial, *other, *value;
	const char *name;
	size_t i, k;

	json_array_foreach(trials, i, trial)
	{
		json_object_foreach(json_object_get(trial, "figures"), name, value)
		{
			size_t known = 0;
			if (json_object_get(figures, name))
				continue;
			json_array_foreach(trials, k, other)
			{
				values[known] = number_at(json_object_get(other, "figures"), name);
				known += !isnan(values[known]);
			}
			json_object_set_new(figures, name, summary_of(values, known));
		}
	}
	if (json_object_size(figures) > 0)
		return figures;
	json_decref(figures);
	return NULL;
}

static json_t *summarise(const json_t *trials)
{
	size_t n = json_array_size(trials);
	double *values = calloc(n, sizeof *values);
	json_t *summary = json_object();

	for (size_t m = 0; values && m < sizeof measures / sizeof *measures; m++) {
		size_t known = 0;
		for (size_t i = 0; i < n; i++) {
			values[known] = measured(&measures[m], json_array_get(trials, i));
			known += !isnan(values[known]);
		}
		json_object_set_new(summary, measures[m].key, summary_of(values, known));
	}
	json_t *figures = values ? summarise_figures(trials, values) : NULL;
	if (figures)
		json_object_set_new(summary, "figures", figures);
	free(values);
	return summary;
}

/*
 * Worse is later: what could not be had hides nothing that went wrong. A cell
 * not run at all yet has no trial to say so.
 */
static const char *const statuses[] = { "ok", "unavailable", "invalid", "failed", "timeout",
	"crashed" };

static size_t badness(const char *status)
{
	size_t i = 0;

	while (i < sizeof statuses / sizeof *statuses && strcmp(statuses[i], status) != 0)
		i++;
	return i;
}

void summary_update(json_t *cell)
{
	const json_t *trials = json_object_get(cell, "trials");
	const json_t *worst = NULL, *trial;
	size_t i, worst_badness = 0;

	json_array_foreach(trials, i, trial)
	{
		size_t bad = badness(json_string_value(json_object_get(trial, "status")));
		if (worst && bad <= worst_badness)
			continue;
		worst = trial;
		worst_badness = bad;
	}
	if (!worst)
		return;
	json_object_set(cell, "status", json_object_get(worst, "status"));
	json_object_set(cell, "reason", json_object_get(worst, "reason"));
	json_object_set_new(cell, "summary", worst_badness == 0 ? summarise(trials) : json_null());
}
