/* SPDX-License-Identifier: MIT */
#include "trial_result.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../models/io.h"
#include "cpus.h"
#include "histogram.h"
#include "latency.h"
#include "launch.h"
#include "origin.h"
#include "stats.h"

static double seconds(struct timeval time)
{
	return time.tv_sec + time.tv_usec / 1e6;
}

struct usage usage_now(void)
{
	struct rusage self, children;

	getrusage(RUSAGE_SELF, &self);
	getrusage(RUSAGE_CHILDREN, &children);
	return (struct usage){
		.time_s = io_now_ns() / 1e9,
		.user_s = seconds(self.ru_utime) + seconds(children.ru_utime),
		.system_s = seconds(self.ru_stime) + seconds(children.ru_stime),
		.voluntary = self.ru_nvcsw + children.ru_nvcsw,
		.involuntary = self.ru_nivcsw + children.ru_nivcsw,
	};
}

/* What the records say: how many tasks there were, how long each took. */
struct timing {
	uint64_t completed;
	struct histogram latency;
};

static struct timing *read_timing(const struct trial *trial)
{
	struct timing *timing = malloc(sizeof *timing);

	if (!timing)
		return NULL;
	timing->completed = 0;
	histogram_init(&timing->latency);
	for (uint64_t i = 0; i < trial->job.tasks; i++) {
		const struct record *record = &trial->records[i];
		if (record->end_ns == 0)
			continue;
		timing->completed++;
		histogram_record(&timing->latency, record->end_ns - record->start_ns);
	}
	return timing;
}

static json_t *number_or_null(long number)
{
	return number < 0 ? json_null() : json_integer(number);
}

/* What is left at the end, or what a task has seen before. */
static long peak_kib(const struct trial *trial)
{
	long end_kib = memory_kib(getpid()), seen_kib = trial->work.said->peak_kib;

	return seen_kib > end_kib ? seen_kib : end_kib;
}

json_t *trial_verdict(const char *status, const char *reason)
{
	return json_pack("{s:s, s:s?}", "status", status, "reason", reason);
}

/* The kernel brings the CPU time of a process that runs up to date once a tick. */
static const double tick_s = 0.01;

/*
 * A measurement that cannot be: by Little's law the mean number in flight is
 * the sum of the latencies over the elapsed time, and never above what was
 * allowed. The origin at the end of its core measures the origin; its time was read
 * while it waited, before, so it is never too much.
 */
static const char *invalid_reason(const struct timing *timing, unsigned concurrency,
	double elapsed_s, double cpu_s, double origin_cpu_s)
{
	double in_flight = histogram_mean(&timing->latency) * timing->completed / 1e9 / elapsed_s;

	if (in_flight > concurrency * 1.05)
		return "more tasks were in flight than the concurrency allows";
	if (cpu_s > 1.05 * cpus_count() * elapsed_s + tick_s)
		return "more CPU time was used than passed on all CPUs";
	if (origin_cpu_s > 0.95 * elapsed_s)
		return "the origin's CPU was the bottleneck";
	return NULL;
}

/*
 * Whether a task found that the machine or its parameters do not allow it, and
 * the others that went wrong did so for want of memory or processes.
 */
static bool is_unsupported(const struct trial *trial, uint64_t errors)
{
	uint64_t unsupported = 0, starved = 0;

	for (uint64_t i = 0; i < trial->job.tasks; i++) {
		int err = trial->records[i].err;
		unsupported += err == -ENOTSUP;
		starved += err == -EAGAIN || err == -ENOMEM;
	}
	return unsupported > 0 && unsupported + starved == errors;
}

/* The median of a figure over the tasks that reported it; NAN where none did. */
static double figure_median(const struct trial *trial, unsigned which, double *values)
{
	double median;
	size_t known = 0;

	for (uint64_t i = 0; i < trial->job.tasks; i++) {
		values[known] = trial->work.said->figures[i * FIGURES_MAX + which];
		known += !isnan(values[known]);
	}
	return stats_median(values, known, &median) == 0 ? median : NAN;
}

/* What only some workloads have: operations, figures, a warning. */
static void add_own(const struct trial *trial, json_t *json)
{
	const struct figure *figure = trial->workload->figures;
	double *values = malloc(trial->job.tasks * sizeof *values);
	json_t *figures = json_object();

	for (unsigned which = 0; figure && values && figure[which].name; which++) {
		double median = figure_median(trial, which, values);
		if (!isnan(median))
			json_object_set_new(figures, figure[which].name, json_real(median));
	}
	free(values);
	if (json_object_size(figures) > 0)
		json_object_set(json, "figures", figures);
	json_decref(figures);
	if (trial->workload->operation)
		json_object_set_new(
			json, "operations", json_integer((json_int_t)trial->work.operations));
	if (trial->work.demonstration)
		json_object_set_new(json, "demonstration", json_true());
}

json_t *trial_result(const struct trial *trial, const struct usage *before,
	const struct usage *after, double origin_cpu_s)
{
	char reason[256] = "";
	uint64_t errors = trial_errors(trial, reason, sizeof reason);
	struct timing *timing = read_timing(trial);

	if (!timing)
		return trial_verdict("failed", "out of memory");
	if (is_unsupported(trial, errors)) {
		free(timing);
		return trial_verdict(
			"unavailable", *trial->work.reason ? trial->work.reason : reason);
	}
	if (errors && origin_died(trial->work.origin))
		snprintf(reason, sizeof reason, "the origin died");
	if (timing->completed == 0) {
		free(timing);
		return trial_verdict("failed", reason);
	}
	double elapsed_s = after->time_s - before->time_s;
	const char *invalid = invalid_reason(timing, trial->job.concurrency, elapsed_s,
		after->user_s + after->system_s - before->user_s - before->system_s, origin_cpu_s);
	const char *status = errors ? "failed" : invalid ? "invalid" : "ok";
	json_t *json = trial_verdict(status, errors ? reason : invalid);
	json_t *measured = json_pack("{s:I, s:I, s:f, s:f, s:o, s:f, s:f, s:I, s:I, s:o, s:o}",
		"tasks", (json_int_t)trial->job.tasks, "errors", (json_int_t)errors, "elapsed_s",
		elapsed_s, "throughput_per_s",
		(double)timing->completed * trial->work.operations / elapsed_s, "latency_ns",
		latency_json(&timing->latency), "cpu_user_s", after->user_s - before->user_s,
		"cpu_system_s", after->system_s - before->system_s, "voluntary_switches",
		(json_int_t)(after->voluntary - before->voluntary), "involuntary_switches",
		(json_int_t)(after->involuntary - before->involuntary), "peak_memory_kib",
		number_or_null(peak_kib(trial)), "origin_cpu_s",
		origin_cpu_s < 0 ? json_null() : json_real(origin_cpu_s));
	json_object_update(json, measured);
	json_decref(measured);
	add_own(trial, json);
	free(timing);
	return json;
}
