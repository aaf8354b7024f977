/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "../stats.h"
#include "map.h"

char map_letter(int model)
{
	return (char)('A' + model);
}

const char *map_ahead(
	const struct map_point *point, const char *between, char text[static MAP_AHEAD_MAX])
{
	if (point->ahead < 9.995) /* below "+1000%" */
		snprintf(text, MAP_AHEAD_MAX, "+%.0f%s%%", 100 * point->ahead, between);
	else
		snprintf(text, MAP_AHEAD_MAX, "x%s%.0f", between, fmin(point->ahead + 1, 99999));
	return text;
}

bool is_map(const json_t *root)
{
	return json_is_object(json_object_get(root, "map"));
}

struct map_point *map_at(const struct map *map, size_t share, size_t concurrency)
{
	return &map->points[share * map->concurrency_count + concurrency];
}

size_t map_compared(const struct map *map, const struct map_point *point)
{
	size_t count = 0;

	for (size_t m = 0; m < map->model_count; m++)
		count += point->samples[m].n > 0;
	return count;
}

/* Where a cell is on a map; false where it is on none. */
static bool place_of(const json_t *cell, unsigned *share, unsigned *concurrency)
{
	double percent = number_at(json_object_get(cell, "params"), "cpu_share");
	double tasks = number_at(cell, "concurrency");

	if (strcmp(text_at(cell, "workload"), "mixed") != 0 || !(percent >= 0 && percent <= 100) ||
		!(tasks >= 1 && tasks <= 1e9))
		return false;
	*share = percent;
	*concurrency = tasks;
	return true;
}

/* Into a rising list, once. Returns whether it has room for it. */
static bool note(unsigned *list, size_t *count, unsigned number)
{
	size_t place = *count;

	while (place > 0 && list[place - 1] > number)
		place--;
	if (place > 0 && list[place - 1] == number)
		return true;
	if (*count == MAP_EDGE_MAX)
		return false;
	memmove(&list[place + 1], &list[place], (*count - place) * sizeof *list);
	list[place] = number;
	(*count)++;
	return true;
}

static int model_place(const struct map *map, const char *model)
{
	for (size_t m = 0; m < map->model_count; m++)
		if (strcmp(map->models[m], model) == 0)
			return (int)m;
	return MAP_NONE;
}

static size_t place_in(const unsigned *list, unsigned number)
{
	size_t place = 0;

	while (list[place] != number)
		place++;
	return place;
}

static int read_edges(struct map *map, const json_t *cells)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		unsigned share, concurrency;
		const char *model = text_at(cell, "model");
		if (!place_of(cell, &share, &concurrency))
			continue;
		if (!note(map->shares, &map->share_count, share) ||
			!note(map->concurrencies, &map->concurrency_count, concurrency))
			return -E2BIG;
		if (model_place(map, model) != MAP_NONE)
			continue;
		if (map->model_count == MAP_MODELS_MAX)
			return -E2BIG;
		map->models[map->model_count++] = model;
	}
	return map->model_count > 0 ? 0 : -EINVAL;
}

/* The throughputs of a cell that is ok. */
static int read_sample(struct map_sample *sample, const json_t *cell)
{
	const struct measure *throughput = measure_find("throughput_per_s");
	const json_t *trials = json_object_get(cell, "trials"), *trial;
	size_t i;

	if (!cell_ok(cell) || sample->n > 0 || json_array_size(trials) == 0)
		return 0;
	sample->per_s = calloc(json_array_size(trials), sizeof *sample->per_s);
	if (!sample->per_s)
		return -ENOMEM;
	json_array_foreach(trials, i, trial)
	{
		double per_s = measure_of(throughput, trial);
		if (isfinite(per_s) && per_s > 0)
			sample->per_s[sample->n++] = per_s;
	}
	if (sample->n == 0) {
		free(sample->per_s);
		sample->per_s = NULL;
		return 0;
	}
	return stats_median(sample->per_s, sample->n, &sample->median);
}

/* Whether it has no number although the model can run it. */
static bool is_lost(const json_t *cell)
{
	return !cell_ok(cell) && strcmp(text_at(cell, "status"), "unavailable") != 0;
}

static int read_samples(struct map *map, const json_t *cells)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		unsigned share, concurrency;
		if (!place_of(cell, &share, &concurrency))
			continue;
		struct map_point *point = map_at(map, place_in(map->shares, share),
			place_in(map->concurrencies, concurrency));
		struct map_sample *sample =
			&point->samples[model_place(map, text_at(cell, "model"))];
		int err = read_sample(sample, cell);
		point->open |= is_lost(cell);
		if (err)
			return err;
		if (sample->n > map->trials)
			map->trials = sample->n;
	}
	return 0;
}

int map_read(struct map *map, const json_t *root)
{
	const json_t *cells = json_object_get(root, "cells");
	uint64_t seed = json_integer_value(
		json_object_get(json_object_get(root, "options"), "seed"));

	*map = (struct map){ 0 };
	int err = read_edges(map, cells);
	if (err)
		return err;
	map->points = calloc(map->share_count * map->concurrency_count, sizeof *map->points);
	if (!map->points)
		return -ENOMEM;
	for (size_t i = 0; i < map->share_count * map->concurrency_count; i++)
		for (size_t m = 0; m < map->model_count; m++)
			map->points[i].samples[m].median = NAN;
	err = read_samples(map, cells);
	if (!err)
		err = map_decide(map);
	if (!err)
		err = map_cross(map, seed);
	if (err)
		map_free(map);
	return err;
}

void map_free(struct map *map)
{
	for (size_t i = 0; map->points && i < map->share_count * map->concurrency_count; i++)
		for (size_t m = 0; m < map->model_count; m++)
			free(map->points[i].samples[m].per_s);
	free(map->points);
	free(map->crossings);
	*map = (struct map){ 0 };
}
