/* SPDX-License-Identifier: MIT */
#include "table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../models/model.h"
#include "cells.h"
#include "rank.h"
#include "screen.h"
#include "workloads/workload.h"

enum {
	MODEL_WIDTH = 13,
	CELL_WIDTH = 11,
	COST_WIDTH = 8,
	MEMORY_WIDTH = 6,
	CELLS_MAX = 4,
};

/* Green what nothing else comes near, red what broke, dim what there is none of. */
static const char *colour_of(const struct group *group, const json_t *cell)
{
	if (!cell)
		return "";
	if (!cell_was_run(cell) || strcmp(text_at(cell, "status"), "unavailable") == 0)
		return SCREEN_DIM;
	if (!cell_ok(cell))
		return SCREEN_BAD;
	return rank_mark(group, cell) == MARK_BEST ? SCREEN_GOOD : "";
}

/* "12.3k ±2%", with a star where nothing else comes near; the status where there is no number. */
static void put_throughput(FILE *out, const struct group *group, const json_t *cell)
{
	struct estimate rate = cell_estimate(cell, "throughput_per_s");
	char number[16], text[48];

	if (!cell) {
		table_put(out, "", CELL_WIDTH);
	} else if (!cell_was_run(cell)) {
		table_put(out, "not run", CELL_WIDTH);
	} else if (!cell_ok(cell)) {
		table_put(out, text_at(cell, "status"), CELL_WIDTH);
	} else {
		int n = snprintf(text, sizeof text, "%s", format_number(rate.median, number));
		if (!isnan(rate.low))
			n += snprintf(text + n, sizeof text - n, " ±%.0f%%",
				100 * (rate.high - rate.low) / 2 / rate.median);
		if (rank_mark(group, cell) == MARK_BEST)
			snprintf(text + n, sizeof text - n, "*");
		table_put(out, text, CELL_WIDTH);
	}
}

static void put_params(FILE *out, const json_t *params)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	params_print(params, " ", "", line);
	fclose(line);
	fputs("  ", out);
	table_wrap(out, text, 2);
	free(text);
}

/* Of the columns behind the models, without a gap after the last. */
static int numbers_width(const struct group *group)
{
	size_t cells = group->concurrency_count < CELLS_MAX ? group->concurrency_count : CELLS_MAX;

	return (int)cells * CELL_WIDTH + 2 * COST_WIDTH + 1 + MEMORY_WIDTH;
}

/* Some names are longer than most: the column is as wide as they are where the line has room. */
static int model_width(const struct group *group)
{
	int width = MODEL_WIDTH;

	for (size_t m = 0; m < group->model_count; m++)
		if ((int)strlen(group->models[m]) >= width)
			width = (int)strlen(group->models[m]) + 1;
	return width + numbers_width(group) <= TABLE_WIDTH ? width : MODEL_WIDTH;
}

/* A name that is too long for its column has a line for itself. */
static void put_model(FILE *out, const struct group *group, const char *model)
{
	int width = model_width(group);

	if ((int)strlen(model) < width)
		table_put(out, model, width);
	else
		fprintf(out, "%s\n%*s", model, width, "");
}

static int figure_width(const struct figure *figure)
{
	int width = (int)strlen(figure->name) + 1;

	return width > COST_WIDTH ? width : COST_WIDTH;
}

static void put_figure_names(FILE *out, const struct figure *figure)
{
	for (; figure && figure->name; figure++)
		table_put(out, figure->name, figure[1].name ? figure_width(figure) : 0);
	fputc('\n', out);
}

static void put_figures(FILE *out, const struct figure *figure, const json_t *cell)
{
	char text[16];

	for (; figure && figure->name; figure++) {
		double median = cell_figure(cell, figure->name).median;
		table_put(out, format_figure(median, figure->unit, text),
			figure[1].name ? figure_width(figure) : 0);
	}
}

