/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RANK_H
#define BENCH_RANK_H

/*
 * Which model of a group is first, and when nothing may be said of that: a model is
 * ahead of another only where their intervals are apart. Everything here is thread-safe.
 */
#include <jansson.h>
#include <stddef.h>

#include "cells.h"

struct measure;

/* Intervals of no more confidence than this rank nothing. */
#define RANK_CONFIDENCE 0.9

enum rank_mark { MARK_NONE, MARK_BEST, MARK_WORST };

/*
 * What a cell's throughput is marked with: best where its interval lies above those of
 * all other models that are ok at its concurrency, and none is invalid, which may be
 * the fastest; worst where it lies below them.
 * Nothing where there is no other, where one of them has no interval that ranks, in
 * a demonstration, and where tasks report figures: then it is these that count, and the
 * throughput has what it took to read them in it. Nor in an open loop, whose rate was
 * asked for.
 */
enum rank_mark rank_mark(const struct group *group, const json_t *cell);

enum standing {
	STANDING_NONE, /* no model has a value */
	STANDING_DEMONSTRATION,
	STANDING_FIGURES,
	STANDING_RATE_GIVEN, /* throughput of an open loop */
	STANDING_ALONE,      /* one model has */
	STANDING_TOO_FEW,    /* trials: of one model there is no interval that ranks */
	STANDING_OPEN,       /* the first one's interval overlaps another */
	STANDING_FIRST       /* it lies apart from all others */
};

struct ranking {
	enum standing standing;
	size_t models;      /* that have a value */
	const char **names; /* the one with the best median, then those that overlap with it */
	size_t count;       /* of names; 0 without a value */
};

/*
 * Rank a group's models by a measure, which is better either high or low, at a
 * concurrency. rank_free frees it. 0 or -ENOMEM, which leaves nothing to free.
 */
int rank_models(const struct group *group, const struct measure *measure, json_int_t concurrency,
	struct ranking *ranking);

void rank_free(struct ranking *ranking);

#endif
