/* SPDX-License-Identifier: MIT */
#include "history_main.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../stop.h"
#include "view.h"

static const char usage[] =
	"usage: concbench history add FILE.json [--dir DIR]\n"
	"       concbench history show [-w WORKLOAD,..] [-m MODEL,..] [--metric KEY] [--all]\n"
	"                              [--format text|json|otava] [--dir DIR]\n"
	"       concbench history plot -o DIR [-w ..] [-m ..] [--metric KEY] [--dir DIR]\n"
	"A folder of results files over time: what changed, when, and at which commit.\n"
	"  add            put a copy of a run into the folder, under its date and commit\n"
	"  show           the cells that changed, with their newest values\n"
	"  plot           a picture for each workload and concurrency, as PNG and SVG\n"
	"  --dir DIR      the history (default results/history)\n"
	"  --metric KEY   a key of a cell's summary (default throughput_per_s; otava: all)\n"
	"  --all          also the cells that did not change\n"
	"  --format NAME  text, json, or otava: CSV of all runs, for Apache Otava\n"
	"  -o DIR         where the pictures go; made if missing\n";

struct options {
	struct history_view view;
	history_show_fn *show;
	const char *output;
	bool help;
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

enum { OPT_DIR = 256, OPT_METRIC, OPT_ALL, OPT_FORMAT };

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

static int read_option(struct options *options, int c)
{
	struct history_view *view = &options->view;

	switch (c) {
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
	case 'h':
		options->help = true;
		return EXIT_OK;
	default:
		return cli_help("history");
	}
}

/* What is taken is what the subcommand has a use for: the short options, and the long ones. */
static int read_options(struct options *options, int argc, char **argv, const char *letters,
	const struct option *table)
{
	int status = EXIT_OK, c;

	*options = (struct options){
		.view = { .dir = "results/history", .measure = measure_find("throughput_per_s") },
	};
	optind = 0; /* not the program's first getopt_long */
	while (!status && (c = getopt_long(argc, argv, letters, table, NULL)) != -1)
		status = read_option(options, c);
	if (options->help)
		fputs(usage, stdout);
	return status;
}

static int add_main(int argc, char **argv)
{
	static const struct option table[] = {
		{ "dir", required_argument, NULL, OPT_DIR },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options;
	int status = read_options(&options, argc, argv, "h", table);

	if (status || options.help)
		return status;
	if (optind + 1 != argc)
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
	static const struct option table[] = {
		{ "dir", required_argument, NULL, OPT_DIR },
		{ "metric", required_argument, NULL, OPT_METRIC },
		{ "all", no_argument, NULL, OPT_ALL },
		{ "format", required_argument, NULL, OPT_FORMAT },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options;
	struct history history;
	int status = read_options(&options, argc, argv, "w:m:h", table);

	if (status || options.help)
		return status;
	if (optind < argc)
		return cli_error("history show", "cannot make sense of '%s'", argv[optind]);
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
	static const struct option table[] = {
		{ "dir", required_argument, NULL, OPT_DIR },
		{ "metric", required_argument, NULL, OPT_METRIC },
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	struct options options;
	struct history history;
	int status = read_options(&options, argc, argv, "w:m:o:h", table);

	if (status || options.help)
		return status;
	if (optind < argc)
		return cli_error("history plot", "cannot make sense of '%s'", argv[optind]);
	if (!options.output || !*options.output)
		return cli_error("history plot", "no folder is given with -o");
	status = open_history(&history, &options.view);
	if (status)
		return status;
	status = history_plot(&history, &options.view, options.output, stop_on_signals());
	return close_history(&history, status);
}

int history_main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*main)(int argc, char **argv);
	} commands[] = { { "add", add_main }, { "show", show_main }, { "plot", plot_main } };
	const char *name = argc > 1 ? argv[1] : "";
	char full[64];

	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
		fputs(usage, stdout);
		return EXIT_OK;
	}
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
		if (strcmp(name, commands[i].name) != 0)
			continue;
		snprintf(full, sizeof full, "%s %s", argv[0], name);
		argv[1] = full; /* getopt begins its messages with it */
		return commands[i].main(argc - 1, argv + 1);
	}
	cli_error("history", *name ? "there is no 'history %s'" : "what is to be done?%s", name);
	return cli_help("history");
}
