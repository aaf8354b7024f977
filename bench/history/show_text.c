/* SPDX-License-Identifier: MIT */
/* A history as a person reads it on a terminal. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../stats.h"
#include "levels.h"
#include "view.h"

/* A series with what is to be said of it. */
struct row {
	const struct history_series *series;
	char *name;
	struct history_level *levels;
	size_t level_count;
	size_t changes;
};

static int make_row(
	struct row *row, const struct history_series *series, const struct measure *measure)
{
	size_t size;

	*row = (struct row){ .series = series };
	FILE *name = open_memstream(&row->name, &size);
	if (!name)
		return -ENOMEM;
	history_put_cell(series->points[0]->cell, name);
	if (fclose(name) != 0)
		return -ENOMEM;
	int err = history_levels(series, measure, &row->levels, &row->level_count);
	for (size_t i = 0; i < row->level_count; i++)
		row->changes += row->levels[i].change;
	return err;
}

static void free_rows(struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(rows[i].name);
		free(rows[i].levels);
	}
	free(rows);
}

static const char *date_of(const struct history_run *run, char text[16])
{
	snprintf(text, 16, "%.10s", run->started);
	return text;
}

static void put_commit(const struct history_run *run, FILE *out)
{
	fprintf(out, "%s%s", *run->commit ? run->commit : "(unknown commit)",
		run->dirty ? "*" : "");
}

static const char *percent(double from, double to, char text[24])
{
	double change = 100 * (to - from) / from;

	if (!isfinite(change))
		return "-";
	snprintf(text, 24, "%+.1f %%", change);
	return text;
}

/* The median of the level that the newest point is in, without itself; NAN where there is none. */
static double level_before(const struct row *row, const struct measure *measure)
{
	const struct history_series *series = row->series;
	const struct history_level *level = &row->levels[row->level_count - 1];
	double *values = calloc(series->count, sizeof *values), median = NAN;
	size_t count = 0;

	if (values && level->to == series->count) {
		for (size_t i = level->from; i + 1 < level->to; i++) {
			values[count] = history_value(series->points[i], measure);
			count += !isnan(values[count]);
		}
		stats_median(values, count, &median); /* stays NAN where there is none */
	}
	free(values);
	return median;
}

static void put_newest(const struct row *row, const struct measure *measure, FILE *out)
{
	const struct history_point *newest = row->series->points[row->series->count - 1];
	double value = history_value(newest, measure);
	char text[24], change[24];

	if (history_failed(newest)) {
		fprintf(out, "  %10s  %8s", newest->status, "-");
		return;
	}
	double before = row->level_count > 0 ? level_before(row, measure) : NAN;
	fprintf(out, "  %9s%s  %8s", measure_format(measure, value, text),
		newest->run->dirty ? "*" : " ", percent(before, value, change));
}

static void put_changes(const struct row *row, const struct measure *measure, FILE *out)
{
	static const char *const verdicts[] = { "worse, ", "", "better, " };
	char date[16], from[24], to[24], change[24];

	for (size_t i = 1; i < row->level_count; i++) {
		const struct history_level *level = &row->levels[i];
		double before = level[-1].value;
		if (!level->change)
			continue;
		const struct history_run *run = row->series->points[level->from]->run;
		fprintf(out, "    %s ", date_of(run, date));
		put_commit(run, out);
		fprintf(out, ": %s -> %s, %s, %sp = %.3f\n", measure_format(measure, before, from),
			measure_format(measure, level->value, to),
			percent(before, level->value, change),
			verdicts[1 + history_better(measure, before, level->value)], level->p);
	}
}

static void put_row(const struct row *row, const struct measure *measure, int width, FILE *out)
{
	size_t failed = 0;

	for (size_t i = 0; i < row->series->count; i++)
		failed += history_failed(row->series->points[i]);
	fprintf(out, "%-*s  %6zu  ", width, row->name, row->series->count);
	if (failed > 0)
		fprintf(out, "%6zu", failed);
	else
		fputs("     -", out);
	put_newest(row, measure, out);
	putc('\n', out);
	put_changes(row, measure, out);
}

static void put_breaks(const struct history *history, FILE *out)
{
	char date[16], text[128];

	for (size_t i = 1; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		const char *fact = history_break(run - 1, run, text);
		if (fact)
			fprintf(out, "%s another %s: %s; nothing is compared across\n",
				date_of(run, date), fact, text);
	}
}

static void put_head(const struct history *history, const struct history_view *view, size_t cells,
	size_t changed, FILE *out)
{
	char first[16], last[16];

	fprintf(out, "%zu %s from %s to %s: %s of %zu %s, %zu with a change\n", history->run_count,
		history->run_count == 1 ? "run" : "runs", date_of(&history->runs[0], first),
		date_of(&history->runs[history->run_count - 1], last), view->measure->key, cells,
		cells == 1 ? "cell" : "cells", changed);
	put_breaks(history, out);
}

static void put_rows(
	const struct history_view *view, const struct row *rows, size_t count, FILE *out)
{
	int width = 4;
	bool shown = false;

	for (size_t i = 0; i < count; i++)
		if ((view->all || rows[i].changes > 0) && (int)strlen(rows[i].name) > width)
			width = (int)strlen(rows[i].name);
	for (size_t i = 0; i < count; i++) {
		if (!view->all && rows[i].changes == 0)
			continue;
		if (!shown)
			fprintf(out, "\n%-*s  points  failed      newest  to level\n", width,
				"cell");
		shown = true;
		put_row(&rows[i], view->measure, width, out);
	}
	if (shown)
		fputs("\nto level: the newest value against the median of its level before it; "
		      "*: built from\na changed tree. A change has p <= 0.01.\n",
			out);
	else if (count > 0)
		fputs("No cell has changed; --all shows them.\n", out);
}

int history_show_text(const struct history *history, const struct history_view *view, FILE *out)
{
	struct row *rows = calloc(history->series_count + 1, sizeof *rows);
	size_t count = 0, changed = 0;
	int err = rows ? 0 : -ENOMEM;

	for (size_t i = 0; i < history->series_count && !err; i++) {
		if (!history_selected(view, &history->series[i]))
			continue;
		err = make_row(&rows[count], &history->series[i], view->measure);
		changed += rows[count++].changes > 0;
	}
	if (!err) {
		put_head(history, view, count, changed, out);
		put_rows(view, rows, count, out);
	}
	free_rows(rows, count);
	return err;
}
