/* SPDX-License-Identifier: MIT */
/*
 * What github-action-benchmark reads: a list of named numbers, of which either
 * the smaller or the bigger are better. That is said of a file, not of a number,
 * so each direction is a format.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../cells.h"
#include "../measure.h"
#include "common.h"
#include "export.h"

/* What is behind the number, shown when the pointer is on it. */
static json_t *extra(const json_t *cell, const struct estimate *value)
{
	size_t trials = json_array_size(json_object_get(cell, "trials"));

	if (isnan(value->low))
		return json_sprintf("median of n=%zu", trials);
	return json_sprintf("median of n=%zu, %.3g %% interval %.6g to %.6g", trials,
		100 * value->confidence, value->low, value->high);
}

static int add_entries(json_t *list, const json_t *cell, enum measure_better better)
{
	int err = 0;

	for (const struct measure *row = measures; row->key; row++) {
		struct estimate value = cell_estimate(cell, row->key);
		if (row->better != better || isnan(value.median))
			continue;
		json_t *entry = json_pack("{s:o, s:s, s:f, s:o}", "name",
			json_sprintf("%s %s", text_at(cell, "name"), row->key), "unit", row->unit,
			"value", value.median, "extra", extra(cell, &value));
		if (entry && !isnan(value.low))
			json_object_set_new(entry, "range",
				json_sprintf("± %.4g", (value.high - value.low) / 2));
		err |= json_array_append_new(list, entry);
	}
	return err;
}

static int write_direction(const json_t *root, enum measure_better better, FILE *out, FILE *notes)
{
	json_t *list = json_array(), *cell;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (export_takes(cell, "github-action-benchmark", notes))
			err |= add_entries(list, cell, better);
	}
	int written = export_json(list, out);
	return err ? -ENOMEM : written;
}

int export_github_smaller(const json_t *root, FILE *out, FILE *notes)
{
	return write_direction(root, MEASURE_LOWER, out, notes);
}

int export_github_bigger(const json_t *root, FILE *out, FILE *notes)
{
	return write_direction(root, MEASURE_HIGHER, out, notes);
}
