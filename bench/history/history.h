/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_HISTORY_H
#define HISTORY_HISTORY_H

/*
 * A history: a folder of results files, one a run. Read into runs in the order
 * of their dates, and a series for each cell (the same workload, model,
 * concurrency, tasks and parameters) with a point a run that had it.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#include "../cells.h"
#include "../measure.h"

struct history_point {
	const struct history_run *run;
	json_t *cell;    /* what makes it the same cell: no trials, no summary */
	char status[16]; /* as the results file has it */
	struct estimate
		*measures; /* in the order of measures[]; all NAN unless the status is "ok" */
};

struct history_run {
	char *file;
	char started[24]; /* in UTC: 2026-11-22T02:00:00Z */
	char *commit;     /* "" where the build did not know it */
	bool dirty;       /* built from a tree with changes beyond the commit */
	json_t *head;     /* the file's environment and options */
	size_t machine;   /* goes up by one where history_break tells it from the run before */
	struct history_point *points;
	size_t point_count;
	size_t rank; /* its place among the runs */
};

struct history_series {
	const struct history_point **points; /* in the order of their runs; one at least */
	size_t count;
	unsigned variant; /* of the workload's tasks and parameters: 1, then 2, ... */
};

struct history {
	struct history_run *runs;
	size_t run_count;
	struct history_series *series; /* by their first run, and in that in the file's order */
	size_t series_count;
	size_t refused; /* files that are not in it */
};

/*
 * Read the folder. A file that is no complete results file, or the same run as
 * another, is named on stderr, counted in refused, and not in the history. 0, or
 * EXIT_USAGE with what is wrong said; then there is nothing to free.
 */
int history_load(struct history *history, const char *dir);

void history_free(struct history *history);

/*
 * Why two runs are never compared: the first fact of runs_differ, with what the later run
 * has of it in text; or NULL.
 */
const char *history_break(
	const struct history_run *before, const struct history_run *after, char text[static 128]);

/* Read when a run was started; false where its file does not tell, or tells no date. */
bool history_date(const json_t *root, struct tm *date);

/* Whether a results file is a run of a history: complete and dated; else why not, in reason. */
bool history_fit(const json_t *root, const char *path, char *reason, size_t size);

/* Read a results file that is fit into a run, of which it keeps copies. 0 or -ENOMEM. */
int history_read_run(struct history_run *run, const char *path, const json_t *root);

void history_run_free(struct history_run *run);

/* Whether two points are of the same cell. */
bool history_same_cell(const struct history_point *a, const struct history_point *b);

/* The value of a point, NAN where it failed or has none of that measure. */
double history_value(const struct history_point *point, const struct measure *measure);

/* Whether the cell's measurement did not hold. */
bool history_failed(const struct history_point *point);

#endif
