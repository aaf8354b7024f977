/* SPDX-License-Identifier: MIT */
/* Every row and column of the map, and every pair of models along it. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "../hypothesis.h"
#include "crossing.h"

/* Which models are told apart at each point: 1 where the first is faster, -1 where the second is.
 */
struct signs {
	signed char *list;
	size_t models;
};

static signed char *sign_at(const struct signs *signs, size_t point, size_t a, size_t b)
{
	return &signs->list[(point * signs->models + a) * signs->models + b];
}

/* A pair at a point, whether a tends to be faster, and its p. */
struct difference {
	size_t point, a, b;
	bool faster;
	double p;
};

static int test_pairs(const struct map *map, size_t place, struct difference *list, size_t *count)
{
	const struct map_point *point = &map->points[place];

	for (size_t a = 0; a < map->model_count; a++)
		for (size_t b = a + 1; b < map->model_count; b++) {
			const struct map_sample *x = &point->samples[b], *y = &point->samples[a];
			struct mann_whitney test;
			if (x->n == 0 || y->n == 0)
				continue;
			int err = mann_whitney(x->per_s, x->n, y->per_s, y->n, &test);
			if (err)
				return err;
			bool faster = test.u > 0.5 * (double)x->n * (double)y->n;
			list[(*count)++] = (struct difference){ place, a, b, faster, test.p };
		}
	return 0;
}

/* All pairs at all points are one family of tests. */
static int find_signs(const struct map *map, struct signs *signs)
{
	size_t points = map->share_count * map->concurrency_count, count = 0;
	size_t most = points * map->model_count * map->model_count;
	struct difference *list = calloc(most, sizeof *list);
	double *p = calloc(most, sizeof *p);
	int err = list && p ? 0 : -ENOMEM;

	for (size_t i = 0; i < points && !err; i++)
		err = test_pairs(map, i, list, &count);
	for (size_t i = 0; i < count && !err; i++)
		p[i] = list[i].p;
	if (!err && count > 0)
		err = adjust_benjamini_hochberg(p, count, p);
	for (size_t i = 0; i < count && !err; i++) {
		signed char sign = list[i].faster ? 1 : -1;
		if (p[i] > MAP_LEVEL)
			continue;
		*sign_at(signs, list[i].point, list[i].a, list[i].b) = sign;
		*sign_at(signs, list[i].point, list[i].b, list[i].a) = -sign;
	}
	free(list);
	free(p);
	return err;
}

/* What a search for crossings works with. */
struct survey {
	struct map *map;
	struct signs signs;
	struct rng rng;
	enum map_axis along;
	size_t fixed; /* the place on the other axis */
};

static size_t point_of(const struct survey *survey, size_t i)
{
	size_t share = survey->along == MAP_SHARE ? i : survey->fixed;
	size_t concurrency = survey->along == MAP_SHARE ? survey->fixed : i;

	return share * survey->map->concurrency_count + concurrency;
}

/* Concurrency is a matter of factors, a share is not. */
static double scaled(const struct survey *survey, size_t i)
{
	return survey->along == MAP_SHARE ? survey->map->shares[i]
					  : log(survey->map->concurrencies[i]);
}

static double unscaled(const struct survey *survey, double x)
{
	return survey->along == MAP_SHARE ? x : exp(x);
}

/* A crossing is worth telling where each of the two is among the best on its own side. */
static int tell(struct survey *survey, size_t a, size_t b, const struct line_point *line,
	const size_t *places, size_t count)
{
	struct map *map = survey->map;
	size_t from = line[0].sign > 0 ? a : b, to = line[0].sign > 0 ? b : a;
	double at, low, high;

	if (!map->points[places[0]].among[from] || !map->points[places[count - 1]].among[to])
		return 0;
	int err = crossing_between(line, count, &survey->rng, &at, &low, &high);
	if (err)
		return err;
	struct map_crossing *crossings = realloc(
		map->crossings, (map->crossing_count + 1) * sizeof *crossings);
	if (!crossings)
		return -ENOMEM;
	map->crossings = crossings;
	crossings[map->crossing_count++] = (struct map_crossing){
		.along = survey->along,
		.fixed = survey->along == MAP_SHARE ? map->concurrencies[survey->fixed]
						    : map->shares[survey->fixed],
		.from = (int)from,
		.to = (int)to,
		.at = unscaled(survey, at),
		.low = unscaled(survey, low),
		.high = unscaled(survey, high),
	};
	return 0;
}

/* From each point where the two are told apart to the next one where they are the other way. */
static int search_pair(struct survey *survey, size_t a, size_t b)
{
	size_t length = survey->along == MAP_SHARE ? survey->map->share_count
						   : survey->map->concurrency_count;
	struct line_point line[MAP_EDGE_MAX];
	size_t places[MAP_EDGE_MAX], count = 0, last = MAP_EDGE_MAX;
	int err = 0;

	for (size_t i = 0; i < length && !err; i++) {
		size_t place = point_of(survey, i);
		const struct map_sample *samples = survey->map->points[place].samples;
		if (survey->map->points[place].open) { /* nor is it known who leads beyond it */
			last = MAP_EDGE_MAX;
			continue;
		}
		if (samples[a].n == 0 || samples[b].n == 0)
			continue;
		places[count] = place;
		line[count++] = (struct line_point){ .x = scaled(survey, i),
			.a = &samples[a],
			.b = &samples[b],
			.sign = *sign_at(&survey->signs, place, a, b) };
		if (line[count - 1].sign == 0)
			continue;
		if (last < count && line[last].sign == -line[count - 1].sign)
			err = tell(survey, a, b, &line[last], &places[last], count - last);
		last = count - 1;
	}
	return err;
}

static int search_lines(struct survey *survey, enum map_axis along)
{
	struct map *map = survey->map;
	size_t lines = along == MAP_SHARE ? map->concurrency_count : map->share_count;
	int err = 0;

	survey->along = along;
	for (survey->fixed = 0; survey->fixed < lines && !err; survey->fixed++)
		for (size_t a = 0; a < map->model_count && !err; a++)
			for (size_t b = a + 1; b < map->model_count && !err; b++)
				err = search_pair(survey, a, b);
	return err;
}

int map_cross(struct map *map, uint64_t seed)
{
	size_t points = map->share_count * map->concurrency_count;
	struct survey survey = {
		.map = map,
		.signs = { .list = calloc(points, map->model_count * map->model_count),
			.models = map->model_count },
	};
	int err = survey.signs.list ? find_signs(map, &survey.signs) : -ENOMEM;

	rng_seed(&survey.rng, seed);
	if (!err)
		err = search_lines(&survey, MAP_CONCURRENCY);
	if (!err)
		err = search_lines(&survey, MAP_SHARE);
	free(survey.signs.list);
	return err;
}
