/* SPDX-License-Identifier: MIT */
#include "gate_rows.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"

bool gate_cell_broken(const json_t *cell)
{
	return strcmp(text_at(cell, "status"), "ok") != 0;
}

bool gate_cell_broken_by_head(const json_t *cell)
{
	return gate_cell_broken(cell) && strcmp(text_at(cell, "arm"), "head") == 0;
}

bool gate_cell_control(const json_t *cell)
{
	return json_is_true(json_object_get(cell, "control"));
}

bool gate_row_raised(const struct gate_row *row, const json_t *gate)
{
	double asked = number_at(json_object_get(gate, "options"), "threshold");

	return number_at(row->metric, "threshold") > asked;
}

/* A cell that broke was not judged, whatever its metrics say. */
static enum gate_verdict read_verdict(const json_t *cell, const json_t *metric)
{
	static const char *const names[] = {
		[GATE_REGRESSION] = "regression",
		[GATE_INCONCLUSIVE] = "inconclusive",
		[GATE_IMPROVEMENT] = "improvement",
		[GATE_NO_REGRESSION] = "no regression",
	};
	const char *verdict = text_at(metric, "verdict");

	for (size_t i = 0; i < sizeof names / sizeof *names && !gate_cell_broken(cell); i++)
		if (strcmp(verdict, names[i]) == 0)
			return i;
	return GATE_NOT_GATED;
}

static struct gate_worse read_worse(const json_t *metric)
{
	double ratio = number_at(metric, "ratio");
	double low = number_at(metric, "low"), high = number_at(metric, "high");

	if (strcmp(text_at(metric, "better"), "higher") == 0)
		return (struct gate_worse){ 1 / ratio - 1, 1 / high - 1, 1 / low - 1 };
	return (struct gate_worse){ ratio - 1, low - 1, high - 1 };
}

/* By how much to sort: what came to be where nothing was has no ratio, and is the worst. */
static double badness(const struct gate_row *row)
{
	double base = number_at(row->metric, "base"), head = number_at(row->metric, "head");

	if (!isnan(row->worse.middle))
		return row->worse.middle;
	return base == 0 && head > 0 ? INFINITY : -INFINITY;
}

static void add_cell(struct gate_rows *rows, const json_t *cell)
{
	const json_t *metric;
	size_t i;

	json_array_foreach(json_object_get(cell, "metrics"), i, metric)
	{
		rows->list[rows->count] = (struct gate_row){
			.cell = cell,
			.metric = metric,
			.place = rows->count,
			.verdict = read_verdict(cell, metric),
			.worse = read_worse(metric),
		};
		rows->count++;
	}
}

/* A cell's rows stand side by side before they are sorted. */
static void find_cell_worst(struct gate_rows *rows)
{
	for (size_t first = 0, end; first < rows->count; first = end) {
		double worst[GATE_NOT_GATED + 1];
		for (size_t v = 0; v <= GATE_NOT_GATED; v++)
			worst[v] = -INFINITY;
		for (end = first;
			end < rows->count && rows->list[end].cell == rows->list[first].cell;
			end++) {
			const struct gate_row *row = &rows->list[end];
			worst[row->verdict] = fmax(worst[row->verdict], badness(row));
		}
		for (size_t i = first; i < end; i++)
			rows->list[i].cell_worst = worst[rows->list[i].verdict];
	}
}

static void count_metrics(struct gate_counts *counts, const json_t *cell)
{
	size_t before = counts->regressions, gated = counts->gated, i;
	const json_t *metric;

	json_array_foreach(json_object_get(cell, "metrics"), i, metric)
	{
		enum gate_verdict verdict = read_verdict(cell, metric);
		counts->gated += verdict != GATE_NOT_GATED;
		counts->regressions += verdict == GATE_REGRESSION;
		counts->inconclusive += verdict == GATE_INCONCLUSIVE;
		counts->improvements += verdict == GATE_IMPROVEMENT;
	}
	counts->cells += counts->gated > gated;
	counts->regressed_cells += counts->regressions > before;
}

/* What a control shows is the machine's, and no verdict on head. */
static void count_cell(struct gate_counts *counts, const json_t *cell)
{
	counts->broken += gate_cell_broken(cell);
	counts->broken_by_head += gate_cell_broken_by_head(cell);
	if (!gate_cell_control(cell))
		count_metrics(counts, cell);
}

static int compare(const void *left, const void *right)
{
	const struct gate_row *a = left, *b = right;

	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	if (a->cell_worst != b->cell_worst)
		return a->cell_worst > b->cell_worst ? -1 : 1;
	if (a->cell == b->cell && badness(a) != badness(b))
		return badness(a) > badness(b) ? -1 : 1;
	return a->place < b->place ? -1 : 1;
}

int gate_rows_init(struct gate_rows *rows, const json_t *gate)
{
	const json_t *cells = json_object_get(gate, "cells"), *cell;
	size_t i, most = 0;

	*rows = (struct gate_rows){ 0 };
	json_array_foreach(cells, i, cell)
		most += json_array_size(json_object_get(cell, "metrics"));
	rows->list = calloc(most + 1, sizeof *rows->list);
	if (!rows->list)
		return -ENOMEM;
	json_array_foreach(cells, i, cell)
	{
		add_cell(rows, cell);
		count_cell(&rows->counts, cell);
	}
	find_cell_worst(rows);
	qsort(rows->list, rows->count, sizeof *rows->list, compare);
	return 0;
}

void gate_rows_free(struct gate_rows *rows)
{
	free(rows->list);
}

const struct gate_row *gate_rows_find(const struct gate_rows *rows, const json_t *metric)
{
	size_t i = 0;

	while (rows->list[i].metric != metric)
		i++;
	return &rows->list[i];
}

size_t gate_metrics(const json_t *gate, const json_t *metrics[static GATE_METRICS_MAX])
{
	const json_t *cell, *metric;
	size_t i, k, count = 0;

	json_array_foreach(json_object_get(gate, "cells"), i, cell)
	{
		json_array_foreach(json_object_get(cell, "metrics"), k, metric)
		{
			const char *name = text_at(metric, "name");
			size_t at = 0;
			while (at < count && strcmp(text_at(metrics[at], "name"), name) != 0)
				at++;
			if (at == count && count < GATE_METRICS_MAX)
				metrics[count++] = metric;
		}
	}
	return count;
}

const json_t *gate_cell_metric(const json_t *cell, const char *name)
{
	const json_t *metric;
	size_t i;

	json_array_foreach(json_object_get(cell, "metrics"), i, metric)
	{
		if (strcmp(text_at(metric, "name"), name) == 0)
			return metric;
	}
	return NULL;
}
