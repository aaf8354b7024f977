/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
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

bool is_open_loop(const json_t *row, const json_t *cell)
{
	return is_of_row(row, cell) && !is_closed_loop(cell) &&
		number_at(cell, "concurrency") == number_at(row, "curve_connections");
}

static const json_t *cell_at_rate(const json_t *root, const json_t *row, int64_t rate_per_s)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		const json_t *rate = json_object_get(json_object_get(cell, "params"), "rate_per_s");
		if (is_open_loop(row, cell) && json_integer_value(rate) == rate_per_s)
			return cell;
	}
	return NULL;
}

const json_t **sweep_curve(const json_t *root, const json_t *row, size_t *count)
{
	double rates = number_at(json_object_get(root, "sweep"), "rates");
	double peak_per_s = number_at(row, "peak_per_s");
	size_t room = rates >= 2 && rates <= 1000 && peak_per_s > 0 ? (size_t)rates : 0;
	int64_t *ladder = calloc(room + 1, sizeof *ladder);
	const json_t **curve = calloc(room + 1, sizeof(const json_t *));

	*count = 0;
	if (ladder && curve && room > 0) {
		size_t steps = search_ladder(peak_per_s, room, ladder);
		for (size_t i = 0; i < steps; i++) {
			curve[*count] = cell_at_rate(root, row, ladder[i]);
			*count += curve[*count] != NULL;
		}
	}
	free(ladder);
	return curve;
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
		if (!is_open_loop(row, cell) || !cell_ok(cell) || !(apart <= nearest))
			continue;
		nearest = apart;
		found = cell;
	}
	return found;
}
