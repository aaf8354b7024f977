/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../command.h"
#include "../table.h"
#include "map.h"

enum { WIDTH = 80, LABEL = 7, CELL_MAX = 9, CELL_AHEAD = 8 };

static int cell_width(const struct map *map)
{
	int width = (WIDTH - LABEL) / (int)map->share_count;

	return width < CELL_MAX ? width : CELL_MAX;
}

/*
 * "C +34%", without the number where there is no room for it; "?" where one is lost, "-" where
 * nothing was compared.
 */
static void put_point(
	FILE *out, const struct map *map, const struct map_point *point, int width, bool last)
{
	char ahead[MAP_AHEAD_MAX], text[MAP_AHEAD_MAX + 8] = "";

	if (point->open)
		snprintf(text, sizeof text, "?");
	else if (map_compared(map, point) < 2)
		snprintf(text, sizeof text, "-");
	else if (point->winner == MAP_NONE)
		snprintf(text, sizeof text, "%s", last ? "" : " ");
	else if (width < CELL_AHEAD)
		snprintf(text, sizeof text, "%c", map_letter(point->winner));
	else
		snprintf(text, sizeof text, "%c %s", map_letter(point->winner),
			map_ahead(point, "", ahead));
	table_put(out, text, last ? 0 : width);
}

static void put_grid(FILE *out, const struct map *map)
{
	int width = cell_width(map);
	char text[16];

	fprintf(out, "%-*s", LABEL, "tasks");
	fputs("share of a task's time that computes (%)\n", out);
	for (size_t s = 0; s < map->share_count; s++) {
		bool last = s + 1 == map->share_count;
		snprintf(text, sizeof text, "%u", map->shares[s]);
		fprintf(out, "%*s", s == 0 ? LABEL : 0, "");
		table_put(out, text, last ? 0 : width);
	}
	for (size_t c = map->concurrency_count; c-- > 0;) {
		fprintf(out, "\n%*u ", LABEL - 2, map->concurrencies[c]);
		putc(' ', out);
		for (size_t s = 0; s < map->share_count; s++)
			put_point(out, map, map_at(map, s, c), width, s + 1 == map->share_count);
	}
	putc('\n', out);
}

static void put_legend(FILE *out, const struct map *map)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	for (size_t m = 0; m < map->model_count; m++)
		fprintf(line, "%c=%s ", map_letter((int)m), map->models[m]);
	fclose(line);
	command_wrap(text, 0, 2, WIDTH, out);
	free(text);
	command_wrap("A letter: that model is faster than each other one (and than the next by so "
		     "much), and of all letters at most 5 % are expected to be chance. Blank: no "
		     "single one is told apart. ?: open, as one that might be the fastest has lost "
		     "its number. -: fewer than two have one.",
		0, 0, WIDTH, out);
}

static bool is_shared(const struct map *map, const struct map_point *point)
{
	return !point->open && point->winner == MAP_NONE && map_compared(map, point) >= 2;
}

static bool same_among(const struct map_point *one, const struct map_point *other)
{
	return memcmp(one->among, other->among, sizeof one->among) == 0;
}

/* The shares at which a concurrency has just these among its best: "10 in flight: 0, 20 %". */
static void put_alike(FILE *out, const struct map *map, const struct map_point *first, size_t c)
{
	const char *between = "";

	for (size_t s = 0; s < map->share_count; s++) {
		const struct map_point *point = map_at(map, s, c);
		if (!is_shared(map, point) || !same_among(point, first))
			continue;
		if (!*between)
			fprintf(out, "%u in flight:", map->concurrencies[c]);
		fprintf(out, "%s %u", between, map->shares[s]);
		between = ",";
	}
	if (*between)
		fputs(" %; ", out);
}

/* Of points with the same ones among the best, only the first tells. */
static bool told_before(const struct map *map, const struct map_point *point)
{
	for (const struct map_point *other = map->points; other < point; other++)
		if (is_shared(map, other) && same_among(other, point))
			return true;
	return false;
}

static void put_shared(FILE *out, const struct map *map, const struct map_point *first)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	for (size_t c = 0; c < map->concurrency_count; c++)
		put_alike(line, map, first, c);
	fclose(line);
	int column = fprintf(out, "  ");
	for (size_t m = 0; m < map->model_count; m++)
		if (first->among[m])
			column += fprintf(out, "%c", map_letter((int)m));
	if (size > 2)
		text[size - 2] = '\0';
	column += fprintf(out, ":");
	command_wrap(text, column, 4, WIDTH, out);
	free(text);
}

static void put_all_shared(FILE *out, const struct map *map)
{
	size_t total = map->share_count * map->concurrency_count;
	bool head = false;

	for (size_t i = 0; i < total; i++) {
		const struct map_point *point = &map->points[i];
		if (!is_shared(map, point) || told_before(map, point))
			continue;
		if (!head)
			fputs("\nNot told apart, though these may be the best:\n", out);
		head = true;
		put_shared(out, map, point);
	}
}

static void put_crossing(FILE *out, const struct map *map, const struct map_crossing *crossing)
{
	bool share = crossing->along == MAP_SHARE;
	char where[48], pair[160], at[64];

	snprintf(where, sizeof where, share ? "%u in flight" : "%u %% computing", crossing->fixed);
	snprintf(pair, sizeof pair, "%s -> %s", map->models[crossing->from],
		map->models[crossing->to]);
	snprintf(at, sizeof at, share ? "%.3g %% [%.3g, %.3g]" : "%.4g in flight [%.4g, %.4g]",
		crossing->at, crossing->low, crossing->high);
	fputs("  ", out);
	table_put(out, where, 17);
	table_put(out, pair, 30);
	fprintf(out, "%s\n", at);
}

static void put_crossings(FILE *out, const struct map *map)
{
	fputs(map->crossing_count > 0 ? "\nWhere the lead changes, with its 95 % interval:\n"
				      : "\nNowhere on the map does the lead change from one told "
					"apart to another.\n",
		out);
	for (size_t i = 0; i < map->crossing_count; i++)
		put_crossing(out, map, &map->crossings[i]);
}

void map_print(const struct map *map, const json_t *root, FILE *out)
{
	fputs("\nmixed: which model is fastest\n", out);
	put_grid(out, map);
	putc('\n', out);
	put_legend(out, map);
	if (map->trials < MAP_TRIALS_LEAST)
		fprintf(out,
			"Nothing can be told apart by %zu trials a cell: that takes %d or more.\n",
			map->trials, MAP_TRIALS_LEAST);
	put_all_shared(out, map);
	put_crossings(out, map);
	table_reasons(out, json_object_get(root, "cells"));
	fprintf(out, "\nTrials of a cell: %zu.\n", map->trials);
	table_warnings(out, root);
}
