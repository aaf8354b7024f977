/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../stats.h"
#include "sweep.h"

static const double near_share = 0.15;

const json_t *sweep_rows(const json_t *root)
{
	const json_t *rows = json_object_get(json_object_get(root, "sweep"), "models");

	return json_is_array(rows) ? rows : NULL;
}

bool is_of_row(const json_t *row, const json_t *cell)
{
	return strcmp(text_at(cell, "model"), text_at(row, "model")) == 0;
}

bool is_on_curve(const json_t *row, const json_t *cell)
{
	return is_of_row(row, cell) && !is_closed_loop(cell) &&
		number_at(cell, "concurrency") == number_at(row, "curve_connections");
}

const json_t *sweep_peak_cell(const json_t *root, const json_t *row)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (is_of_row(row, cell) && is_closed_loop(cell) && cell_ok(cell) &&
			number_at(cell, "concurrency") == number_at(row, "peak_connections"))
			return cell;
	}
	return NULL;
}

const json_t *sweep_cell_near(const json_t *root, const json_t *row, double share)
{
	double peak_per_s = number_at(row, "peak_per_s"), nearest = near_share;
	const json_t *found = NULL, *cell;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		double rate_per_s = number_at(json_object_get(cell, "params"), "rate_per_s");
		double apart = fabs(rate_per_s / peak_per_s - share);
		if (!is_on_curve(row, cell) || !cell_ok(cell) || !(apart <= nearest))
			continue;
		nearest = apart;
		found = cell;
	}
	return found;
}

double cell_latency_ns(const json_t *cell, const char *key)
{
	const json_t *trials = json_object_get(cell, "trials"), *trial;
	double *values = calloc(json_array_size(trials) + 1, sizeof *values), median = NAN;
	size_t i, known = 0;

	json_array_foreach(trials, i, trial)
	{
		double value = number_at(json_object_get(trial, "latency_ns"), key);
		if (values && !isnan(value))
			values[known++] = value;
	}
	if (!values || stats_median(values, known, &median) != 0)
		median = NAN;
	free(values);
	return median;
}
