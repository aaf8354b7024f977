/* SPDX-License-Identifier: MIT */
#include "sweep_plot_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../plot_table.h"
#include "../stats.h"
#include "slo.h"
#include "sweep.h"
#include "view.h"

static const double ladder_share = 0.7, cost_share = 0.5;

/* An axis in decades has no place for what is not above 0. */
static void put_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, "\t%.9g", value);
	else
		fputs("\tNaN", out);
}

/* Two empty lines between blocks; a block of nothing has a row all the same, so that it counts. */
static void begin_block(const json_t *row, size_t place, FILE *out)
{
	fprintf(out, "%s# %s\n", place > 0 ? "\n\n" : "", text_at(row, "model"));
}

static double rate_of(const json_t *cell)
{
	double offered_per_s = cell_offered(cell);

	return isnan(offered_per_s) ? number_at(json_object_get(cell, "params"), "rate_per_s")
				    : offered_per_s;
}

static int by_rate(const void *left, const void *right)
{
	double a = rate_of(*(json_t *const *)left), b = rate_of(*(json_t *const *)right);

	return (a > b) - (a < b);
}

/* The row's cells on its curve by rising rate; the caller frees them. NULL without memory. */
static const json_t **curve_of(const json_t *root, const json_t *row, size_t *count)
{
	const json_t *cells = json_object_get(root, "cells"), *cell;
	const json_t **curve = calloc(json_array_size(cells) + 1, sizeof *curve);
	size_t i;

	*count = 0;
	json_array_foreach(cells, i, cell)
	{
		if (curve && is_on_curve(row, cell))
			curve[(*count)++] = cell;
	}
	if (curve)
		qsort(curve, *count, sizeof *curve, by_rate);
	return curve;
}

/* The response time that the SLO is about. */
static double response_s(const json_t *root, const json_t *cell)
{
	struct slo slo;

	if (slo_parse(text_at(json_object_get(root, "sweep"), "slo"), &slo) != 0)
		return NAN;
	return cell_latency_ns(cell, slo.percentile) / 1e9;
}

void sweep_put_curves(const json_t *root, FILE *out)
{
	const json_t *row;
	size_t r, count;

	json_array_foreach(sweep_rows(root), r, row)
	{
		const json_t **curve = curve_of(root, row, &count);
		begin_block(row, r, out);
		for (size_t i = 0; curve && i < count; i++) {
			fputs(text_at(row, "model"), out);
			put_number(rate_of(curve[i]), out);
			put_number(response_s(root, curve[i]), out);
			put_number(cell_ok(curve[i]) && !cell_saturated(curve[i]), out);
			putc('\n', out);
		}
		if (!curve || count == 0)
			fprintf(out, "%s\tNaN\tNaN\t0\n", text_at(row, "model"));
		free(curve);
	}
}

/* The median over those trials that have the step of the ladder; NAN where none has. */
static double ladder_step_s(const json_t *cell, size_t step)
{
	const json_t *trials = json_object_get(cell, "trials"), *trial;
	double *values = calloc(json_array_size(trials) + 1, sizeof *values), median = NAN;
	size_t i, known = 0;

	json_array_foreach(trials, i, trial)
	{
		const json_t *ladder = json_object_get(trial, "response_ladder_ns");
		const json_t *value = json_array_get(ladder, step);
		if (values && json_is_number(value))
			values[known++] = json_number_value(value) / 1e9;
	}
	if (!values || stats_median(values, known, &median) != 0)
		median = NAN;
	free(values);
	return median;
}

void sweep_put_percentiles(const json_t *root, FILE *out)
{
	const json_t *row;
	size_t r;

	json_array_foreach(sweep_rows(root), r, row)
	{
		const json_t *cell = sweep_cell_near(root, row, ladder_share);
		double time_s = ladder_step_s(cell, 0);
		begin_block(row, r, out);
		if (isnan(time_s))
			fprintf(out, "%s\tNaN\tNaN\n", text_at(row, "model"));
		for (size_t step = 0; !isnan(time_s); time_s = ladder_step_s(cell, ++step)) {
			fputs(text_at(row, "model"), out);
			put_number(ldexp(1, (int)step), out);
			put_number(time_s, out);
			putc('\n', out);
		}
	}
}

