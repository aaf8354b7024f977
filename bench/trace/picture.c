/* SPDX-License-Identifier: MIT */
/* A timeline as a picture: plot/trace.gp, and the table and facts that it reads. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../gnuplot.h"
#include "../plot_table.h"
#include "../trial.h"
#include "outputs.h"
#include "timeline.h"

enum { ROWS = 60, COLUMNS = 800 };

static size_t rows_of(const struct timeline *timeline)
{
	return timeline->count < ROWS ? timeline->count : ROWS;
}

/* Row, from, to in seconds and kind of each run of equal cells. */
static void put_table(const struct timeline *timeline, FILE *out)
{
	double cell_s = timeline->length_ns / 1e9 / COLUMNS;
	unsigned char cells[RASTER_MAX];

	fputs("# row\tfrom\tto\tcell\n", out);
	for (size_t i = 0; i < rows_of(timeline); i++) {
		raster(timeline, &timeline->strands[i], COLUMNS, cells);
		for (unsigned from = 0, to; from < COLUMNS; from = to) {
			for (to = from + 1; to < COLUMNS && cells[to] == cells[from]; to++)
				;
			if (cells[from] != CELL_NONE)
				fprintf(out, "%zu\t%.9g\t%.9g\t%d\n", i + 1, from * cell_s,
					to * cell_s, cells[from]);
		}
	}
}

static void put_array(const struct timeline *timeline, const char *name, bool places, FILE *out)
{
	char text[TIMELINE_NAME];

	fprintf(out, "array %s[%zu] = [", name, rows_of(timeline));
	for (size_t i = 0; i < rows_of(timeline); i++) {
		const struct strand *strand = &timeline->strands[i];
		fputs(i > 0 ? ", " : "", out);
		plot_put_quoted(
			places ? strand_places(timeline, strand, text) : strand_name(strand, text),
			out);
	}
	fputs("]\n", out);
}

/* A line that a function prints, as a fact. */
static void put_line(const struct timeline *timeline, const char *name,
	void (*put)(const struct timeline *timeline, FILE *out), FILE *out)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	put(timeline, line);
	fclose(line);
	fprintf(out, "%s = ", name);
	plot_put_quoted(text ? text : "", out);
	putc('\n', out);
	free(text);
}

static void put_facts(const struct timeline *timeline, FILE *out)
{
	const struct params *params = &timeline->spec->params;
	json_t *given = json_object();

	for (const struct param *row = params->table; row && row->name; row++)
		json_object_set_new(given, row->name, json_string(param_text(params, row->name)));
	fprintf(out, "table = 'trace.tsv'\nlength_s = %.9g\nstep_s = %.9g\nmore = %zu\n",
		timeline->length_ns / 1e9, raster_step_ns(timeline->length_ns, 6) / 1e9,
		timeline->count - rows_of(timeline));
	plot_put_parameters(given, out);
	put_line(timeline, "title_text", timeline_title, out);
	put_line(timeline, "sums", timeline_sums, out);
	put_array(timeline, "names", false, out);
	put_array(timeline, "places", true, out);
	fprintf(out, "array cell_words[%d] = [", CELLS - 1);
	for (int cell = 1; cell < CELLS; cell++)
		fprintf(out, "%s'%s'", cell > 1 ? ", " : "", raster_words[cell]);
	fputs("]\n", out);
	json_decref(given);
}

/* 0 or -errno. */
static int write_file(const struct gnuplot *gnuplot, const char *name,
	void (*put)(const struct timeline *timeline, FILE *out), const struct timeline *timeline)
{
	FILE *file = gnuplot_create(gnuplot, name);

	if (!file)
		return -errno;
	put(timeline, file);
	return gnuplot_finish(file);
}

/* 0 or -errno. */
static int write_driver(struct gnuplot *gnuplot, const char *name, const char *format)
{
	FILE *driver = gnuplot_driver(gnuplot, format);

	if (!driver)
		return -errno;
	fputs("load 'facts.gp'\n", driver);
	int err = gnuplot_picture(gnuplot, driver, name, format);
	fputs("load scripts.'trace.gp'\n", driver);
	int bad = gnuplot_finish(driver);
	return err ? err : bad;
}

/* name is that of the picture, without folder and ending. */
static int draw(const struct timeline *timeline, const char *dir, const char *name,
	const char *format, const volatile int *stop)
{
	struct gnuplot gnuplot;
	int status = gnuplot_open(&gnuplot, "trace", dir, stop);

	if (status)
		return status;
	int err = write_file(&gnuplot, "trace.tsv", put_table, timeline);
	if (!err)
		err = write_file(&gnuplot, "facts.gp", put_facts, timeline);
	if (!err)
		err = write_driver(&gnuplot, name, format);
	status = err
		? cli_error("trace", "cannot write to '%s': %s", gnuplot.folder, strerror(-err))
		: gnuplot_draw(&gnuplot);
	gnuplot_close(&gnuplot, status);
	return status;
}

int timeline_draw(const struct timeline *timeline, const char *path, const char *format,
	const volatile int *stop)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	char *dir = slash == path ? strdup("/") : slash ? strndup(path, slash - path) : strdup(".");
	char *name = strndup(base, strlen(base) - strlen(format) - 1);
	int status = dir && name ? draw(timeline, dir, name, format, stop)
				 : cli_error("trace", "out of memory");

	free(name);
	free(dir);
	return status;
}
