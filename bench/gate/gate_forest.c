/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../cli.h"
#include "../gnuplot.h"
#include "../plot_table.h"
#include "gate_rows.h"
#include "gate_words.h"
#include "outputs.h"

/* A ratio beyond these is drawn as an arrow: it would squeeze all others together. */
static const double ratio_lowest = 0.5, ratio_highest = 2;

/* A metric of which some cell has a ratio or a regression. */
struct panel {
	const char *name;
	const char *word;
	double low, high; /* of its scale */
};

struct forest {
	const json_t *gate;
	struct gate_rows rows;
	struct panel panels[GATE_METRICS_MAX];
	size_t panel_count;
};

static void widen(struct panel *panel, double ratio)
{
	if (isnan(ratio))
		return;
	panel->low = fmax(fmin(panel->low, ratio), ratio_lowest);
	panel->high = fmin(fmax(panel->high, ratio), ratio_highest);
}

/* Nothing hangs on the limit of what is not gated. */
static double limit_of(const struct gate_row *row)
{
	return row->verdict == GATE_NOT_GATED ? NAN : number_at(row->metric, "threshold");
}

/* A scale on which all ratios and limits of the metric lie; whether it is to be drawn. */
static bool measure_panel(const struct forest *forest, struct panel *panel)
{
	bool some = false;

	panel->low = panel->high = 1;
	for (size_t i = 0; i < forest->rows.count; i++) {
		const struct gate_row *row = &forest->rows.list[i];
		double limit = limit_of(row);
		if (strcmp(text_at(row->metric, "name"), panel->name) != 0)
			continue;
		some |= !isnan(row->worse.middle) || row->verdict == GATE_REGRESSION;
		widen(panel, 1 + row->worse.middle);
		widen(panel, 1 + row->worse.low);
		widen(panel, 1 + row->worse.high);
		widen(panel, 1 + limit);
		widen(panel, 1 / (1 + limit));
	}
	if (panel->low == panel->high) { /* all as it was: a scale of no width has no places */
		panel->low = 0.99;
		panel->high = 1.01;
	}
	return some;
}

static void find_panels(struct forest *forest)
{
	const json_t *metrics[GATE_METRICS_MAX];
	size_t count = gate_metrics(forest->gate, metrics);

	for (size_t i = 0; i < count; i++) {
		struct panel *panel = &forest->panels[forest->panel_count];
		panel->name = text_at(metrics[i], "name");
		panel->word = gate_metric_word(metrics[i]);
		forest->panel_count += measure_panel(forest, panel);
	}
}

/* How plot/forest.gp draws a row: its verdict from 1, but 6 of a control. */
static int kind_of(const struct gate_row *row)
{
	return gate_cell_control(row->cell) ? GATE_NOT_GATED + 2 : (int)row->verdict + 1;
}

static void put_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, "\t%.9g", value);
	else
		fputs("\tNaN", out);
}

/* The words of a row: at the left edge, beside the point, and at the right edge. */
static void put_row_words(const struct gate_row *row, FILE *out)
{
	char text[GATE_TEXT_MAX];
	const char *change = gate_row_middle(row, text);
	double ratio = 1 + row->worse.middle;

	if (isnan(ratio))
		fprintf(out, strcmp(change, "-") == 0 ? "\t\t\t" : "\t\t\t%s ▸", change);
	else if (ratio < ratio_lowest)
		fprintf(out, "\t◂ %s\t\t", change);
	else if (ratio > ratio_highest)
		fprintf(out, "\t\t\t%s ▸", change);
	else
		fprintf(out, "\t\t%s\t", row->verdict == GATE_REGRESSION ? change : "");
}

static void put_row(const struct gate_row *row, size_t place, FILE *out)
{
	fprintf(out, "%zu", place);
	put_number(1 + row->worse.middle, out);
	put_number(1 + row->worse.low, out);
	put_number(1 + row->worse.high, out);
	put_number(limit_of(row), out);
	put_row_words(row, out);
	fprintf(out, "\t%d\n", kind_of(row));
}

/* A cell that broke says so where its ratio would be. */
static void put_broken_row(const json_t *cell, size_t place, FILE *out)
{
	const char *arm = text_at(cell, "arm");

	fprintf(out, "%zu\tNaN\tNaN\tNaN\tNaN\t%s%s%s\t\t\t0\n", place, text_at(cell, "status"),
		*arm ? " in " : "", arm);
}

