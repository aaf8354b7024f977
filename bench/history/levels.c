/* SPDX-License-Identifier: MIT */
#include "levels.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../stats.h"
#include "edivisive.h"

/*
 * Four runs before a level is one: three are too few to tell from a bad day. At
 * 0.01, one in a hundred cells that never changed shows a change.
 */
static const struct edivisive_options options = {
	.least = 4,
	.significance = 0.01,
	.permutations = 999,
	.seed = 1,
};

/* The values of a series on one machine, in its order. */
struct stretch {
	double *values;
	size_t *points; /* where each value stands in the series */
	struct edivisive_change *changes;
	size_t count;
};

int history_better(const struct measure *measure, double from, double to)
{
	int up = (to > from) - (to < from);

	return measure->better == MEASURE_HIGHER ? up : measure->better == MEASURE_LOWER ? -up : 0;
}

/* The values from a point on, as long as the machine is the same; the first point after them. */
static size_t collect(const struct history_series *series, const struct measure *measure,
	size_t from, struct stretch *stretch)
{
	size_t machine = series->points[from]->run->machine, i = from;

	stretch->count = 0;
	for (; i < series->count && series->points[i]->run->machine == machine; i++) {
		double value = history_value(series->points[i], measure);
		if (isnan(value))
			continue;
		stretch->values[stretch->count] = value;
		stretch->points[stretch->count++] = i;
	}
	return i;
}

/* The values at .. end of a stretch are a level, begun by that change, if any. */
static int add_level(const struct stretch *stretch, size_t at, size_t end,
	const struct edivisive_change *change, struct history_level *level)
{
	*level = (struct history_level){
		.from = stretch->points[at],
		.to = stretch->points[end - 1] + 1,
		.count = end - at,
		.change = change != NULL,
		.statistic = change ? change->statistic : NAN,
		.p = change ? change->p : NAN,
	};
	return stats_median(stretch->values + at, end - at, &level->value);
}

static int add_levels(struct stretch *stretch, struct history_level *levels, size_t *count)
{
	size_t changes, at = 0;

	if (stretch->count == 0)
		return 0;
	int err = edivisive(stretch->values, stretch->count, &options, stretch->changes, &changes);
	for (size_t i = 0; i <= changes && !err; i++) {
		size_t end = i < changes ? stretch->changes[i].at : stretch->count;
		err = add_level(stretch, at, end, i > 0 ? &stretch->changes[i - 1] : NULL,
			&levels[(*count)++]);
		at = end;
	}
	return err;
}

int history_levels(const struct history_series *series, const struct measure *measure,
	struct history_level **levels, size_t *count)
{
	size_t n = series->count;
	struct stretch stretch = {
		.values = calloc(n, sizeof(double)),
		.points = calloc(n, sizeof(size_t)),
		.changes = calloc(n, sizeof *stretch.changes),
	};
	int err = 0;

	*count = 0;
	*levels = calloc(n, sizeof **levels);
	if (!*levels || !stretch.values || !stretch.points || !stretch.changes)
		err = -ENOMEM;
	for (size_t i = 0; i < n && !err;) {
		i = collect(series, measure, i, &stretch);
		err = add_levels(&stretch, *levels, count);
	}
	free(stretch.values);
	free(stretch.points);
	free(stretch.changes);
	if (err || *count == 0) {
		free(*levels);
		*levels = NULL;
		*count = 0;
	}
	return err;
}
