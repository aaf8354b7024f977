/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "../cells.h"
#include "map.h"

static json_t *models_json(const struct map *map, const bool *among)
{
	json_t *list = json_array();

	for (size_t m = 0; m < map->model_count; m++)
		if (!among || among[m])
			json_array_append_new(list, json_string(map->models[m]));
	return list;
}

static json_t *edge_json(const unsigned *numbers, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(numbers[i]));
	return list;
}

static json_t *point_json(const struct map *map, size_t share, size_t concurrency)
{
	const struct map_point *point = map_at(map, share, concurrency);

	return json_pack("{s:i, s:i, s:b, s:s?, s:o, s:o, s:o, s:o}", "cpu_share",
		(int)map->shares[share], "concurrency", (int)map->concurrencies[concurrency],
		"open", point->open, "winner",
		point->winner == MAP_NONE ? NULL : map->models[point->winner], "ahead",
		number_or_null(point->ahead), "p", number_or_null(point->p), "adjusted_p",
		number_or_null(point->adjusted), "among_the_best", models_json(map, point->among));
}

static json_t *crossing_json(const struct map *map, const struct map_crossing *crossing)
{
	bool share = crossing->along == MAP_SHARE;

	return json_pack("{s:s, s:o, s:o, s:s, s:s, s:f, s:f, s:f, s:f}", "along",
		share ? "cpu_share" : "concurrency", "cpu_share",
		share ? json_null() : json_integer(crossing->fixed), "concurrency",
		share ? json_integer(crossing->fixed) : json_null(), "from",
		map->models[crossing->from], "to", map->models[crossing->to], "at", crossing->at,
		"low", crossing->low, "high", crossing->high, "confidence", 0.95);
}

json_t *map_json(const struct map *map)
{
	json_t *points = json_array(), *crossings = json_array();

	for (size_t s = 0; s < map->share_count; s++)
		for (size_t c = 0; c < map->concurrency_count; c++)
			json_array_append_new(points, point_json(map, s, c));
	for (size_t i = 0; i < map->crossing_count; i++)
		json_array_append_new(crossings, crossing_json(map, &map->crossings[i]));
	return json_pack("{s:f, s:o, s:o, s:o, s:o, s:o}", "level", MAP_LEVEL, "models",
		models_json(map, NULL), "cpu_shares", edge_json(map->shares, map->share_count),
		"concurrencies", edge_json(map->concurrencies, map->concurrency_count), "points",
		points, "crossings", crossings);
}
