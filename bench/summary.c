/* SPDX-License-Identifier: MIT */
#include "summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "measure.h"
#include "stats.h"

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

	for (const struct measure *row = measures; values && row->key; row++) {
		size_t known = 0;
		for (size_t i = 0; i < n; i++) {
			values[known] = measure_of(row, json_array_get(trials, i));
			known += !isnan(values[known]);
		}
		if (known > 0 || !row->optional)
			json_object_set_new(summary, row->key, summary_of(values, known));
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
