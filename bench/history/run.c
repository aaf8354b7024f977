/* SPDX-License-Identifier: MIT */
/* One results file as a run of a history. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../run_facts.h"
#include "history.h"

static const char *const cell_keys[] = { "workload", "model", "concurrency", "tasks", "params" };

static const char dirty_mark[] = "-dirty"; /* of git describe */

static size_t measure_count(void)
{
	size_t count = 0;

	while (measures[count].key)
		count++;
	return count;
}

double history_value(const struct history_point *point, const struct measure *measure)
{
	return point->measures[measure - measures].median;
}

bool history_failed(const struct history_point *point)
{
	return strcmp(point->status, "ok") != 0;
}

const char *history_break(
	const struct history_run *before, const struct history_run *after, char text[static 128])
{
	const struct run_fact *fact = runs_differ(before->head, after->head, NULL);

	if (!fact)
		return NULL;
	const json_t *value = run_fact_of(after->head, fact);
	char *words = value ? json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) : NULL;
	const char *plain = json_is_string(value) ? json_string_value(value) : words;
	snprintf(text, 128, "%s", plain ? plain : "unknown");
	free(words);
	return fact->key;
}

bool history_date(const json_t *root, struct tm *date)
{
	static const char format[] = "%Y-%m-%dT%H:%M:%SZ";
	const char *started = text_at(root, "started"), *end;
	char again[32];

	*date = (struct tm){ 0 };
	end = strptime(started, format, date);
	/* strptime takes digits left out and spaces, which would be out of order as text. */
	return end && !*end && strftime(again, sizeof again, format, date) > 0 &&
		strcmp(again, started) == 0;
}

/* That which makes a cell the same in two runs. A new reference. */
static json_t *cell_identity(const json_t *cell)
{
	json_t *identity = json_object();

	for (size_t i = 0; i < sizeof cell_keys / sizeof *cell_keys; i++)
		json_object_set(identity, cell_keys[i], json_object_get(cell, cell_keys[i]));
	return identity;
}

bool history_same_cell(const struct history_point *a, const struct history_point *b)
{
	for (size_t i = 0; i < sizeof cell_keys / sizeof *cell_keys; i++)
		if (!json_equal(json_object_get(a->cell, cell_keys[i]),
			    json_object_get(b->cell, cell_keys[i])))
			return false;
	return true;
}

/* A value that is not finite would be no measurement. */
static struct estimate measured(const json_t *cell, const struct measure *measure)
{
	struct estimate estimate = cell_estimate(cell, measure->key);

	if (cell_ok(cell) && isfinite(estimate.median))
		return estimate;
	return (struct estimate){ NAN, NAN, NAN, NAN };
}

static int read_point(struct history_point *point, const json_t *cell)
{
	size_t count = measure_count();

	point->cell = cell_identity(cell);
	snprintf(point->status, sizeof point->status, "%s", text_at(cell, "status"));
	point->measures = calloc(count, sizeof *point->measures);
	if (!point->measures)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		point->measures[i] = measured(cell, &measures[i]);
	return 0;
}

void history_run_free(struct history_run *run)
{
	for (size_t i = 0; i < run->point_count; i++) {
		json_decref(run->points[i].cell);
		free(run->points[i].measures);
	}
	free(run->points);
	free(run->file);
	free(run->commit);
	json_decref(run->head);
}

static int read_commit(struct history_run *run)
{
	run->commit = strdup(text_at(json_object_get(run->head, "environment"), "git"));
	if (!run->commit)
		return -ENOMEM;
	size_t length = strlen(run->commit), mark = strlen(dirty_mark);
	run->dirty = length >= mark && strcmp(run->commit + length - mark, dirty_mark) == 0;
	if (run->dirty)
		run->commit[length - mark] = '\0';
	return 0;
}

static int read_points(struct history_run *run, const json_t *cells)
{
	size_t i;
	json_t *cell;
	int err = 0;

	run->points = calloc(json_array_size(cells) + 1, sizeof *run->points);
	if (!run->points)
		return -ENOMEM;
	json_array_foreach(cells, i, cell)
	{
		run->point_count++;
		if ((err = read_point(&run->points[i], cell)) != 0)
			break;
	}
	return err;
}

int history_read_run(struct history_run *run, const char *path, const json_t *root)
{
	*run = (struct history_run){
		.file = strdup(path),
		.head = json_pack("{s:O?, s:O?}", "environment",
			json_object_get(root, "environment"), "options",
			json_object_get(root, "options")),
	};
	snprintf(run->started, sizeof run->started, "%s", text_at(root, "started"));
	int err = run->file && run->head ? read_commit(run) : -ENOMEM;
	if (!err)
		err = read_points(run, json_object_get(root, "cells"));
	if (err)
		history_run_free(run);
	return err;
}

bool history_fit(const json_t *root, const char *path, char *reason, size_t size)
{
	struct tm date;

	if (!json_is_true(json_object_get(root, "complete")))
		snprintf(reason, size,
			"'%s' is not complete; finish it with `concbench run --resume`", path);
	else if (!history_date(root, &date))
		snprintf(reason, size, "'%s' does not tell when it was started", path);
	else
		return true;
	return false;
}