/* The figures of a group where they have room beside the costs, else NULL. */
static const struct figure *figures_beside(const struct group *group)
{
	int width = model_width(group) + numbers_width(group) + COST_WIDTH - MEMORY_WIDTH;

	for (const struct figure *figure = group_figures(group); figure && figure->name; figure++)
		width += figure_width(figure);
	return width <= TABLE_WIDTH ? group_figures(group) : NULL;
}

/* The figures in a table of their own, at the highest concurrency. */
static void print_figures(FILE *out, const struct group *group)
{
	json_int_t highest = group->concurrencies[group->concurrency_count - 1];

	if (!group_figures(group) || figures_beside(group))
		return;
	table_put(out, "", model_width(group));
	put_figure_names(out, group_figures(group));
	for (size_t m = 0; m < group->model_count; m++) {
		const json_t *cell = group_cell(group, group->models[m], highest);
		if (!cell || !cell_ok(cell))
			continue;
		put_model(out, group, group->models[m]);
		put_figures(out, group_figures(group), cell);
		fputc('\n', out);
	}
}

static void print_head(FILE *out, const struct group *group, size_t first)
{
	const struct workload *workload = workload_find(group->workload);
	char text[32];

	fprintf(out, "\n%s: %s\n", group->workload, workload ? workload->summary : "");
	if (json_object_size(group->params) > 0)
		put_params(out, group->params);
	if (group_demonstration(group))
		fputs("  A demonstration: wrong on purpose, so its speed stands for nothing.\n",
			out);
	snprintf(text, sizeof text, "%s/s", group_operation(group));
	table_put(out, text, model_width(group));
	for (size_t i = first; i < group->concurrency_count; i++) {
		snprintf(text, sizeof text, "c=%lld", (long long)group->concurrencies[i]);
		table_put(out, text, CELL_WIDTH);
	}
	table_put(out, "p99", COST_WIDTH);
	snprintf(text, sizeof text, "CPU/%s", group_operation_short(group));
	table_put(out, text, COST_WIDTH + 1);
	const struct figure *figure = figures_beside(group);
	table_put(out, "memory", figure ? COST_WIDTH : 0);
	put_figure_names(out, figure);
}

/* What it costs, at the highest concurrency: latency, CPU time, memory, the workload's figures. */
static void put_costs(FILE *out, const struct group *group, const json_t *cell)
{
	const struct figure *figure = figures_beside(group);
	char text[16];

	if (!cell || !cell_ok(cell))
		return;
	table_put(out, format_time(cell_estimate(cell, "latency_p99_ns").median / 1e9, text),
		COST_WIDTH);
	table_put(out, format_time(cell_estimate(cell, "cpu_per_task_s").median, text),
		COST_WIDTH + 1);
	double kib = cell_estimate(cell, "peak_memory_kib").median;
	table_put(out, format_number(kib * 1024, text), figure ? COST_WIDTH : 0);
	put_figures(out, figure, cell);
}

/* How near the origin came to being what was measured. */
static void print_origin(FILE *out, const struct group *group)
{
	double most = NAN;

	for (size_t i = 0; i < group->cell_count; i++)
		most = fmax(most, cell_estimate(group->cells[i], "origin_cpu_share").median);
	if (!isnan(most))
		fprintf(out, "The origin used at most %.0f %% of a CPU (median of a cell).\n",
			100 * most);
}

static void put_cell(FILE *out, const struct group *group, const json_t *cell, bool colours)
{
	const char *colour = colours ? colour_of(group, cell) : "";

	fputs(colour, out);
	put_throughput(out, group, cell);
	fputs(*colour ? SCREEN_PLAIN : "", out);
}

