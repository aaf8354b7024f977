/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../cells.h"
#include "../cli.h"
#include "../result.h"
#include "../save.h"
#include "common.h"

struct format {
	const char *name, *summary;
	export_fn *write;
};

static const struct format formats[] = {
	{ "csv", "one row a trial, for R, pandas and spreadsheets", export_csv },
	{ "markdown", "a table a workload, for a pull request or a README", export_markdown },
	{ "hyperfine", "hyperfine's JSON, for its scripts and readers", export_hyperfine },
	{ "github-action-benchmark-smaller", "its customSmallerIsBetter: latency, CPU, memory",
		export_github_smaller },
	{ "github-action-benchmark-bigger", "its customBiggerIsBetter: throughput",
		export_github_bigger },
	{ "bmf", "Bencher Metric Format, for bencher run --adapter json", export_bmf },
	{ "google-benchmark", "google-benchmark's JSON, for its compare.py",
		export_google_benchmark },
	{ "benchfmt", "Go's benchmark format, for benchstat", export_benchfmt },
	{ "junit", "JUnit XML, for CI: which cells could be measured", export_junit },
	{ "hgrm", "HdrHistogram's percentiles of one cell of a service", export_hgrm },
	{ "hlog", "HdrHistogram's log, of a result of concbench load", export_hlog },
	{ "otava", "CSV for Apache Otava: a column a metric, one row", export_otava },
	{ "openmetrics", "OpenMetrics, for Prometheus", export_openmetrics },
};

struct options {
	const char *file, *out, *cell;
	const struct format *format;
	bool force;
};

enum { FORMATS = sizeof formats / sizeof *formats };

static const char *format_name(unsigned k)
{
	return k < FORMATS ? formats[k].name : NULL;
}

static const char *format_summary(unsigned k)
{
	return formats[k].summary;
}

static int read_format(struct options *options, const char *name)
{
	for (size_t k = 0; k < FORMATS && !options->format; k++)
		if (strcmp(formats[k].name, name) == 0)
			options->format = &formats[k];
	return options->format ? EXIT_OK : cli_unknown("export", "format", name, format_name);
}

enum { OPT_CELL = OPT_FIRST, OPT_FORCE };

/* 0 or the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int key, status = EXIT_OK;

	while (!status && (key = command_next(&export_command, argc, argv)) != -1) {
		if (key == 'f')
			status = read_format(options, optarg);
		else if (key == 'o')
			options->out = optarg;
		else if (key == OPT_CELL)
			options->cell = optarg;
		else
			options->force = true;
	}
	options->file = argv[optind];
	if (status)
		return status;
	if (!options->file)
		return cli_error("export", "no results file is given; see concbench export --help");
	return options->format
		? EXIT_OK
		: cli_error("export", "no --format is given; see concbench export --help");
}

static bool may_write(const struct options *options)
{
	struct stat st;

	if (!options->out || options->force || stat(options->out, &st) != 0)
		return true;
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return true; /* a pipe or a device loses nothing */
	fprintf(stderr,
		"concbench export: '%s' exists; give another name, or --force to replace it\n",
		options->out);
	return false;
}

static int deliver(const struct options *options, const char *text, size_t size)
{
	const char *where = options->out ? options->out : "standard output";
	int err = 0;

	if (options->out)
		err = save_file(options->out, text, size);
	else if (fwrite(text, 1, size, stdout) < size || fflush(stdout) != 0)
		err = -errno;
	if (err)
		fprintf(stderr, "concbench export: cannot write '%s': %s\n", where, strerror(-err));
	return err ? 2 : 0;
}

static bool pick_cell(const struct options *options, json_t *root)
{
	if (!options->cell || export_keep(root, options->cell))
		return true;
	const char *first = text_at(json_array_get(json_object_get(root, "cells"), 0), "name");
	fprintf(stderr, "concbench export: '%s' has no cell '%s'%s%s%s\n", options->file,
		options->cell, *first ? "; the first is '" : "", first, *first ? "'" : "");
	return false;
}

/* All of it is made in memory first, so that a failure leaves half a text nowhere. */
static int write_export(const struct options *options, const json_t *root)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? options->format->write(root, out, stderr) : -ENOMEM;

	if (out && fclose(out) != 0 && !err)
		err = -errno;
	if (err && err != -ENODATA)
		fprintf(stderr, "concbench export: cannot make the %s text: %s\n",
			options->format->name, strerror(-err));
	int status = err ? 2 : deliver(options, text, size);
	free(text);
	return status;
}

static int export_main(int argc, char **argv)
{
	struct options options = { 0 };
	char reason[512];
	int status = parse(argc, argv, &options);

	if (status)
		return status;
	if (!may_write(&options))
		return 2;
	json_t *root = result_load(options.file, reason, sizeof reason);
	if (!root) {
		fprintf(stderr, "concbench export: %s\n", reason);
		return 2;
	}
	if (export_name_cells(root) != 0) {
		fprintf(stderr, "concbench export: %s\n", strerror(ENOMEM));
		status = 2;
	} else {
		status = pick_cell(&options, root) ? write_export(&options, root) : 2;
	}
	json_decref(root);
	return status;
}

const struct command export_command = {
	.name = "export",
	.summary = "a results file in another format",
	.synopsis = "FILE.json --format NAME [--cell CELL] [-o OUT] [--force]",
	.about = "Write a results file in another format.",
	.options =
		(const struct command_option[]){
			{ 'f', "format", "NAME", "one of the formats below", COMPLETES_CHOICE,
				.choice = format_name, .choice_help = format_summary },
			{ OPT_CELL, "cell", "CELL",
				"only this one, as WORKLOAD/MODEL/cN: what most formats call it" },
			{ 'o', "output", "OUT",
				"write to OUT, whole or not at all, instead of stdout",
				COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL, "replace OUT when it exists" },
			COMMAND_HELP,
			{ 0 },
		},
	.operand = COMPLETES_FILE,
	.main = export_main,
};
