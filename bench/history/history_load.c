/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../result.h"
#include "history.h"

/* Add the run of a file, or say why not. 0 or -ENOMEM. */
static int load_file(struct history *history, const char *path)
{
	char reason[512];
	json_t *root = result_load(path, reason, sizeof reason);
	int err = 0;

	if (!root || !history_fit(root, path, reason, sizeof reason)) {
		cli_error("history", "%s; it is left out", reason);
		history->refused++;
	} else {
		struct history_run *runs = realloc(
			history->runs, (history->run_count + 1) * sizeof *runs);
		if (runs)
			history->runs = runs;
		err = runs ? history_read_run(&runs[history->run_count], path, root) : -ENOMEM;
		history->run_count += !err;
	}
	json_decref(root);
	return err;
}

/* Files that begin with a dot are being written, or nobody's. */
static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static int load_files(struct history *history, const char *dir)
{
	struct dirent **entries;
	int count = scandir(dir, &entries, is_visible, alphasort);
	int err = 0;

	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		char *path;
		if (!err && asprintf(&path, "%s/%s", dir, entries[i]->d_name) < 0)
			err = -ENOMEM;
		if (!err) {
			err = load_file(history, path);
			free(path);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

static int by_date(const void *a, const void *b)
{
	const struct history_run *first = a, *second = b;
	int order = strcmp(first->started, second->started);

	return order ? order : strcmp(first->file, second->file);
}

static bool same_file(const struct history_run *a, const struct history_run *b)
{
	char reason[512];
	json_t *first = result_load(a->file, reason, sizeof reason);
	json_t *second = result_load(b->file, reason, sizeof reason);
	bool same = first && second && json_equal(first, second);

	json_decref(first);
	json_decref(second);
	return same;
}

/* A run that is there under two names is one run. */
static void remove_copies(struct history *history)
{
	size_t kept = 0;

	for (size_t i = 0; i < history->run_count; i++) {
		struct history_run *run = &history->runs[i];
		size_t k = kept;
		while (k > 0 && strcmp(history->runs[k - 1].started, run->started) == 0 &&
			!same_file(&history->runs[k - 1], run))
			k--;
		if (k > 0 && strcmp(history->runs[k - 1].started, run->started) == 0) {
			cli_error("history", "'%s' is the run of '%s' once more; it is left out",
				run->file, history->runs[k - 1].file);
			history->refused++;
			history_run_free(run);
		} else {
			history->runs[kept++] = *run;
		}
	}
	history->run_count = kept;
}

static void place_runs(struct history *history)
{
	char text[128];

	for (size_t i = 0; i < history->run_count; i++) {
		struct history_run *run = &history->runs[i];
		run->rank = i;
		if (i > 0)
			run->machine = run[-1].machine +
				(history_break(run - 1, run, text) != NULL);
		for (size_t k = 0; k < run->point_count; k++)
			run->points[k].run = run;
	}
}

/* How many sets of tasks and parameters the workload had before this one, and one more. */
static unsigned variant_of(const struct history *history, const struct history_point *point)
{
	static const char *const keys[] = { "tasks", "params" };
	const char *workload = text_at(point->cell, "workload");
	unsigned most = 0;

	for (size_t i = 0; i < history->series_count; i++) {
		const json_t *cell = history->series[i].points[0]->cell;
		bool same = true;
		if (strcmp(text_at(cell, "workload"), workload) != 0)
			continue;
		for (size_t k = 0; k < 2; k++)
			same &= json_equal(json_object_get(cell, keys[k]),
					json_object_get(point->cell, keys[k])) == 1;
		if (same)
			return history->series[i].variant;
		if (history->series[i].variant > most)
			most = history->series[i].variant;
	}
	return most + 1;
}

/*
 * The series that a point belongs to, looked for from a place on, as runs have
 * their cells in the same order. One that has a point of this run is full: a
 * second cell of the same place has a series of its own, so that none is lost.
 */
static struct history_series *find_series(
	struct history *history, const struct history_point *point, size_t *place)
{
	size_t count = history->series_count;

	for (size_t i = 0; i < count; i++) {
		struct history_series *series = &history->series[(*place + i) % count];
		if (series->points[series->count - 1]->run != point->run &&
			history_same_cell(series->points[0], point)) {
			*place = (*place + i + 1) % count;
			return series;
		}
	}
	struct history_series *list = realloc(history->series, (count + 1) * sizeof *list);
	if (!list)
		return NULL;
	history->series = list;
	list[count] = (struct history_series){ .variant = variant_of(history, point) };
	list[count].points = calloc(history->run_count, sizeof(struct history_point *));
	return list[count].points ? &list[history->series_count++] : NULL;
}

static int make_series(struct history *history)
{
	for (size_t i = 0; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		size_t place = 0;
		for (size_t k = 0; k < run->point_count; k++) {
			struct history_series *series = find_series(
				history, &run->points[k], &place);
			if (!series)
				return -ENOMEM;
			series->points[series->count++] = &run->points[k];
		}
	}
	return 0;
}

int history_load(struct history *history, const char *dir)
{
	*history = (struct history){ 0 };
	int err = load_files(history, dir);

	if (!err && history->run_count == 0) {
		cli_error("history", "there is no run in '%s'; `concbench history add` adds one",
			dir);
		history_free(history);
		return EXIT_USAGE;
	}
	if (!err) {
		qsort(history->runs, history->run_count, sizeof *history->runs, by_date);
		remove_copies(history);
		place_runs(history);
		err = make_series(history);
	}
	if (!err)
		return EXIT_OK;
	history_free(history);
	return cli_error("history", "cannot read the folder '%s': %s", dir, strerror(-err));
}

void history_free(struct history *history)
{
	for (size_t i = 0; i < history->run_count; i++)
		history_run_free(&history->runs[i]);
	for (size_t i = 0; i < history->series_count; i++)
		free(history->series[i].points);
	free(history->runs);
	free(history->series);
	*history = (struct history){ 0 };
}
