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

static void put_name(const struct history_series *series, const struct measure *measure, FILE *out)
{
	const json_t *cell = series->points[0]->cell;

	fprintf(out, ",%s", text_at(cell, "workload"));
	if (series->variant > 1)
		fprintf(out, "-%u", series->variant);
	fprintf(out, "_%s_c%lld_%s", text_at(cell, "model"),
		(long long)json_integer_value(json_object_get(cell, "concurrency")), measure->key);
}

/* As few digits as give the same number back. */
static void put_value(double value, FILE *out)
{
	char text[32];

	if (isnan(value)) {
		fputs(",nan", out);
		return;
	}
	snprintf(text, sizeof text, "%.15g", value);
	fprintf(out, ",%s", text);
}

/* A row of a run, or with NULL the row of names. */
static void put_columns(const struct history *history, const struct history_view *view,
	const struct history_run *run, FILE *out)
{
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
				put_name(series, measure, out);
		}
	}
	putc('\n', out);
}

int history_show_otava(const struct history *history, const struct history_view *view, FILE *out)
{
	fputs("time,commit,branch", out);
	put_columns(history, view, NULL, out);
	for (size_t i = 0; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		char *commit = export_plain(run->commit, "-.");
		if (!commit)
			return -ENOMEM;
		fprintf(out, "%.19s+00:00,%s%s,", run->started, commit, run->dirty ? "-dirty" : "");
		free(commit);
		put_columns(history, view, run, out);
	}
	return 0;
}