/* A word that is the last column and empty would be read as that of the row before. */
static void put_table(const struct forest *forest, FILE *out)
{
	const json_t *cells = json_object_get(forest->gate, "cells"), *cell;
	size_t i;

	fputs("# row\tratio\tlow\thigh\tlimit\tleft\tbeside\tright\tkind\n", out);
	for (size_t p = 0; p < forest->panel_count; p++) {
		fputs(p > 0 ? "\n\n" : "", out);
		json_array_foreach(cells, i, cell)
		{
			const json_t *metric = gate_cell_metric(cell, forest->panels[p].name);
			if (metric)
				put_row(gate_rows_find(&forest->rows, metric), i + 1, out);
			else if (gate_cell_broken(cell))
				put_broken_row(cell, i + 1, out);
			else
				fprintf(out, "%zu\tNaN\tNaN\tNaN\tNaN\t\t\t\t0\n", i + 1);
		}
	}
}

/* An array of gnuplot: "array name[2] = ['a', 'b']". */
static void begin_array(const char *name, size_t count, FILE *out)
{
	fprintf(out, "array %s[%zu] = [", name, count);
}

static void put_cell_names(const struct forest *forest, FILE *out)
{
	const json_t *cells = json_object_get(forest->gate, "cells"), *cell;
	size_t i, longest = 0;

	begin_array("cell_names", json_array_size(cells), out);
	json_array_foreach(cells, i, cell)
	{
		char *name = gate_cell_name(forest->gate, cell);
		size_t size = name ? strlen(name) : 0;
		longest = size > longest ? size : longest;
		fputs(i > 0 ? ", " : "", out);
		plot_put_quoted(name ? name : "?", out);
		free(name);
	}
	fprintf(out, "]\nlongest_cell = %zu\n", longest);
}

static void put_panels(const struct forest *forest, FILE *out)
{
	begin_array("panel_names", forest->panel_count, out);
	for (size_t p = 0; p < forest->panel_count; p++) {
		fputs(p > 0 ? ", " : "", out);
		plot_put_quoted(forest->panels[p].word, out);
	}
	fputs("]\nlows = '", out);
	for (size_t p = 0; p < forest->panel_count; p++)
		fprintf(out, "%.9g ", forest->panels[p].low);
	fputs("'\nhighs = '", out);
	for (size_t p = 0; p < forest->panel_count; p++)
		fprintf(out, "%.9g ", forest->panels[p].high);
	fputs("'\n", out);
}

/* A fact whose text is written by a function; less when memory is short. */
static void put_facts(const struct forest *forest, FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	fprintf(out, "table = 'forest.tsv'\nverdict = '%s'\n", gate_verdict_word(forest->gate));
	put_cell_names(forest, out);
	put_panels(forest, out);
	if (!line)
		return;
	gate_verdict_sentence(forest->gate, &forest->rows.counts, line);
	putc('\0', line);
	fputs("base: ", line);
	gate_arm(forest->gate, "base", line);
	fputs(", head: ", line);
	gate_arm(forest->gate, "head", line);
	fclose(line);
	fputs("parameters = ", out);
	plot_put_quoted(text, out);
	fputs("\nparameters_more = ", out);
	plot_put_quoted(text + strlen(text) + 1, out);
	putc('\n', out);
	free(text);
}

/* 0 or -errno. */
static int write_file(const struct gnuplot *gnuplot, const char *name,
	void (*put)(const struct forest *forest, FILE *out), const struct forest *forest)
{
	FILE *file = gnuplot_create(gnuplot, name);

	if (!file)
		return -errno;
	put(forest, file);
	return gnuplot_finish(file);
}

/* 0 or -errno. */
static int write_driver(struct gnuplot *gnuplot, const char *format)
{
	FILE *file = gnuplot_driver(gnuplot, format);

	if (!file)
		return -errno;
	fputs("load 'facts.gp'\n", file);
	int err = gnuplot_picture(gnuplot, file, "forest", format);
	fputs("load scripts.'forest.gp'\n", file);
	int bad = gnuplot_finish(file);
	return err ? err : bad;
}

static int draw(const struct forest *forest, const char *dir, const volatile int *stop)
{
	struct gnuplot gnuplot;
	int status = gnuplot_open(&gnuplot, "gate", dir, stop);

	if (status)
		return status;
	int err = write_file(&gnuplot, "forest.tsv", put_table, forest);
	if (!err)
		err = write_file(&gnuplot, "facts.gp", put_facts, forest);
	if (!err)
		err = write_driver(&gnuplot, "svg");
	if (!err)
		err = write_driver(&gnuplot, "png");
	if (err)
		status = cli_error(
			"gate", "cannot write to '%s': %s", gnuplot.folder, strerror(-err));
	else
		status = gnuplot_draw(&gnuplot);
	gnuplot_close(&gnuplot, status);
	return status;
}

int gate_plot(const json_t *gate, const char *dir, const volatile int *stop)
{
	struct forest forest = { .gate = gate };
	int status = EXIT_OK;

	if (gate_rows_init(&forest.rows, gate) != 0)
		return cli_error("gate", "cannot draw: %s", strerror(ENOMEM));
	find_panels(&forest);
	if (forest.panel_count > 0)
		status = draw(&forest, dir, stop);
	gate_rows_free(&forest.rows);
	return status;
}
