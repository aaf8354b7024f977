/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "stats.h"

static double number(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

static double latency(const json_t *trial, const char *key)
{
	return number(json_object_get(trial, "latency_ns"), key);
}

static double throughput(const json_t *trial)
{
	return number(trial, "throughput_per_s");
}

static double elapsed(const json_t *trial)
{
	return number(trial, "elapsed_s");
}

static double p50(const json_t *trial)
{
	return latency(trial, "p50");
}

static double p90(const json_t *trial)
{
	return latency(trial, "p90");
}

static double p99(const json_t *trial)
{
	return latency(trial, "p99");
}

static double p999(const json_t *trial)
{
	return latency(trial, "p99.9");
}

static double latency_max(const json_t *trial)
{
	return latency(trial, "max");
}

static double cpu_per_task(const json_t *trial)
{
	return (number(trial, "cpu_user_s") + number(trial, "cpu_system_s")) /
		number(trial, "tasks");
}

static double switches_per_task(const json_t *trial)
{
	return (number(trial, "voluntary_switches") + number(trial, "involuntary_switches")) /
		number(trial, "tasks");
}

static double peak_memory(const json_t *trial)
{
	return number(trial, "peak_memory_kib");
}

static double origin_share(const json_t *trial)
{
	return number(trial, "origin_cpu_s") / number(trial, "elapsed_s");
}

/* Each value of the summary, and how a trial gives it; NAN where it does not. */
static const struct {
	const char *key;
	double (*of)(const json_t *trial);
} measures[] = {
	{ "throughput_per_s", throughput },
	{ "elapsed_s", elapsed },
	{ "latency_p50_ns", p50 },
	{ "latency_p90_ns", p90 },
	{ "latency_p99_ns", p99 },
	{ "latency_p99.9_ns", p999 },
	{ "latency_max_ns", latency_max },
	{ "cpu_per_task_s", cpu_per_task },
	{ "switches_per_task", switches_per_task },
	{ "peak_memory_kib", peak_memory },
	{ "origin_cpu_share", origin_share },
};

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

static json_t *summarise(const json_t *trials)
{
	size_t n = json_array_size(trials);
	double *values = calloc(n, sizeof *values);
	json_t *summary = json_object();

	for (size_t m = 0; values && m < sizeof measures / sizeof *measures; m++) {
		size_t known = 0;
		for (size_t i = 0; i < n; i++) {
			values[known] = measures[m].of(json_array_get(trials, i));
			known += !isnan(values[known]);
		}
		json_object_set_new(summary, measures[m].key, summary_of(values, known));
	}
	free(values);
	return summary;
}

/* Worse is later. A cell not run at all yet has no trial to say so. */
static const char *const statuses[] = { "ok", "invalid", "failed", "timeout", "crashed",
	"unavailable" };

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
