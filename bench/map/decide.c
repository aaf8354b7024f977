/* SPDX-License-Identifier: MIT */
/* Who wins a point. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../hypothesis.h"
#include "map.h"

/*
 * A model is the winner only if it beats every other one, so the p of the point is
 * the greatest of theirs, as R. L. Berger shows of a union of hypotheses
 * (Multiparameter Hypothesis Testing and Acceptance Sampling, Technometrics 24(4),
 * 1982). It is two-sided, as which one to test was chosen by looking.
 */
static int test_best(const struct map *map, struct map_point *point, double *p, int *others)
{
	const struct map_sample *best = &point->samples[point->best];
	size_t count = 0;

	point->p = NAN;
	for (size_t m = 0; m < map->model_count; m++) {
		const struct map_sample *sample = &point->samples[m];
		struct mann_whitney test;
		if (sample->n == 0 || sample == best)
			continue;
		int err = mann_whitney(sample->per_s, sample->n, best->per_s, best->n, &test);
		if (err)
			return err;
		bool faster = test.u > 0.5 * (double)sample->n * (double)best->n;
		others[count] = (int)m;
		p[count] = faster ? test.p : 1;
		point->p = fmax(point->p, p[count++]);
	}
	return 0;
}

static void note_best(const struct map *map, struct map_point *point)
{
	double next = NAN;

	point->best = point->winner = MAP_NONE;
	for (size_t m = 0; m < map->model_count; m++)
		if (point->samples[m].n > 0 &&
			(point->best == MAP_NONE ||
				point->samples[m].median > point->samples[point->best].median))
			point->best = (int)m;
	for (size_t m = 0; m < map->model_count; m++)
		if (point->samples[m].n > 0 && (int)m != point->best)
			next = fmax(next, point->samples[m].median);
	point->ahead = point->best == MAP_NONE ? NAN
					       : point->samples[point->best].median / next - 1;
}

/*
 * Those that may be the best: by Holm over the others, so that the true one is left out
 * at one point of twenty. The nearest always may where the point has no winner.
 */
static int note_among(const struct map *map, struct map_point *point)
{
	double p[MAP_MODELS_MAX] = { 0 }, adjusted[MAP_MODELS_MAX];
	int others[MAP_MODELS_MAX] = { 0 };
	size_t count = map_compared(map, point) - 1;
	int err = test_best(map, point, p, others);

	point->among[point->best] = true;
	if (err || count == 0)
		return err;
	err = adjust_holm(p, count, adjusted);
	for (size_t i = 0; i < count && !err; i++)
		point->among[others[i]] = adjusted[i] > MAP_LEVEL || p[i] == point->p;
	return err;
}

/* Of all winners at most a share of MAP_LEVEL is expected to be none: Benjamini and Hochberg. */
static int find_winners(struct map *map, double *p, struct map_point **tested)
{
	size_t total = map->share_count * map->concurrency_count, count = 0;

	for (size_t i = 0; i < total; i++)
		if (!map->points[i].open && !isnan(map->points[i].p)) {
			tested[count] = &map->points[i];
			p[count++] = map->points[i].p;
		}
	int err = count > 0 ? adjust_benjamini_hochberg(p, count, p) : 0;
	for (size_t i = 0; i < count && !err; i++) {
		struct map_point *point = tested[i];
		point->adjusted = p[i];
		if (p[i] > MAP_LEVEL)
			continue;
		point->winner = point->best;
		for (size_t m = 0; m < map->model_count; m++)
			point->among[m] = (int)m == point->best;
	}
	return err;
}

int map_decide(struct map *map)
{
	size_t total = map->share_count * map->concurrency_count;
	double *p = calloc(total, sizeof *p);
	struct map_point **tested = calloc(total, sizeof(struct map_point *));
	int err = p && tested ? 0 : -ENOMEM;

	for (size_t i = 0; i < total && !err; i++) {
		struct map_point *point = &map->points[i];
		note_best(map, point);
		point->p = point->adjusted = NAN;
		if (point->best != MAP_NONE && !point->open)
			err = note_among(map, point);
	}
	if (!err)
		err = find_winners(map, p, tested);
	free(p);
	free(tested);
	return err;
}
