/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "cells.h"
#include "cli.h"
#include "gnuplot.h"
#include "map/map.h"
#include "plot_draw.h"
#include "result_files.h"
#include "stop.h"
#include "sweep/view.h"

static const char *const formats[] = { "png", "svg" };

struct options {
	const char *file, *dir;
};

/* A single concurrency is no axis: of that the bars say the throughput. */
static bool is_wanted(const struct group *group, enum plot_kind kind)
{
	return kind != PLOT_THROUGHPUT || group->concurrency_count > 1;
}

static int draw(const json_t *root, const struct groups *groups, const char *dir)
{
	struct gnuplot gnuplot;
	int status = gnuplot_open(&gnuplot, "plot", dir, stop_on_signals());

	if (status)
		return status;
	status = plot_draw(
		&gnuplot, root, groups, formats, sizeof formats / sizeof formats[0], is_wanted);
	if (!status)
		printf("%zu pictures in %s\n", gnuplot.picture_count, dir);
	gnuplot_close(&gnuplot, status);
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
	struct groups groups;
	int err = groups_init(&groups, root);

	if (err || groups.count == 0) {
		fprintf(stderr, "concbench plot: cannot draw '%s': %s\n", options->file,
			err ? strerror(-err) : "it has no cells");
		return EXIT_USAGE;
	}
	int status = draw(root, &groups, options->dir);
	groups_free(&groups);
	return status;
}

static int plot_main(int argc, char **argv)
{
	struct options options = { 0 };
	int status = read_options(argc, argv, &options);
	json_t *root = status ? NULL : result_open("plot", options.file);

	if (!root)
		return EXIT_USAGE;
	if (sweep_rows(root))
		status = sweep_plot("plot", root, options.dir, stop_on_signals());
	else if (is_map(root))
		status = map_plot("plot", root, options.dir, stop_on_signals());
	else
		status = plot_result(&options, root);
	json_decref(root);
	return status;
}

const struct command plot_command = {
	.name = "plot",
	.summary = "pictures of a results file",
	.synopsis = "FILE.json -o DIR",
	.about =
		"Draw a results file: throughput, bars, latency and cost of each workload, each as "
		"SVG and PNG (of a single concurrency the bars alone show throughput); of a "
		"sweep's, its four pictures as PNG; of a map's, the map as SVG and PNG. Pictures "
		"that are there already are replaced.",
	.options =
		(const struct command_option[]){
			{ 'o', "output", "DIR", "where to; made if missing", COMPLETES_FOLDER },
			COMMAND_HELP,
			{ 0 },
		},
	.operand = COMPLETES_FILE,
	.main = plot_main,
};
