/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "cli.h"
#include "gnuplot.h"
#include "plot_table.h"
#include "result.h"
#include "stop.h"
#include "sweep/view.h"

/* Every group is drawn by each of the scripts plot/KIND.gp, in each of the formats. */
static const char *const kinds[] = { "throughput", "bars", "latency", "cost" };
static const char *const formats[] = { "png", "svg" };

enum { KINDS = sizeof kinds / sizeof kinds[0], FORMATS = sizeof formats / sizeof formats[0] };

struct options {
	const char *file, *dir;
};

/* What one call works with. */
struct plot {
	const json_t *root;
	struct groups groups;
	struct gnuplot gnuplot;
};

/* The name of a picture without its ending. */
static void picture_name(const struct group *group, const char *kind, char *name, size_t size)
{
	if (group->variant == 1)
		snprintf(name, size, "%s-%s", kind, group->workload);
	else
		snprintf(name, size, "%s-%s-%u", kind, group->workload, group->variant);
}

static int write_tables(const struct plot *plot, size_t i)
{
	const struct group *group = &plot->groups.list[i];
	char table[48], words[48], facts[48];
	FILE *file;
	int err;

	snprintf(table, sizeof table, "group-%zu.tsv", i + 1);
	snprintf(words, sizeof words, "group-%zu-words.tsv", i + 1);
	snprintf(facts, sizeof facts, "group-%zu.gp", i + 1);
	if (!(file = gnuplot_create(&plot->gnuplot, table)))
		return -errno;
	plot_put_table(group, file);
	if ((err = gnuplot_finish(file)) != 0)
		return err;
	if (!(file = gnuplot_create(&plot->gnuplot, words)))
		return -errno;
	plot_put_words(group, file);
	if ((err = gnuplot_finish(file)) != 0)
		return err;
	if (!(file = gnuplot_create(&plot->gnuplot, facts)))
		return -errno;
	fprintf(file, "table = '%s'\nwords_table = '%s'\n", table, words);
	plot_put_facts(group, plot->root, file);
	return gnuplot_finish(file);
}

static int put_pictures(struct plot *plot, const char *format, FILE *driver)
{
	char name[256];
	int err = 0;

	plot_put_columns(driver);
	for (size_t i = 0; i < plot->groups.count; i++) {
		fprintf(driver, "load 'group-%zu.gp'\n", i + 1);
		for (size_t kind = 0; kind < KINDS && !err; kind++) {
			picture_name(&plot->groups.list[i], kinds[kind], name, sizeof name);
			err = gnuplot_picture(&plot->gnuplot, driver, name, format);
			fprintf(driver, "load scripts.'%s.gp'\n", kinds[kind]);
		}
	}
	return err;
}

static int write_driver(struct plot *plot, const char *format)
{
	FILE *driver = gnuplot_driver(&plot->gnuplot, format);

	if (!driver)
		return -errno;
	int err = put_pictures(plot, format, driver);
	int written = gnuplot_finish(driver);
	return err ? err : written;
}

static int write_inputs(struct plot *plot)
{
	int err = 0;

	for (size_t i = 0; i < plot->groups.count && !err; i++)
		err = write_tables(plot, i);
	for (size_t i = 0; i < FORMATS && !err; i++)
		err = write_driver(plot, formats[i]);
	return err ? cli_error("plot", "cannot write to '%s': %s", plot->gnuplot.folder,
			     strerror(-err))
		   : EXIT_OK;
}

static int draw(struct plot *plot, const char *dir)
{
	int status = gnuplot_open(&plot->gnuplot, "plot", dir, stop_on_signals());

	if (status)
		return status;
	status = write_inputs(plot);
	if (!status)
		status = gnuplot_draw(&plot->gnuplot);
	if (!status)
		printf("%zu pictures in %s\n", plot->gnuplot.picture_count, dir);
	gnuplot_close(&plot->gnuplot, status);
	return status;
}

static int read_options(int argc, char **argv, struct options *options)
{
	while (command_next(&plot_command, argc, argv) != -1)
		options->dir = optarg;
	options->file = argv[optind];
	if (!options->file)
		return cli_error("plot", "no results file is given; see concbench plot --help");
	return options->dir && *options->dir
		? EXIT_OK
		: cli_error("plot", "no folder is given with -o; see concbench plot --help");
}

static int plot_result(const struct options *options, const json_t *root)
{
	struct plot plot = { .root = root };
	int err = groups_init(&plot.groups, root);

	if (err || plot.groups.count == 0) {
		fprintf(stderr, "concbench plot: cannot draw '%s': %s\n", options->file,
			err ? strerror(-err) : "it has no cells");
		return EXIT_USAGE;
	}
	int status = draw(&plot, options->dir);
	groups_free(&plot.groups);
	return status;
}

static int plot_main(int argc, char **argv)
{
	struct options options = { 0 };
	char reason[512];
	int status = read_options(argc, argv, &options);

	if (status)
		return status;
	json_t *root = result_load(options.file, reason, sizeof reason);
	if (!root) {
		fprintf(stderr, "concbench plot: %s\n", reason);
		return EXIT_USAGE;
	}
	status = sweep_rows(root) ? sweep_plot("plot", root, options.dir, stop_on_signals())
				  : plot_result(&options, root);
	json_decref(root);
	return status;
}

const struct command plot_command = {
	.name = "plot",
	.summary = "pictures of a results file",
	.synopsis = "FILE.json -o DIR",
	.about =
		"Draw a results file: throughput, bars, latency and cost of each workload, each as "
		"SVG and PNG; of a sweep's, its four pictures as PNG. Pictures that are there "
		"already are replaced.",
	.options =
		(const struct command_option[]){
			{ 'o', "output", "DIR", "where to; made if missing", COMPLETES_FOLDER },
			COMMAND_HELP,
			{ 0 },
		},
	.operand = COMPLETES_FILE,
	.main = plot_main,
};
