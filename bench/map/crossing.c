/* SPDX-License-Identifier: MIT */
#include "crossing.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../stats.h"

enum { RESAMPLES = 2000 };

/* The i-th of the places where the ratio changes its sign, by linear interpolation. */
static double nth_place(const struct line_point *line, const double *ratios, size_t count, size_t n)
{
	for (size_t i = 1; i < count; i++)
		if ((ratios[i - 1] > 0) != (ratios[i] > 0) && n-- == 0)
			return line[i - 1].x +
				(line[i].x - line[i - 1].x) * ratios[i - 1] /
				(ratios[i - 1] - ratios[i]);
	return line[count - 1].x;
}

/* Where a line of logarithms of ratios is 0; at an end where that has crossed already, or not yet.
 */
static double place_of(const struct line_point *line, const double *ratios, size_t count)
{
	size_t changes = 0;

	if (line[0].sign * ratios[0] <= 0)
		return line[0].x;
	if (line[0].sign * ratios[count - 1] >= 0)
		return line[count - 1].x;
	for (size_t i = 1; i < count; i++)
		changes += (ratios[i - 1] > 0) != (ratios[i] > 0);
	return nth_place(line, ratios, count, changes / 2);
}

static int resample(struct rng *rng, const struct map_sample *sample, double *room, double *median)
{
	for (size_t i = 0; i < sample->n; i++)
		room[i] = sample->per_s[rng_below(rng, sample->n)];
	return stats_median(room, sample->n, median);
}

/* One more line, of trials drawn with replacement. */
static int draw_place(const struct line_point *line, size_t count, struct rng *rng, double *room,
	double *ratios, double *place)
{
	for (size_t i = 0; i < count; i++) {
		double a, b;
		int err = resample(rng, line[i].a, room, &a);
		if (!err)
			err = resample(rng, line[i].b, room, &b);
		if (err)
			return err;
		ratios[i] = log(a / b);
	}
	*place = place_of(line, ratios, count);
	return 0;
}

static int compare_places(const void *x, const void *y)
{
	const double *a = x, *b = y;

	return (*a > *b) - (*a < *b);
}

static size_t most_trials(const struct line_point *line, size_t count)
{
	size_t most = 0;

	for (size_t i = 0; i < count; i++) {
		most = line[i].a->n > most ? line[i].a->n : most;
		most = line[i].b->n > most ? line[i].b->n : most;
	}
	return most;
}

int crossing_between(const struct line_point *line, size_t count, struct rng *rng, double *at,
	double *low, double *high)
{
	double *ratios = calloc(count, sizeof *ratios);
	double *room = calloc(most_trials(line, count) + 1, sizeof *room);
	double *places = calloc(RESAMPLES, sizeof *places);
	int err = ratios && room && places ? 0 : -ENOMEM;

	if (!err) {
		for (size_t i = 0; i < count; i++)
			ratios[i] = log(line[i].a->median / line[i].b->median);
		*at = place_of(line, ratios, count);
	}
	for (size_t i = 0; i < RESAMPLES && !err; i++)
		err = draw_place(line, count, rng, room, ratios, &places[i]);
	if (!err) {
		qsort(places, RESAMPLES, sizeof *places, compare_places);
		*low = places[(size_t)(0.025 * RESAMPLES)];
		*high = places[RESAMPLES - 1 - (size_t)(0.025 * RESAMPLES)];
	}
	free(ratios);
	free(room);
	free(places);
	return err;
}
