/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_GATE_ROWS_H
#define BENCH_GATE_GATE_ROWS_H

/*
 * A gate's document looked at as rows, one a metric of a cell. Everything
 * points into the JSON, which must outlive it. Thread-safe.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* In the order in which a reader wants to know of them. */
enum gate_verdict {
	GATE_REGRESSION,
	GATE_INCONCLUSIVE,
	GATE_IMPROVEMENT,
	GATE_NO_REGRESSION,
	GATE_NOT_GATED,
};

/* How much worse head is than base, whichever direction is the better: 0.08 is 8 %; NAN: unknown.
 */
struct gate_worse {
	double middle, low, high;
};

struct gate_row {
	const json_t *cell, *metric;
	size_t place; /* in the document */
	enum gate_verdict verdict;
	struct gate_worse worse;
	double cell_worst; /* of the rows of this cell with this verdict */
};

/* What the verdict hangs on. */
struct gate_counts {
	size_t gated, regressions, inconclusive, improvements; /* metrics, without the control's */
	size_t cells, regressed_cells;                         /* those with a gated metric */
	size_t broken_by_head, broken;                         /* cells that are not ok */
};

struct gate_rows {
	struct gate_row *list; /* by verdict, then the worst cell first, then its worst metric */
	size_t count;
	struct gate_counts counts;
};

/* 0 or -ENOMEM. */
int gate_rows_init(struct gate_rows *rows, const json_t *gate);

void gate_rows_free(struct gate_rows *rows);

/* As many different metrics as are looked at. */
enum { GATE_METRICS_MAX = 16 };

/* The first of each name among all cells' metrics, in order of appearance. Returns how many. */
size_t gate_metrics(const json_t *gate, const json_t *metrics[static GATE_METRICS_MAX]);

/* The cell's metric of that name, or NULL. */
const json_t *gate_cell_metric(const json_t *cell, const char *name);

/* The row of a metric of the document. */
const struct gate_row *gate_rows_find(const struct gate_rows *rows, const json_t *metric);

/* Whether a trial of the cell failed, so that it has no verdict. */
bool gate_cell_broken(const json_t *cell);

/* The same where it is head that failed. */
bool gate_cell_broken_by_head(const json_t *cell);

/* Whether both arms were the same program. */
bool gate_cell_control(const json_t *cell);

/* Whether noise has raised the row's threshold above the one asked for. */
bool gate_row_raised(const struct gate_row *row, const json_t *gate);

#endif
