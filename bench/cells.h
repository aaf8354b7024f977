/* SPDX-License-Identifier: MIT */
#ifndef BENCH_CELLS_H
#define BENCH_CELLS_H

/*
 * The cells of a loaded result, looked at as tables: what the exports and the
 * pictures have in common. Everything points into the JSON, which must outlive
 * it. Nothing here is changed by reading, so it is thread-safe.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct figure;

/* A summary value with its confidence interval; NAN where there is none. */
struct estimate {
	double median, low, high;
	double confidence; /* a share: 0.95 */
};

/* A summary value of a cell by its key, whatever the status; all NAN when missing. */
struct estimate cell_estimate(const json_t *cell, const char *key);

/* The same of a figure that the workload's tasks report. */
struct estimate cell_figure(const json_t *cell, const char *name);

/* Whether its tasks do something wrong to show what comes of it: no model's merit or fault. */
bool cell_demonstration(const json_t *cell);

/* Whether the cell's measurement holds. */
bool cell_ok(const json_t *cell);

/* Whether it has a trial. */
bool cell_was_run(const json_t *cell);

/* A number by its key, or NAN when it is missing or no number. */
double number_at(const json_t *object, const char *key);

/* A text by its key, or "" when it is missing or no text. */
const char *text_at(const json_t *object, const char *key);

/* A real number, or null for what is not finite: JSON has no word for it. A new reference. */
json_t *number_or_null(double number);

/*
 * A path as a text. It may have bytes that are no UTF-8, which JSON cannot hold: each
 * becomes a question mark. A new reference; NULL without memory.
 */
json_t *path_json(const char *path);

/*
 * Write params as name=value, but for empty texts, with between standing between
 * them. Where escaped holds a character, that one is written with a backslash
 * before it.
 */
void params_print(const json_t *params, const char *between, const char *escaped, FILE *out);

/*
 * A workload with one set of parameters: what one table or picture shows. A
 * second cell of the same place opens a group of its own, so that none is lost.
 */
struct group {
	const char *workload;
	const json_t *params;
	unsigned variant; /* 1 for the first group of the workload, then 2, ... */
	const json_t **cells;
	size_t cell_count;
	const char **models; /* in order of appearance */
	size_t model_count;
	json_int_t *concurrencies; /* rising */
	size_t concurrency_count;
};

struct groups {
	struct group *list;
	size_t count;
};

/* Sort the cells of a result into groups, in order of appearance. 0 or -ENOMEM. */
int groups_init(struct groups *groups, const json_t *root);

void groups_free(struct groups *groups);

/* Whether a cell of the group is a demonstration. */
bool group_demonstration(const struct group *group);

/* What a group's throughput counts: "tasks", "requests" or the workload's own, as "spawns". */
const char *group_operation(const struct group *group);

/* What a CPU time is of: "task", "req" or "op". */
const char *group_operation_short(const struct group *group);

/* The figures of a group's workload, of which a cell may have some; NULL for none. */
const struct figure *group_figures(const struct group *group);

/* The cell at a place of a group, or NULL when that was not run. */
const json_t *group_cell(const struct group *group, const char *model, json_int_t concurrency);

/* The least and the most trials that a cell of the group has that is ok; 0 when none is. */
void group_trials(const struct group *group, size_t *least, size_t *most);

/* The lowest confidence of the intervals of that key in cells that are ok, or NAN. */
double group_confidence(const struct group *group, const char *key);

#endif
