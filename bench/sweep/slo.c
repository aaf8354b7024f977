/* SPDX-License-Identifier: MIT */
#include "slo.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../stats.h"
#include "../table.h"

const char slo_form[] = "p50, p90, p99 or p99.9, then < and a time in us, ms or s: p99<10ms";

static const double achieved_share = 0.98, longest_ns = 3600e9;

static const struct {
	const char *name;
	double ns;
} units[] = { { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };

static int parse_limit(const char *text, double *limit_ns)
{
	char *end;

	/* strtod would also take blanks, signs, infinity and hexadecimal numbers. */
	if (!isdigit((unsigned char)*text) || strpbrk(text, "xX"))
		return -EINVAL;
	double number = strtod(text, &end);
	for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
		*limit_ns = number * units[i].ns;
		if (strcmp(end, units[i].name) == 0)
			return *limit_ns > 0 && *limit_ns <= longest_ns ? 0 : -EINVAL;
	}
	return -EINVAL;
}

int slo_parse(const char *text, struct slo *slo)
{
	static const char *const percentiles[] = { "p50", "p90", "p99", "p99.9" };
	const char *less = strchr(text, '<');

	if (!less || strlen(text) >= sizeof slo->text)
		return -EINVAL;
	for (size_t i = 0; i < sizeof percentiles / sizeof *percentiles; i++) {
		size_t length = strlen(percentiles[i]);
		if ((size_t)(less - text) != length || memcmp(text, percentiles[i], length) != 0)
			continue;
		strcpy(slo->text, text);
		strcpy(slo->percentile, percentiles[i]);
		return parse_limit(less + 1, &slo->limit_ns);
	}
	return -EINVAL;
}

static double median_of(const json_t *cell, const char *key)
{
	const json_t *trials = json_object_get(cell, "trials"), *trial;
	double *values = calloc(json_array_size(trials) + 1, sizeof *values), median = NAN;
	size_t i, known = 0;

	json_array_foreach(trials, i, trial)
	{
		double value = number_at(trial, key);
		if (values && !isnan(value))
			values[known++] = value;
	}
	if (!values || stats_median(values, known, &median) != 0)
		median = NAN;
	free(values);
	return median;
}

double cell_offered(const json_t *cell)
{
	return median_of(cell, "offered_per_s");
}

double cell_achieved(const json_t *cell)
{
	return median_of(cell, "throughput_per_s");
}

bool cell_saturated(const json_t *cell)
{
	return cell_achieved(cell) < achieved_share * cell_offered(cell);
}

bool slo_meets(const struct slo *slo, const json_t *cell, char *reason, size_t size)
{
	char key[32], time[16];

	snprintf(key, sizeof key, "latency_%s_ns", slo->percentile);
	double measured_ns = cell_estimate(cell, key).median;
	*reason = '\0';
	if (cell_saturated(cell))
		snprintf(reason, size, "only %.0f %% of what was offered was answered",
			100 * cell_achieved(cell) / cell_offered(cell));
	else if (!cell_ok(cell))
		snprintf(reason, size, "%s: %s", text_at(cell, "status"), text_at(cell, "reason"));
	else if (isnan(measured_ns))
		snprintf(reason, size, "too few requests to tell their %s", slo->percentile);
	else if (!(measured_ns < slo->limit_ns))
		snprintf(reason, size, "%s is %s", slo->percentile,
			format_time(measured_ns / 1e9, time));
	return !*reason;
}
