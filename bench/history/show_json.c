/* SPDX-License-Identifier: MIT */
/* A history as one JSON object, for other programs. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "levels.h"
#include "view.h"

static json_t *point_json(const struct history_point *point, const struct measure *measure)
{
	const struct estimate *estimate = &point->measures[measure - measures];

	return json_pack("{s:i, s:s, s:o, s:o, s:o}", "run", (int)point->run->rank, "status",
		point->status, "value", number_or_null(estimate->median), "low",
		number_or_null(estimate->low), "high", number_or_null(estimate->high));
}

static json_t *change_json(const struct history_series *series, const struct history_level *level)
{
	double from = level[-1].value;

	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:o}", "run",
		(int)series->points[level->from]->run->rank, "started",
		series->points[level->from]->run->started, "commit",
		series->points[level->from]->run->commit, "from", number_or_null(from), "to",
		number_or_null(level->value), "ratio", number_or_null(level->value / from),
		"statistic", number_or_null(level->statistic), "p", number_or_null(level->p));
}

static json_t *level_json(const struct history_series *series, const struct history_level *level)
{
	return json_pack("{s:i, s:i, s:i, s:o}", "first_run",
		(int)series->points[level->from]->run->rank, "last_run",
		(int)series->points[level->to - 1]->run->rank, "values", (int)level->count,
		"median", number_or_null(level->value));
}

static int add_series(
	json_t *list, const struct history_series *series, const struct history_view *view)
{
	struct history_level *levels;
	size_t count, changed = 0;
	json_t *cell = json_deep_copy(series->points[0]->cell);
	json_t *points = json_array(), *level_list = json_array(), *changes = json_array();
	int err = history_levels(series, view->measure, &levels, &count);

	for (size_t i = 0; i < series->count; i++)
		json_array_append_new(points, point_json(series->points[i], view->measure));
	for (size_t i = 0; i < count; i++) {
		json_array_append_new(level_list, level_json(series, &levels[i]));
		if (levels[i].change)
			json_array_append_new(changes, change_json(series, &levels[i]));
		changed += levels[i].change;
	}
	json_object_set_new(cell, "points", points);
	json_object_set_new(cell, "levels", level_list);
	json_object_set_new(cell, "changes", changes);
	if (view->all || changed > 0)
		json_array_append(list, cell);
	json_decref(cell);
	free(levels);
	return err;
}

static json_t *runs_json(const struct history *history)
{
	json_t *list = json_array();

	for (size_t i = 0; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		json_array_append_new(list,
			json_pack("{s:o, s:s, s:s, s:b, s:i, s:O, s:O}", "file",
				path_json(run->file), "started", run->started, "commit",
				run->commit, "dirty", run->dirty, "machine", (int)run->machine,
				"environment", json_object_get(run->head, "environment"), "options",
				json_object_get(run->head, "options")));
	}
	return list;
}

int history_show_json(const struct history *history, const struct history_view *view, FILE *out)
{
	json_t *cells = json_array();
	int err = 0;

	for (size_t i = 0; i < history->series_count && !err; i++)
		if (history_selected(view, &history->series[i]))
			err = add_series(cells, &history->series[i], view);
	json_t *root = json_pack("{s:s, s:s, s:o, s:o}", "metric", view->measure->key, "unit",
		view->measure->unit, "runs", runs_json(history), "cells", cells);
	if (!err && (!root || json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) != 0))
		err = -ENOMEM;
	putc('\n', out);
	json_decref(root);
	return err;
}
