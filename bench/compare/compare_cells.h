/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMPARE_COMPARE_CELLS_H
#define BENCH_COMPARE_COMPARE_CELLS_H

/*
 * The cells of two runs beside each other, and what the tests of
 * bench/hypothesis.h say of them. Everything points into the two results, which
 * must outlive it.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "../stats.h"

struct measure;

enum { COMPARE_MEASURES_MAX = 16 };

/* At most this share of the differences that are called so is false, on average. */
#define COMPARE_ALPHA 0.05
#define COMPARE_CONFIDENCE 0.95

/* Worst first. */
enum verdict {
	VERDICT_WORSE,
	VERDICT_BETTER,
	VERDICT_SAME,     /* no difference shown */
	VERDICT_TOO_FEW,  /* trials: not even the clearest difference would be shown */
	VERDICT_NO_VALUE, /* one of the runs has none */
	VERDICTS,
};

/* One measure of one cell. */
struct comparison {
	const struct measure *measure;
	size_t old_count, new_count; /* trials that have it */
	double old_median, new_median;
	double ratio;             /* new over old, of Hodges and Lehmann; NAN where */
	struct interval interval; /* one of the values is not above 0 */
	double p, adjusted;       /* of Mann and Whitney; of Benjamini and Hochberg */
	double least;             /* the p of the clearest difference of so many trials */
	bool exact;
	double harm; /* the logarithm of the ratio, above 0 for worse */
	enum verdict verdict;
};

enum cell_state {
	CELL_FAILS, /* it was ok */
	CELL_COMPARED,
	CELL_MENDED,        /* it was not ok */
	CELL_DEMONSTRATION, /* whose speed stands for nothing */
	CELL_NOT_OK,        /* in either */
	CELL_ONLY_OLD,      /* not in the other file, or not run */
	CELL_ONLY_NEW,
	CELL_STATES,
};

struct cell_pair {
	const json_t *before, *after; /* NULL where a run does not have it */
	size_t place;                 /* in the order of the files */
	enum cell_state state;
	struct comparison comparisons[COMPARE_MEASURES_MAX]; /* worst first */
	size_t count;
};

struct compared {
	struct cell_pair *pairs; /* worst first */
	size_t count;
	size_t common;      /* cells that both have */
	size_t other_tasks; /* of these, with another number of tasks */
	size_t states[CELL_STATES], verdicts[VERDICTS];
	size_t tests;
	size_t trials_needed; /* of each side, so that the clearest difference would be shown */
	double confidence;    /* the least of the intervals; NAN without any */
};

/*
 * Compare count measures, keys (at most COMPARE_MEASURES_MAX, all of which are better
 * either high or low) of all cells. 0 or -ENOMEM, which leaves nothing to free.
 */
int compare_cells(const json_t *before, const json_t *after, const struct measure *const *keys,
	size_t count, struct compared *compared);

void compared_free(struct compared *compared);

#endif