void sweep_put_connections(const json_t *root, FILE *out)
{
	const json_t *row, *cell;
	size_t r, i;

	json_array_foreach(sweep_rows(root), r, row)
	{
		begin_block(row, r, out);
		json_array_foreach(json_object_get(root, "cells"), i, cell)
		{
			struct estimate rate = cell_estimate(cell, "throughput_per_s");
			if (!is_of_row(row, cell) || !is_closed_loop(cell))
				continue;
			fputs(text_at(row, "model"), out);
			put_number(number_at(cell, "concurrency"), out);
			put_number(rate.median, out);
			put_number(rate.low, out);
			put_number(rate.high, out);
			putc('\n', out);
		}
	}
}

void sweep_put_costs(const json_t *root, FILE *out)
{
	const json_t *row;
	size_t r;

	json_array_foreach(sweep_rows(root), r, row)
	{
		const json_t *half = sweep_cell_near(root, row, cost_share);
		const json_t *peak = sweep_peak_cell(root, row);
		begin_block(row, r, out);
		fputs(text_at(row, "model"), out);
		put_number(cell_estimate(half, "cpu_per_task_s").median, out);
		put_number(cell_estimate(peak, "cpu_per_task_s").median, out);
		put_number(cell_estimate(half, "switches_per_task").median, out);
		put_number(cell_estimate(peak, "switches_per_task").median, out);
		putc('\n', out);
	}
}

/* Of everything that an axis shows. */
struct range {
	double min, max; /* of what is above 0 */
};

static void widen(struct range *range, double value)
{
	if (!(value > 0) || !isfinite(value))
		return;
	range->min = fmin(range->min, value);
	range->max = fmax(range->max, value);
}

static void put_range(const char *name, struct range range, FILE *out)
{
	fprintf(out, "%s_min = %.9g\n%s_max = %.9g\n", name, isnan(range.min) ? 0 : range.min, name,
		isnan(range.max) ? 0 : range.max);
}

static void put_curve_ranges(const json_t *root, double limit_s, FILE *out)
{
	struct range rate = { NAN, NAN }, response = { NAN, NAN };
	const json_t *row, *cell;
	size_t r, i;

	widen(&response, limit_s);
	json_array_foreach(sweep_rows(root), r, row)
	{
		json_array_foreach(json_object_get(root, "cells"), i, cell)
		{
			if (!is_on_curve(row, cell))
				continue;
			widen(&rate, rate_of(cell));
			widen(&response, response_s(root, cell));
		}
	}
	put_range("rate", rate, out);
	put_range("response", response, out);
}

static void put_ladder_ranges(const json_t *root, FILE *out)
{
	struct range beyond = { NAN, NAN }, ladder = { NAN, NAN };
	const json_t *row;
	size_t r;

	json_array_foreach(sweep_rows(root), r, row)
	{
		const json_t *cell = sweep_cell_near(root, row, ladder_share);
		for (size_t step = 0; !isnan(ladder_step_s(cell, step)); step++) {
			widen(&beyond, ldexp(1, (int)step));
			widen(&ladder, ladder_step_s(cell, step));
		}
	}
	put_range("beyond", beyond, out);
	put_range("ladder", ladder, out);
}

static void put_closed_ranges(const json_t *root, FILE *out)
{
	struct range connections = { NAN, NAN }, throughput = { NAN, NAN };
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		struct estimate rate = cell_estimate(cell, "throughput_per_s");
		if (!is_closed_loop(cell))
			continue;
		widen(&connections, number_at(cell, "concurrency"));
		widen(&throughput, rate.median);
		widen(&throughput, rate.high);
	}
	put_range("connections", connections, out);
	put_range("throughput", throughput, out);
}

