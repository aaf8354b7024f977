/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "../cli.h"
#include "../export/common.h"
#include "../gnuplot.h"
#include "picture.h"
#include "view.h"

static const char *const formats[] = { "png", "svg" };

enum { FORMATS = sizeof formats / sizeof *formats };

struct drawing {
	const struct history *history;
	const struct history_view *view;
	struct gnuplot gnuplot;
	FILE *drivers[FORMATS];
	json_t *names;   /* of the pictures so far, as keys */
	size_t pictures; /* so far */
	size_t empty;    /* cells without a value, which are in none */
};

/* Write the file of a picture: NUMBER-WHAT. */
static FILE *create(const struct drawing *drawing, const char *what)
{
	char name[64];

	snprintf(name, sizeof name, "%zu-%s", drawing->pictures, what);
	return gnuplot_create(&drawing->gnuplot, name);
}

static int write_table(const struct drawing *drawing, const struct picture *picture,
	const char *what, void (*put)(const struct picture *picture, FILE *out))
{
	FILE *file = create(drawing, what);

	if (!file)
		return -errno;
	put(picture, file);
	return gnuplot_finish(file);
}

static int write_facts(const struct drawing *drawing, const struct picture *picture)
{
	FILE *file = create(drawing, "facts.gp");

	if (!file)
		return -errno;
	fprintf(file,
		"table = '%zu-points.tsv'\nlevels = '%zu-levels.tsv'\n"
		"changes = '%zu-changes.tsv'\n",
		drawing->pictures, drawing->pictures, drawing->pictures);
	picture_put_facts(picture, drawing->history, file);
	return gnuplot_finish(file);
}

/* A name that no other picture has: that of a variant may be another workload's. */
static json_t *name_picture(struct drawing *drawing, const struct history_series *series)
{
	const json_t *cell = series->points[0]->cell;
	char variant[16] = "";

	if (series->variant > 1)
		snprintf(variant, sizeof variant, "-%u", series->variant);
	json_t *name = json_sprintf("history-%s%s-c%" JSON_INTEGER_FORMAT,
		text_at(cell, "workload"), variant,
		json_integer_value(json_object_get(cell, "concurrency")));
	json_t *unique = name ? export_unique(json_string_value(name), "-", drawing->names) : NULL;
	json_decref(name);
	return unique;
}

/* Have each driver draw the picture. */
static int drive(struct drawing *drawing, const struct picture *picture)
{
	json_t *name = name_picture(drawing, picture->panels[0].series);
	int err = name ? 0 : -ENOMEM;

	for (size_t i = 0; i < FORMATS && !err; i++) {
		err = gnuplot_picture(&drawing->gnuplot, drawing->drivers[i],
			json_string_value(name), formats[i]);
		fprintf(drawing->drivers[i], "load '%zu-facts.gp'\nload scripts.'history.gp'\n",
			drawing->pictures);
	}
	json_decref(name);
	return err;
}

static int write_picture(struct drawing *drawing, const struct picture *picture)
{
	int err = write_table(drawing, picture, "points.tsv", picture_put_points);

	if (!err)
		err = write_table(drawing, picture, "levels.tsv", picture_put_levels);
	if (!err)
		err = write_table(drawing, picture, "changes.tsv", picture_put_changes);
	if (!err)
		err = write_facts(drawing, picture);
	if (!err)
		err = drive(drawing, picture);
	drawing->pictures++;
	return err;
}

/* Whether an earlier series opened the picture that this one is in. */
static bool is_opened(const struct drawing *drawing, const struct history_series *series)
{
	for (const struct history_series *other = drawing->history->series; other < series; other++)
		if (history_selected(drawing->view, other) && picture_has_both(other, series))
			return true;
	return false;
}

static int write_pictures(struct drawing *drawing)
{
	const struct history *history = drawing->history;
	size_t selected = 0, drawn = 0;
	int err = 0;

	for (size_t i = 0; i < history->series_count && !err; i++) {
		struct picture picture;
		if (!history_selected(drawing->view, &history->series[i]))
			continue;
		selected++;
		if (is_opened(drawing, &history->series[i]))
			continue;
		err = picture_init(&picture, history, drawing->view, &history->series[i]);
		if (err)
			break;
		drawn += picture.panel_count;
		if (picture.panel_count > 0)
			err = write_picture(drawing, &picture);
		picture_free(&picture);
	}
	drawing->empty = selected - drawn;
	return err;
}

/* The drivers stay open while the pictures are written. */
static int write_inputs(struct drawing *drawing)
{
	int err = 0;

	for (size_t i = 0; i < FORMATS && !err; i++)
		if (!(drawing->drivers[i] = gnuplot_driver(&drawing->gnuplot, formats[i])))
			err = -errno;
	if (!err)
		err = write_pictures(drawing);
	for (size_t i = 0; i < FORMATS && drawing->drivers[i]; i++) {
		int closed = gnuplot_finish(drawing->drivers[i]);
		err = err ? err : closed;
	}
	return err;
}

static int draw(struct drawing *drawing)
{
	int err = write_inputs(drawing);

	if (err)
		return cli_error("history plot", "cannot write to '%s': %s",
			drawing->gnuplot.folder, strerror(-err));
	if (drawing->pictures == 0)
		return cli_error(
			"history plot", "no cell has a value of %s", drawing->view->measure->key);
	return gnuplot_draw(&drawing->gnuplot);
}

int history_plot(const struct history *history, const struct history_view *view, const char *dir,
	const volatile int *stop)
{
	struct drawing drawing = { .history = history, .view = view };
	int status = gnuplot_open(&drawing.gnuplot, "history plot", dir, stop);

	if (status)
		return status;
	drawing.names = json_object();
	status = draw(&drawing);
	json_decref(drawing.names);
	if (!status)
		printf("%zu pictures in %s\n", drawing.gnuplot.picture_count, dir);
	if (!status && drawing.empty > 0)
		printf("%zu of the cells have no value and are in no picture\n", drawing.empty);
	gnuplot_close(&drawing.gnuplot, status);
	return status;
}
