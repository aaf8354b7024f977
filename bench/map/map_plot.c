/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "../cells.h"
#include "../cli.h"
#include "../gnuplot.h"
#include "../plot_table.h"
#include "map.h"

static const char *const formats[] = { "png", "svg" };

enum { FORMATS = sizeof formats / sizeof *formats };

/* A row a point: its place, the winner's number (0: none), letter and lead; "?" and "-" as text. */
static void put_table(const struct map *map, FILE *out)
{
	char ahead[MAP_AHEAD_MAX];

	fputs("# share\tconcurrency\twinner\tletter\tahead\n", out);
	for (size_t s = 0; s < map->share_count; s++)
		for (size_t c = 0; c < map->concurrency_count; c++) {
			const struct map_point *point = map_at(map, s, c);
			fprintf(out, "%zu\t%zu\t%d\t", s + 1, c + 1, point->winner + 1);
			if (point->open)
				fputs("?\t ", out);
			else if (map_compared(map, point) < 2)
				fputs("-\t ", out);
			else if (point->winner == MAP_NONE)
				fputs(" \t ", out);
			else
				fprintf(out, "%c\t", map_letter(point->winner));
			if (point->winner != MAP_NONE)
				fputs(map_ahead(point, " ", ahead), out);
			putc('\n', out);
		}
}

static void put_list(const char *name, const unsigned *numbers, size_t count, FILE *out)
{
	fprintf(out, "%s = '", name);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%u ", numbers[i]);
	fputs("'\n", out);
}

static bool has_won(const struct map *map, int model)
{
	for (size_t i = 0; i < map->share_count * map->concurrency_count; i++)
		if (map->points[i].winner == model)
			return true;
	return false;
}

static void put_models(const struct map *map, FILE *out)
{
	const char *names[MAP_MODELS_MAX + 1] = { 0 };

	memcpy(names, map->models, map->model_count * sizeof *names);
	fputs("models = '", out);
	for (size_t m = 0; m < map->model_count; m++)
		fprintf(out, "%s ", names[m]);
	fputs("'\nstyles = '", out);
	for (size_t m = 0; m < map->model_count; m++)
		fprintf(out, "%zu ", plot_style(names, names[m]));
	fputs("'\nletters = '", out);
	for (size_t m = 0; m < map->model_count; m++)
		fprintf(out, "%c ", map_letter((int)m));
	fputs("'\nwinners = '", out);
	for (size_t m = 0; m < map->model_count; m++)
		fprintf(out, "%d ", has_won(map, (int)m));
	fputs("'\n", out);
}

/* What all cells have in common of the workload's parameters. */
static void put_parameters(const json_t *root, FILE *out)
{
	const json_t *cell = json_array_get(json_object_get(root, "cells"), 0);
	json_t *params = json_copy(json_object_get(cell, "params"));

	json_object_del(params, "cpu_share");
	plot_put_parameters(params, out);
	json_decref(params);
}

static void put_facts(const struct map *map, const json_t *root, FILE *out)
{
	put_parameters(root, out);
	put_list("shares", map->shares, map->share_count, out);
	put_list("concurrencies", map->concurrencies, map->concurrency_count, out);
	put_models(map, out);
	fprintf(out,
		"note = 'a letter: faster than each other model, and than the next by so much, in "
		"%zu trials; blank: none is told apart; ?: one has lost its number%s'\n",
		map->trials,
		json_is_false(json_object_get(root, "complete")) ? "; the run was not finished"
								 : "");
}

static int write_driver(
	struct gnuplot *gnuplot, const struct map *map, const json_t *root, const char *format)
{
	FILE *driver = gnuplot_driver(gnuplot, format);

	if (!driver)
		return -errno;
	put_facts(map, root, driver);
	fputs("table = 'map.tsv'\n", driver);
	int err = gnuplot_picture(gnuplot, driver, "map", format);
	fputs("load scripts.'map.gp'\n", driver);
	int written = gnuplot_finish(driver);
	return err ? err : written;
}

static int draw(struct gnuplot *gnuplot, const struct map *map, const json_t *root)
{
	FILE *table = gnuplot_create(gnuplot, "map.tsv");
	int err = table ? 0 : -errno;

	if (table) {
		put_table(map, table);
		err = gnuplot_finish(table);
	}
	for (size_t i = 0; i < FORMATS && !err; i++)
		err = write_driver(gnuplot, map, root, formats[i]);
	if (err)
		return cli_error(gnuplot->command, "cannot write to '%s': %s", gnuplot->folder,
			strerror(-err));
	return gnuplot_draw(gnuplot);
}

int map_plot(const char *command, const json_t *root, const char *dir, const volatile int *stop)
{
	struct gnuplot gnuplot;
	struct map map;
	int err = map_read(&map, root);

	if (err)
		return cli_error(command, "cannot draw the map: %s",
			err == -EINVAL ? "it has no cell of mixed" : strerror(-err));
	int status = gnuplot_open(&gnuplot, command, dir, stop);
	if (!status) {
		status = draw(&gnuplot, &map, root);
		if (!status)
			printf("%zu pictures in %s\n", gnuplot.picture_count, dir);
		gnuplot_close(&gnuplot, status);
	}
	map_free(&map);
	return status;
}
