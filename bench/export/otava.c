/* SPDX-License-Identifier: MIT */
/* CSV for Apache Otava, which looks for changes in a series: a column a metric, a row a run. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "common.h"
#include "export.h"

/* A column of that value, under a name that no other has. */
static int put_column(
	const json_t *cell, const char *key, double value, json_t *taken, FILE *head, FILE *row)
{
	json_t *column = export_column(text_at(cell, "name"), key, taken);

	if (!column)
		return -ENOMEM;
	fprintf(head, ",%s", json_string_value(column));
	putc(',', row);
	export_number(value, row);
	json_decref(column);
	return 0;
}

static int put_cell(const json_t *cell, json_t *taken, FILE *head, FILE *row)
{
	int err = 0;

	for (const struct measure *measure = measures; measure->key && !err; measure++) {
		double value = cell_estimate(cell, measure->key).median;
		if (measure->better != MEASURE_NEITHER && isfinite(value))
			err = put_column(cell, measure->key, value, taken, head, row);
	}
	return err;
}

/* Z is UTC to ISO 8601, but not to every reader of it. 0, -ENODATA or -ENOMEM. */
static int put_origin(const json_t *root, FILE *row, FILE *notes)
{
	const char *started = text_at(root, "started");
	size_t length = strlen(started);

	if (length == 0 || started[length - 1] != 'Z') {
		fputs("concbench export: Otava needs the time of the run's start, which is not "
		      "there\n",
			notes);
		return -ENODATA;
	}
	char *commit = export_plain(text_at(json_object_get(root, "environment"), "git"), "-.");
	if (!commit)
		return -ENOMEM;
	fprintf(row, "%.*s+00:00,%s", (int)length - 1, started, commit);
	free(commit);
	return 0;
}

int export_otava(const json_t *root, FILE *out, FILE *notes)
{
	char *text = NULL;
	size_t size = 0, i;
	FILE *row = open_memstream(&text, &size);
	json_t *taken = json_object(), *cell;
	int err = row && taken ? put_origin(root, row, notes) : -ENOMEM;

	if (!err)
		fputs("concbench export: Otava takes the medians; their intervals are left out\n",
			notes);
	fputs("time,commit", out);
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (!err && export_takes(cell, "Otava", notes))
			err = put_cell(cell, taken, out, row);
	}
	if (row && fclose(row) != 0)
		err = -ENOMEM;
	if (!err)
		fprintf(out, "\n%s\n", text);
	free(text);
	json_decref(taken);
	return err;
}
