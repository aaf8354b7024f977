/* SPDX-License-Identifier: MIT */
/*
 * A history as CSV for Apache Otava: time, commit, branch, then a column for
 * each cell and measure, a row a run. What was not measured is nan, the only
 * word for it that Otava reads as a number.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../export/common.h"
#include "view.h"

/* A column is there if some run has a value for it. */
static bool has_values(const struct history_series *series, const struct measure *measure)
{
	for (size_t i = 0; i < series->count; i++)
		if (!isnan(history_value(series->points[i], measure)))
			return true;
	return false;
}

/* The series' point of a run, or NULL. */
static const struct history_point *point_of(
	const struct history_series *series, const struct history_run *run)
{
	for (size_t i = 0; i < series->count; i++)
		if (series->points[i]->run == run)
			return series->points[i];
	return NULL;
}

/* A name that no other column has: that of a variant may be another workload's. 0 or -ENOMEM. */
static int put_name(const struct history_series *series, const struct measure *measure,
	json_t *taken, FILE *out)
{
	const json_t *cell = series->points[0]->cell;
	char variant[16] = "";

	if (series->variant > 1)
		snprintf(variant, sizeof variant, "-%u", series->variant);
	json_t *name = json_sprintf("%s%s/%s/c%" JSON_INTEGER_FORMAT, text_at(cell, "workload"),
		variant, text_at(cell, "model"),
		json_integer_value(json_object_get(cell, "concurrency")));
	json_t *column = name ? export_column(json_string_value(name), measure->key, taken) : NULL;
	json_decref(name);
	if (!column)
		return -ENOMEM;
	fprintf(out, ",%s", json_string_value(column));
	json_decref(column);
	return 0;
}

static void put_value(double value, FILE *out)
{
	putc(',', out);
	if (isnan(value))
		fputs("nan", out);
	else
		export_number(value, out);
}

/* A row of a run, or with NULL the row of names, which are put in taken. 0 or -ENOMEM. */
static int put_columns(const struct history *history, const struct history_view *view,
	const struct history_run *run, json_t *taken, FILE *out)
{
	int err = 0;

	for (size_t i = 0; i < history->series_count; i++) {
		const struct history_series *series = &history->series[i];
		if (!history_selected(view, series))
			continue;
		const struct history_point *point = run ? point_of(series, run) : NULL;
		for (const struct measure *measure = measures; measure->key; measure++) {
			if (view->measure_given && measure != view->measure)
				continue;
			if (!has_values(series, measure))
				continue;
			if (run)
				put_value(point ? history_value(point, measure) : NAN, out);
			else
				err |= put_name(series, measure, taken, out);
		}
	}
	putc('\n', out);
	return err;
}

int history_show_otava(const struct history *history, const struct history_view *view, FILE *out)
{
	json_t *taken = json_object();

	fputs("time,commit,branch", out);
	int err = put_columns(history, view, NULL, taken, out);
	json_decref(taken);
	for (size_t i = 0; i < history->run_count && !err; i++) {
		const struct history_run *run = &history->runs[i];
		char *commit = export_plain(run->commit, "-.");
		if (!commit)
			return -ENOMEM;
		fprintf(out, "%.19s+00:00,%s%s,", run->started, commit, run->dirty ? "-dirty" : "");
		free(commit);
		err = put_columns(history, view, run, NULL, out);
	}
	return err;
}
