/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../junit.h"
#include "gate_rows.h"
#include "gate_words.h"
#include "outputs.h"

/* The cases of a document, each with texts of its own. */
struct cases {
	struct junit_case *list;
	size_t count;
};

/* An allocated text, by the vararg's format. */
__attribute__((format(printf, 1, 2))) static char *make_text(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	int size = vasprintf(&text, format, args);
	va_end(args);
	return size < 0 ? NULL : text;
}

static char *class_of(const json_t *cell)
{
	return make_text("%s.%s", text_at(cell, "workload"), text_at(cell, "model"));
}

/* "p99 c=64", with the parameters by which it differs from another cell. */
static char *name_of(const json_t *gate, const json_t *cell, const char *what)
{
	char *cell_name = gate_cell_name(gate, cell);
	const char *place = cell_name ? strstr(cell_name, " c=") : NULL;
	char *name = make_text("%s%s%s", what, place ? place : "",
		json_is_true(json_object_get(cell, "control")) ? " (control)" : "");

	free(cell_name);
	return name;
}

/* "worse by +8.1% [+6.9, +9.4], p 0.0004, limit 3%; why" */
static char *message_of(const struct gate_row *row)
{
	char change[GATE_TEXT_MAX], p[GATE_TEXT_MAX], limit[GATE_TEXT_MAX];
	const char *reason = text_at(row->metric, "reason");
	double needed = number_at(row->metric, "pairs_needed");
	char pairs[40] = "";

	if (!isnan(needed))
		snprintf(pairs, sizeof pairs, "; %g pairs would do", needed);
	return make_text("worse by %s, p %s, limit %s%s%s%s", gate_row_change(row, change),
		gate_p(row->metric, p), gate_threshold(row->metric, limit), pairs,
		*reason ? "; " : "", reason);
}

/* A control that differs is a fault of the machine, not of head. */
static void judge(struct junit_case *item, const struct gate_row *row)
{
	bool differs = row->verdict == GATE_REGRESSION || row->verdict == GATE_IMPROVEMENT;

	item->type = text_at(row->metric, "verdict");
	if (gate_cell_control(row->cell) && differs) {
		item->kind = JUNIT_ERROR;
		item->type = "control";
	} else if (row->verdict == GATE_REGRESSION) {
		item->kind = JUNIT_FAILURE;
	} else if (row->verdict == GATE_INCONCLUSIVE) {
		item->kind = JUNIT_SKIPPED;
	}
}

/* The time of a cell is shared out to its cases, so that their sum is right. 0 or -ENOMEM. */
static int add_metrics(
	struct cases *cases, const json_t *gate, const struct gate_rows *rows, const json_t *cell)
{
	const json_t *metrics = json_object_get(cell, "metrics"), *metric;
	size_t i, first = cases->count;

	json_array_foreach(metrics, i, metric)
	{
		const struct gate_row *row = gate_rows_find(rows, metric);
		struct junit_case *item = &cases->list[cases->count];
		if (row->verdict == GATE_NOT_GATED)
			continue;
		item->classname = class_of(cell);
		item->name = name_of(gate, cell, text_at(metric, "name"));
		item->message = message_of(row);
		judge(item, row);
		cases->count++;
		if (!item->classname || !item->name || !item->message)
			return -ENOMEM;
	}
	for (i = first; i < cases->count; i++)
		cases->list[i].time_s = number_at(cell, "elapsed_s") / (cases->count - first);
	return 0;
}

static int add_broken(struct cases *cases, const json_t *gate, const json_t *cell)
{
	struct junit_case *item = &cases->list[cases->count++];
	char *message = gate_broken(cell);

	if (!message)
		return -ENOMEM;
	*item = (struct junit_case){ class_of(cell), name_of(gate, cell, "cell"),
		number_at(cell, "elapsed_s"), JUNIT_ERROR, text_at(cell, "status"), message };
	return item->classname && item->name ? 0 : -ENOMEM;
}

static void free_cases(struct cases *cases)
{
	for (size_t i = 0; i < cases->count; i++) {
		free((char *)cases->list[i].classname);
		free((char *)cases->list[i].name);
		free((char *)cases->list[i].message);
	}
	free(cases->list);
}

/* 0 or -ENOMEM. */
static int add_cells(struct cases *cases, const json_t *gate, const struct gate_rows *rows)
{
	const json_t *cell;
	size_t i;
	int err;

	json_array_foreach(json_object_get(gate, "cells"), i, cell)
	{
		err = gate_cell_broken(cell) ? add_broken(cases, gate, cell) : 0;
		if (!err)
			err = add_metrics(cases, gate, rows, cell);
		if (err)
			return err;
	}
	return 0;
}

int gate_junit(const json_t *gate, FILE *out)
{
	struct gate_rows rows;
	struct cases cases = { 0 };
	int err = gate_rows_init(&rows, gate);

	if (err)
		return err;
	cases.list = calloc(rows.count + rows.counts.broken + 1, sizeof *cases.list);
	err = cases.list ? add_cells(&cases, gate, &rows) : -ENOMEM;
	if (!err) {
		struct junit_suite suite = { "gate", text_at(gate, "date"), cases.list,
			cases.count };
		junit_write("concbench", &suite, 1, out);
	}
	free_cases(&cases);
	gate_rows_free(&rows);
	return err;
}
