/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "../cells.h"
#include "../cli.h"
#include "../gnuplot.h"
#include "../hypothesis.h"
#include "selftest.h"

static void put_rate(const json_t *rate, int gates, FILE *out)
{
	fprintf(out, "%.0f of %d, %.1f %% [%.1f, %.1f]", number_at(rate, "gates"), gates,
		100 * number_at(rate, "rate"), 100 * number_at(rate, "low"),
		100 * number_at(rate, "high"));
}

static void put_cell(const json_t *cell, int gates, FILE *out)
{
	const json_t *hits;
	const char *metric;
	char name[64];

	snprintf(name, sizeof name, "%s %s c=%.0f%s", text_at(cell, "workload"),
		text_at(cell, "model"), number_at(cell, "concurrency"),
		json_is_true(json_object_get(cell, "control")) ? " (control)" : "");
	fprintf(out, "  %-34s ", name);
	put_rate(json_object_get(cell, "found"), gates, out);
	json_object_foreach(json_object_get(cell, "by_metric"), metric, hits)
		fprintf(out, "\n    %s %" JSON_INTEGER_FORMAT, metric, json_integer_value(hits));
	json_object_foreach(json_object_get(cell, "inconclusive"), metric, hits) fprintf(out,
		"\n    %s inconclusive %" JSON_INTEGER_FORMAT, metric, json_integer_value(hits));
	putc('\n', out);
}

static void put_level(const json_t *level, FILE *out)
{
	double percent = number_at(level, "inject_percent");
	int gates = (int)number_at(level, "gates");
	const json_t *cell;
	size_t i;

	if (gates == 0)
		return;
	if (json_is_true(json_object_get(level, "inject_call")))
		fputs("One system call more each task, found in:\n", out);
	else if (percent > 0)
		fprintf(out, "%g %% of the work done twice, found by throughput or CPU time in:\n",
			percent);
	else
		fputs("Identical code, one side linked in another order, found worse in:\n", out);
	json_array_foreach(json_object_get(level, "cells"), i, cell) put_cell(cell, gates, out);
	fputs("  gates that fail                    ", out);
	put_rate(json_object_get(level, "regression"), gates, out);
	fputs("\n  gates that are inconclusive        ", out);
	put_rate(json_object_get(level, "inconclusive"), gates, out);
	fputs("\n\n", out);
}

void selftest_table(const json_t *document, FILE *out)
{
	const json_t *level;
	size_t i;

	json_array_foreach(json_object_get(document, "levels"), i, level) put_level(level, out);
	fprintf(out, "In brackets the 95 %% interval of Clopper and Pearson. Took %.0f s.\n",
		number_at(document, "elapsed_s"));
}

/* Of a level, the cells of a kind together: how many gates found them, of how many. */
static void sum_up(const json_t *level, const char *kind, size_t *hits, size_t *n)
{
	const json_t *cell;
	size_t i;

	*hits = *n = 0;
	json_array_foreach(json_object_get(level, "cells"), i, cell)
	{
		if (strcmp(text_at(cell, "kind"), kind) != 0 ||
			json_is_true(json_object_get(cell, "control")))
			continue;
		*hits += (size_t)number_at(json_object_get(cell, "found"), "gates");
		*n += (size_t)number_at(level, "gates");
	}
}

/* A row a level: percent, rate, low, high. */
static void put_curve(const json_t *document, const char *kind, FILE *out)
{
	const json_t *level;
	struct interval interval;
	size_t i, hits, n;

	json_array_foreach(json_object_get(document, "levels"), i, level)
	{
		sum_up(level, kind, &hits, &n);
		if (number_at(level, "inject_percent") == 0 || n == 0 ||
			rate_interval(hits, n, 0.95, &interval) != 0)
			continue;
		fprintf(out, "%g\t%g\t%g\t%g\n", number_at(level, "inject_percent"),
			100.0 * (double)hits / (double)n, 100 * interval.low, 100 * interval.high);
	}
}

static int write_inputs(struct gnuplot *gnuplot, const json_t *document)
{
	static const char *const curves[][2] = { { "cpu.tsv", "CPU" }, { "io.tsv", "I/O" } };
	static const char *const formats[] = { "svg", "png" };
	int err = 0;

	for (size_t i = 0; i < 2 && !err; i++) {
		FILE *file = gnuplot_create(gnuplot, curves[i][0]);
		if (!file)
			return -1;
		put_curve(document, curves[i][1], file);
		err = gnuplot_finish(file);
	}
	for (size_t i = 0; i < 2 && !err; i++) {
		FILE *driver = gnuplot_driver(gnuplot, formats[i]);
		if (!driver)
			return -1;
		fprintf(driver, "threshold = %g\n",
			100 * number_at(json_object_get(document, "options"), "threshold"));
		err = gnuplot_picture(gnuplot, driver, "power", formats[i]);
		fputs("load scripts.'power.gp'\n", driver);
		int bad = gnuplot_finish(driver);
		err = err ? err : bad;
	}
	return err;
}

int selftest_plot(const json_t *document, const char *dir, const volatile int *stop)
{
	struct gnuplot gnuplot;
	int status = gnuplot_open(&gnuplot, "selftest", dir, stop);

	if (status)
		return status;
	status = write_inputs(&gnuplot, document)
		? cli_error("selftest", "cannot write to '%s'", dir)
		: gnuplot_draw(&gnuplot);
	gnuplot_close(&gnuplot, status);
	return status;
}
