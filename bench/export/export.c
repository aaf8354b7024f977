/* SPDX-License-Identifier: MIT */
#include "export.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../cells.h"
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
	{ NULL, NULL, NULL },
};

struct options {
	const char *file, *out, *cell;
	const struct format *format;
	bool force, help;
};

static void usage(FILE *to)
{
	fputs("usage: concbench export FILE.json --format NAME [--cell CELL] [-o OUT] [--force]\n"
	      "Write a results file in another format.\n"
	      "  -f, --format NAME  one of the formats below\n"
	      "      --cell CELL    only this one, as WORKLOAD/MODEL/cN: what most formats call "
	      "it\n"
	      "  -o, --output OUT   write to OUT, whole or not at all, instead of stdout\n"
	      "      --force        replace OUT when it exists\n"
	      "  -h, --help         this text\n"
	      "formats:\n",
		to);
	for (const struct format *format = formats; format->name; format++)
		fprintf(to, "  %-31s %s\n", format->name, format->summary);
}

static const struct format *find_format(const char *name)
{
	for (const struct format *format = formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	fprintf(stderr, "concbench export: no format '%s'; use one of:", name);
	for (const struct format *format = formats; format->name; format++)
		fprintf(stderr, " %s", format->name);
	fputs("\n", stderr);
	return NULL;
}

static int refuse(const char *what)
{
	fprintf(stderr, "concbench export: %s; see concbench export --help\n", what);
	return 2;
}

/* 0 or the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "cell", required_argument, NULL, 'c' },
		{ "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 0; /* this may be the program's second getopt_long */
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":f:o:h", names, NULL)) != -1) {
		if (c == 'f' && !(options->format = find_format(optarg)))
			return 2;
		if (c == 'c')
			options->cell = optarg;
		if (c == 'o')
			options->out = optarg;
		if (c == 'F')
			options->force = true;
		if (c == 'h')
			options->help = true;
		if (c == '?' || c == ':') {
			fprintf(stderr, "concbench export: %s '%s'; see concbench export --help\n",
				c == ':' ? "a value must follow" : "cannot make sense of",
				argv[optind - 1]);
			return 2;
		}
	}
	options->file = argv[optind];
	if (options->help)
		return 0;
	if (!options->file)
		return refuse("no results file is given");
	if (argv[optind + 1])
		return refuse("more than one results file is given");
	return options->format ? 0 : refuse("no --format is given");
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

int export_main(int argc, char **argv)
{
	struct options options = { 0 };
	char reason[512];
	int status = parse(argc, argv, &options);

	if (status)
		return status;
	if (options.help) {
		usage(stdout);
		return 0;
	}
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
