/* SPDX-License-Identifier: MIT */
#include "history_main.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../stop.h"
#include "view.h"

static const struct command add_command, show_command, plot_command;

struct options {
	struct history_view view;
	history_show_fn *show;
	const char *output;
};

static const struct format {
	const char *name;
	history_show_fn *show;
} formats[] = {
	{ "text", history_show_text },
	{ "json", history_show_json },
	{ "otava", history_show_otava },
};

enum { FORMATS = sizeof formats / sizeof *formats };

enum { OPT_ALL = OPT_FIRST, OPT_FORMAT, OPT_DIR = OPT_SHARED, OPT_METRIC };

static const char *format_name(unsigned k)
{
	return k < FORMATS ? formats[k].name : NULL;
}

static const char *measure_name(unsigned k)
{
	return measures[k].key;
}

static int read_format(struct options *options, const char *name)
{
	for (size_t i = 0; i < FORMATS; i++)
		if (strcmp(formats[i].name, name) == 0)
			options->show = formats[i].show;
	return options->show ? EXIT_OK : cli_unknown("history", "format", name, format_name);
}

static int read_metric(struct history_view *view, const char *key)
{
	const struct measure *measure = measure_find(key);

	if (!measure)
		return cli_unknown("history", "metric", key, measure_name);
	view->measure = measure;
	view->measure_given = true;
	return EXIT_OK;
}

static int read_option(struct options *options, int key)
{
	struct history_view *view = &options->view;

	switch (key) {
	case 'w':
		view->workloads = optarg;
		return EXIT_OK;
	case 'm':
		view->models = optarg;
		return EXIT_OK;
	case 'o':
		options->output = optarg;
		return EXIT_OK;
	case OPT_DIR:
		view->dir = optarg;
		return *optarg ? EXIT_OK : cli_error("history", "--dir takes a folder");
	case OPT_METRIC:
		return read_metric(view, optarg);
	case OPT_ALL:
		view->all = true;
		return EXIT_OK;
	case OPT_FORMAT:
		return read_format(options, optarg);
	default:
		return EXIT_USAGE;
	}
}

static int read_options(
	struct options *options, const struct command *command, int argc, char **argv)
{
	int status = EXIT_OK, key;

	*options = (struct options){
		.view = { .dir = "results/history", .measure = measure_find("throughput_per_s") },
	};
	while (!status && (key = command_next(command, argc, argv)) != -1)
		status = read_option(options, key);
	return status;
}

static int add_main(int argc, char **argv)
{
	struct options options;
	int status = read_options(&options, &add_command, argc, argv);

	if (status)
		return status;
	if (!argv[optind])
		return cli_error("history add", "takes one results file");
	return history_add(argv[optind], options.view.dir);
}

static bool selects_something(const struct history *history, const struct history_view *view)
{
	for (size_t i = 0; i < history->series_count; i++)
		if (history_selected(view, &history->series[i]))
			return true;
	return false;
}

/* Load what the view is of. */
static int open_history(struct history *history, const struct history_view *view)
{
	int status = history_load(history, view->dir);

	if (status || selects_something(history, view))
		return status;
	history_free(history);
	return cli_error("history", "no cell in '%s' is of that workload and model", view->dir);
}

/* What was left out was named; that it was is told by the status too. */
static int close_history(struct history *history, int status)
{
	if (!status && history->refused > 0)
		status = EXIT_USAGE;
	history_free(history);
	return status;
}

static int show_main(int argc, char **argv)
{
	struct options options;
	struct history history;
	int status = read_options(&options, &show_command, argc, argv);

	if (!status)
		status = open_history(&history, &options.view);
	if (status)
		return status;
	history_show_fn *show = options.show ? options.show : history_show_text;
	int err = show(&history, &options.view, stdout);
	if (!err && (fflush(stdout) != 0 || ferror(stdout)))
		err = errno ? -errno : -EIO;
	if (err)
		status = cli_error("history show", "cannot write it: %s", strerror(-err));
	return close_history(&history, status);
}

static int plot_main(int argc, char **argv)
{
	struct options options;
	struct history history;
	int status = read_options(&options, &plot_command, argc, argv);

	if (!status && (!options.output || !*options.output))
		status = cli_error("history plot", "no folder is given with -o");
	if (!status)
		status = open_history(&history, &options.view);
	if (status)
		return status;
	status = history_plot(&history, &options.view, options.output, stop_on_signals());
	return close_history(&history, status);
}

#define DIR_ROW                                                                                  \
	{                                                                                        \
		OPT_DIR, "dir", "DIR", "the history (default results/history)", COMPLETES_FOLDER \
	}

/* Of show and plot. */
static const struct command_option view_options[] = {
	{ 'w', "workload", "WORKLOAD,..", "these alone (default: all)", COMPLETES_WORKLOAD },
	{ 'm', "model", "MODEL,..", "these alone (default: all)", COMPLETES_MODEL },
	{ OPT_METRIC, "metric", "KEY",
		"a key of a cell's summary (default throughput_per_s; otava: all)",
		COMPLETES_CHOICE, .choice = measure_name },
	DIR_ROW,
	COMMAND_HELP,
	{ 0 },
};

static const struct command add_command = {
	.name = "history add",
	.summary = "put a copy of a run into the folder, under its date and commit",
	.synopsis = "FILE.json [--dir DIR]",
	.about = "Put a copy of a run into the history, under its date and commit.",
	.options = (const struct command_option[]){ DIR_ROW, COMMAND_HELP, { 0 } },
	.operand = COMPLETES_FILE,
	.main = add_main,
};

static const struct command show_command = {
	.name = "history show",
	.summary = "the cells that changed, with their newest values",
	.synopsis = "[OPTION]..",
	.about = "Show the cells that changed, with their newest values.",
	.options =
		(const struct command_option[]){
			{ OPT_ALL, "all", NULL, "also the cells that did not change" },
			{ OPT_FORMAT, "format", "NAME",
				"text (default), json, or otava: CSV of all runs, for Apache Otava",
				COMPLETES_CHOICE, .choice = format_name },
			{ 0 },
		},
	.shared = view_options,
	.main = show_main,
};

static const struct command plot_command = {
	.name = "history plot",
	.summary = "a picture for each workload and concurrency, as PNG and SVG",
	.synopsis = "-o DIR [OPTION]..",
	.about = "Draw a picture for each workload and concurrency, as PNG and SVG.",
	.options =
		(const struct command_option[]){
			{ 'o', "output", "DIR", "where the pictures go; made if missing",
				COMPLETES_FOLDER },
			{ 0 },
		},
	.shared = view_options,
	.main = plot_main,
};

const struct command history_command = {
	.name = "history",
	.summary = "results over time: what changed, and at which commit",
	.synopsis = "add|show|plot ..",
	.about = "A folder of results files over time: what changed, when, and at which commit.",
	.options = (const struct command_option[]){ COMMAND_HELP, { 0 } },
	.subcommands = (const struct command *const[]){ &add_command, &show_command, &plot_command,
		NULL },
};