static void print_group(FILE *out, const struct group *group, bool colours)
{
	size_t count = group->concurrency_count;
	size_t first = count > CELLS_MAX ? count - CELLS_MAX : 0;

	print_head(out, group, first);
	for (size_t m = 0; m < group->model_count; m++) {
		const json_t *cell = NULL;
		put_model(out, group, group->models[m]);
		for (size_t i = first; i < count; i++) {
			cell = group_cell(group, group->models[m], group->concurrencies[i]);
			put_cell(out, group, cell, colours);
		}
		put_costs(out, group, cell);
		fputc('\n', out);
	}
	print_figures(out, group);
	print_origin(out, group);
	for (size_t i = 0; i < first; i++)
		fprintf(out, "%s c=%lld%s", i == 0 ? "Not shown, but in the exports:" : "",
			(long long)group->concurrencies[i], i + 1 < first ? "," : "\n");
}

/* What the process takes besides; "-" where it was, at another time, faster than the part. */
static const char *format_rest(double outside_s, double inside_s, char text[static 16])
{
	return outside_s < inside_s ? "-" : format_time(outside_s - inside_s, text);
}

static void print_whole_processes(FILE *out, const json_t *cells)
{
	const json_t *cell;
	size_t i;
	bool head = false;
	char text[3][16];

	json_array_foreach(cells, i, cell)
	{
		const json_t *whole = json_object_get(cell, "whole_process_s");
		if (!json_is_object(whole))
			continue;
		if (!head)
			fputs("\nWhole processes, timed by hyperfine: start-up and tear-down "
			      "included\nworkload     c    model        whole    "
			      "in process  the rest\n",
				out);
		head = true;
		double outside = number_at(whole, "median");
		double inside = cell_estimate(cell, "elapsed_s").median;
		fprintf(out, "%-12s %-4lld %-12s %-8s %-11s %s\n", text_at(cell, "workload"),
			(long long)json_integer_value(json_object_get(cell, "concurrency")),
			text_at(cell, "model"), format_time(outside, text[0]),
			format_time(inside, text[1]), format_rest(outside, inside, text[2]));
	}
	if (head)
		fputs("Medians of different times: - where the part took longer than the whole.\n",
			out);
}

/* The most trials of a cell, and the least confidence of an interval, of those that there are. */
static void print_legend(FILE *out, const struct groups *groups)
{
	size_t trials = 0;
	double confidence = NAN;

	for (size_t i = 0; i < groups->count; i++) {
		size_t least, most;
		group_trials(&groups->list[i], &least, &most);
		trials = most > trials ? most : trials;
		confidence = fmin(
			confidence, group_confidence(&groups->list[i], "throughput_per_s"));
	}
	if (trials == 0)
		return;
	if (isnan(confidence))
		fputs("\nOf one trial each: a number alone, without an interval.\n", out);
	else
		fprintf(out,
			"\nMedians of %zu trials, ± half the width of the median's %.0f %% "
			"interval;\n* its interval lies above all others.\n",
			trials, 100 * confidence);
	fputs("p99, CPU and memory (bytes) at the highest concurrency.\n", out);
}

void table_warnings(FILE *out, const json_t *root)
{
	size_t count = json_array_size(
		json_object_get(json_object_get(root, "environment"), "warnings"));

	if (count > 0)
		fprintf(out, "%zu warning%s about this machine: concbench doctor\n", count,
			count > 1 ? "s" : "");
}

void table_print_groups(const json_t *root, bool colours, FILE *out)
{
	struct groups groups;

	if (groups_init(&groups, root) != 0)
		return;
	for (size_t i = 0; i < groups.count; i++)
		print_group(out, &groups.list[i], colours);
	groups_free(&groups);
}

void table_print(const json_t *root, FILE *out)
{
	const json_t *cells = json_object_get(root, "cells");
	struct groups groups;

	if (groups_init(&groups, root) != 0)
		return;
	table_print_groups(root, screen_has_colours(out), out);
	table_reasons(out, cells);
	print_whole_processes(out, cells);
	print_legend(out, &groups);
	table_warnings(out, root);
	groups_free(&groups);
}
