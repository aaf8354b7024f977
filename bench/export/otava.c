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

/* Z is UTC to ISO 8601, but not to every reader of it. */
static void put_time(const char *started, FILE *out)
{
	size_t length = strlen(started);

	if (length > 0 && started[length - 1] == 'Z')
		fprintf(out, "%.*s+00:00", (int)length - 1, started);
}

/* A column's name, which no other has, and its value. */
static int put_column(
	const char *name, const char *key, double value, json_t *taken, FILE *head, FILE *row)
{
	char *plain = export_plain(name, "-.");
	json_t *column = plain ? json_sprintf("%s_%s", plain, key) : NULL;

	for (unsigned number = 2; column && json_object_get(taken, json_string_value(column));
		number++) {
		json_decref(column);
		column = json_sprintf("%s_%s_%u", plain, key, number);
	}
	free(plain);
	if (!column)
		return -ENOMEM;
	json_object_set_new(taken, json_string_value(column), json_true());
	fprintf(head, ",%s", json_string_value(column));
	putc(',', row);
	export_number(value, row);
	json_decref(column);
	return 0;
}

static int put_cell(const json_t *cell, const char *name, json_t *taken, FILE *head, FILE *row)
{
	int err = 0;

	for (const struct measure *measure = measures; measure->key && !err; measure++) {
		double value = cell_estimate(cell, measure->key).median;
		if (measure->better != MEASURE_NEITHER && isfinite(value))
			err = put_column(name, measure->key, value, taken, head, row);
	}
	return err;
}

int export_otava(const json_t *root, FILE *out, FILE *notes)
{
	char *text = NULL;
	size_t size = 0, i;
	FILE *row = open_memstream(&text, &size);
	json_t *names = export_names(root), *taken = json_object(), *cell;
	int err = row && names ? 0 : -ENOMEM;

	fputs("concbench export: Otava takes the medians; their intervals are left out\n", notes);
	fputs("time,commit", out);
	if (!err) {
		put_time(text_at(root, "started"), row);
		char *commit = export_plain(
			text_at(json_object_get(root, "environment"), "git"), "-.");
		fprintf(row, ",%s", commit ? commit : "");
		free(commit);
	}
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		const char *name = json_string_value(json_array_get(names, i));
		if (!err && export_takes(cell, name, "Otava", notes))
			err = put_cell(cell, name, taken, out, row);
	}
	if (row && fclose(row) != 0)
		err = -ENOMEM;
	if (!err)
		fprintf(out, "\n%s\n", text);
	free(text);
	json_decref(names);
	json_decref(taken);
	return err;
}
