/* SPDX-License-Identifier: MIT */
/*
 * HdrHistogram's percentile distribution, from the ladder of percentiles that a
 * trial of a service keeps. The percentiles of several trials do not add up to those
 * of all requests, so that it is one trial's: the one whose p99 is the median.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "common.h"
#include "export.h"

static const double ms_ns = 1e6;

static double p99_of(const json_t *trial)
{
	return number_at(json_object_get(trial, "latency_ns"), "p99");
}

static bool has_ladder(const json_t *trial)
{
	return cell_ok(trial) && !isnan(p99_of(trial)) && number_at(trial, "tasks") >= 1 &&
		json_array_size(json_object_get(trial, "response_ladder_ns")) > 0;
}

/* How many of the trials with a ladder have a p99 before this one's; of equals, the first is. */
static size_t rank_of(const json_t *trials, size_t place)
{
	double p99 = p99_of(json_array_get(trials, place));
	size_t rank = 0, i;
	json_t *trial;

	json_array_foreach(trials, i, trial) if (has_ladder(trial))
		rank += p99_of(trial) < p99 || (p99_of(trial) == p99 && i < place);
	return rank;
}

/* The trial of the median (of an even number the lower) and its place; NULL where none has a
 * ladder. */
static const json_t *middle_trial(const json_t *trials, size_t *place, size_t *count)
{
	json_t *trial;
	size_t i;

	*count = 0;
	json_array_foreach(trials, i, trial) *count += has_ladder(trial);
	json_array_foreach(trials, i, trial)
	{
		*place = i;
		if (has_ladder(trial) && rank_of(trials, i) == (*count - 1) / 2)
			return trial;
	}
	return NULL;
}

/* The one cell that can be shown; NULL, with the reason in notes, where it is not one. */
static const json_t *only_cell(const json_t *root, FILE *notes)
{
	const json_t *found = NULL;
	json_t *cell;
	size_t i, place, trials, count = 0;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (!cell_ok(cell) ||
			!middle_trial(json_object_get(cell, "trials"), &place, &trials))
			continue;
		if (count++ == 0)
			found = cell;
	}
	if (count == 0)
		fputs("concbench export: no cell has percentiles for .hgrm: only those of services "
		      "(echo, http, websocket) keep them; `concbench load --hgrm FILE` writes all "
		      "of one load\n",
			notes);
	if (count > 1)
		fprintf(notes,
			"concbench export: .hgrm holds one distribution, and %zu cells have one; "
			"name it, as in --cell %s\n",
			count, text_at(found, "name"));
	return count == 1 ? found : NULL;
}

static void put_ladder(const json_t *trial, FILE *out)
{
	double tasks = number_at(trial, "tasks"), beyond = 1;
	json_t *value;
	size_t i;

	fprintf(out, "%12s %12s %12s %12s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	json_array_foreach(json_object_get(trial, "response_ladder_ns"), i, value)
	{
		fprintf(out, "%12.3f %12.6f %12.0f %12.2f\n", json_number_value(value) / ms_ns,
			1 - beyond, fmax(1, ceil((1 - beyond) * tasks)), 1 / beyond);
		beyond /= 2;
	}
	const json_t *latency = json_object_get(trial, "latency_ns");
	fprintf(out, "%12.3f %12.6f %12.0f %12s\n", number_at(latency, "max") / ms_ns, 1.0, tasks,
		"inf");
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12s]\n",
		number_at(latency, "mean") / ms_ns, "NaN");
	fprintf(out, "#[Max     = %12.3f, Total count    = %12.0f]\n",
		number_at(latency, "max") / ms_ns, tasks);
}

int export_hgrm(const json_t *root, FILE *out, FILE *notes)
{
	size_t place, count;
	const json_t *cell = only_cell(root, notes);

	if (!cell)
		return -ENODATA;
	put_ladder(middle_trial(json_object_get(cell, "trials"), &place, &count), out);
	fprintf(out,
		"# concbench: response times of %s in ms, of one trial of %zu, number %zu, the one "
		"with the median p99; from its percentiles at 1 - 2^-k, so that the standard "
		"deviation is not known.\n",
		text_at(cell, "name"), count, place + 1);
	return 0;
}