static void put_cost_ranges(const json_t *root, FILE *out)
{
	struct range cpu = { NAN, NAN }, switches = { NAN, NAN };
	const json_t *row;
	size_t r;

	json_array_foreach(sweep_rows(root), r, row)
	{
		const json_t *cells[] = { sweep_cell_near(root, row, cost_share),
			sweep_peak_cell(root, row) };
		for (size_t i = 0; i < 2; i++) {
			widen(&cpu, cell_estimate(cells[i], "cpu_per_task_s").median);
			widen(&switches, cell_estimate(cells[i], "switches_per_task").median);
		}
	}
	put_range("cpu", cpu, out);
	put_range("switches", switches, out);
}

static void put_word(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, "%.12g ", value);
	else
		fputs("NaN ", out);
}

/* The laws that were accepted, a word a model; NaN where none was. */
static void put_laws(const json_t *root, FILE *out)
{
	static const char *const keys[] = { "g_per_s", "a", "b" };
	const json_t *row;
	size_t r;

	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		fprintf(out, "law_%c = '", keys[k][0]);
		json_array_foreach(sweep_rows(root), r, row)
			put_word(number_at(json_object_get(row, "usl"), keys[k]), out);
		fputs("'\n", out);
	}
}

/* The connections that a row's closed loops were ok with. */
static struct range connections_of(const json_t *root, const json_t *row)
{
	struct range range = { NAN, NAN };
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (is_of_row(row, cell) && is_closed_loop(cell) && cell_ok(cell))
			widen(&range, number_at(cell, "concurrency"));
	}
	return range;
}

/* A law says nothing beyond the points that it was fitted to. */
static void put_law_ends(const json_t *root, FILE *out)
{
	const json_t *row;
	size_t r;

	fputs("law_first = '", out);
	json_array_foreach(sweep_rows(root), r, row) put_word(connections_of(root, row).min, out);
	fputs("'\nlaw_last = '", out);
	json_array_foreach(sweep_rows(root), r, row) put_word(connections_of(root, row).max, out);
	fputs("'\n", out);
}

static void put_models(const json_t *root, FILE *out)
{
	const json_t *rows = sweep_rows(root), *row;
	const char **names = calloc(json_array_size(rows) + 1, sizeof *names);
	size_t r;

	if (!names)
		return;
	fputs("models = ''\n", out);
	json_array_foreach(rows, r, row)
	{
		names[r] = text_at(row, "model");
		fputs("models = models.' '.", out);
		plot_put_quoted(names[r], out);
		putc('\n', out);
	}
	fputs("styles = '", out);
	json_array_foreach(rows, r, row) fprintf(out, "%zu ", plot_style(names, names[r]));
	fputs("'\n", out);
	free(names);
}

/* The parameters that all cells share. */
static void put_parameters(const json_t *root, FILE *out)
{
	const json_t *cell = json_array_get(json_object_get(root, "cells"), 0);
	json_t *params = json_deep_copy(json_object_get(cell, "params"));

	json_object_del(params, "rate_per_s");
	plot_put_parameters(params, out);
	json_decref(params);
}

void sweep_put_facts(const json_t *root, FILE *out)
{
	const json_t *sweep = json_object_get(root, "sweep");
	double trials = number_at(json_object_get(root, "options"), "trials");
	struct slo slo = { .limit_ns = NAN };

	slo_parse(text_at(sweep, "slo"), &slo);
	fputs("service = ", out);
	plot_put_quoted(text_at(sweep, "service"), out);
	fputs("\nslo_text = ", out);
	plot_put_quoted(slo.text, out);
	fputs("\nslo_percentile = ", out);
	plot_put_quoted(slo.percentile, out);
	fprintf(out, "\nslo_limit = %.9g\nnote = '%s%.0f trial%s%s'\n", slo.limit_ns / 1e9,
		trials > 1 ? "medians of " : "", trials, trials > 1 ? "s" : " each",
		json_is_false(json_object_get(root, "complete")) ? "; the sweep was not finished"
								 : "");
	put_parameters(root, out);
	put_models(root, out);
	put_laws(root, out);
	put_law_ends(root, out);
	put_curve_ranges(root, slo.limit_ns / 1e9, out);
	put_ladder_ranges(root, out);
	put_closed_ranges(root, out);
	put_cost_ranges(root, out);
}
