/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_LEVELS_H
#define HISTORY_LEVELS_H

/* The changes of a series, and the levels between them. */
#include "history.h"

/*
 * A stretch of a series on one machine between two changes, and the median of
 * its values. Points that failed lie between from and to but are not in it.
 */
struct history_level {
	size_t from, to; /* points: its first and last that has a value, and one more */
	size_t count;    /* values */
	double value;
	bool change; /* it begins with a change of the level before; else the history or machine */
	double statistic; /* of that change */
	double p;
};

/* Whether a change has been for the better: 1, for the worse: -1, or neither: 0. */
int history_better(const struct measure *measure, double from, double to);

/*
 * Find the levels of a series. To be freed; NULL, and *count 0, where no point has
 * a value. 0 or -ENOMEM.
 */
int history_levels(const struct history_series *series, const struct measure *measure,
	struct history_level **levels, size_t *count);

#endif
