/* SPDX-License-Identifier: MIT */
#include "compare.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../measure.h"
#include "../result.h"
#include "../result_new.h"
#include "../save.h"
#include "../screen.h"
#include "compare_view.h"

static const char *const usual_measures = "throughput_per_s,latency_p99_ns,cpu_per_task_s";

static const struct format {
	const char *name;
	compare_format *write;
} formats[] = {
	{ "text", compare_text },
	{ "markdown", compare_markdown },
	{ "json", compare_json },
};

struct options {
	const struct measure *measures[COMPARE_MEASURES_MAX];
	size_t measure_count;
	compare_format *write;
	const char *output, *paths[2];
	bool force, all;
};

/* The k-th measure that can be compared, for cli_unknown. */
static const char *measure_name(unsigned k)
{
	for (const struct measure *row = measures; row->key; row++)
		if (row->better != MEASURE_NEITHER && k-- == 0)
			return row->key;
	return NULL;
}

static int add_measure(struct options *options, const char *key)
{
	const struct measure *measure = measure_find(key);

	if (!measure || measure->better == MEASURE_NEITHER)
		return cli_unknown("compare", "metric", key, measure_name);
	for (size_t i = 0; i < options->measure_count; i++)
		if (options->measures[i] == measure)
			return 0;
	if (options->measure_count == COMPARE_MEASURES_MAX)
		return cli_error("compare", "--metric takes at most %d", (int)COMPARE_MEASURES_MAX);
	options->measures[options->measure_count++] = measure;
	return 0;
}

static int read_measures(struct options *options, const char *text)
{
	char *copy = strdup(text), *rest = copy;
	int status = copy ? 0 : cli_error("compare", "%s", strerror(ENOMEM));

	options->measure_count = 0;
	while (!status && rest)
		status = add_measure(options, strsep(&rest, ","));
	free(copy);
	return status;
}

static const char *format_name(unsigned k)
{
	return k < sizeof formats / sizeof *formats ? formats[k].name : NULL;
}

static int read_format(struct options *options, const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		if (strcmp(formats[i].name, name) != 0)
			continue;
		options->write = formats[i].write;
		return 0;
	}
	return cli_unknown("compare", "format", name, format_name);
}

enum { OPT_METRIC = OPT_FIRST, OPT_FORMAT, OPT_ALL, OPT_FORCE };

static int read_option(struct options *options, int key)
{
	switch (key) {
	case OPT_METRIC:
		return read_measures(options, optarg);
	case OPT_FORMAT:
		return read_format(options, optarg);
	case 'o':
		options->output = optarg;
		return 0;
	case OPT_ALL:
		options->all = true;
		return 0;
	case OPT_FORCE:
		options->force = true;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

/* 0 or the exit status. */
static int parse(struct options *options, int argc, char **argv)
{
	int key, status;

	*options = (struct options){ .write = compare_text };
	status = read_measures(options, usual_measures);
	while (!status && (key = command_next(&compare_command, argc, argv)) != -1)
		status = read_option(options, key);
	if (status)
		return status;
	if (argc - optind != 2)
		return cli_error("compare",
			"it takes two results files, OLD.json and NEW.json, not %d", argc - optind);
	options->paths[0] = argv[optind];
	options->paths[1] = argv[optind + 1];
	return result_check_output("compare", options->output, true, "");
}

/* A file that is being read, each by a thread of its own: reading takes most of the time. */
struct reading {
	const char *path;
	json_t *root;
	char reason[512];
};

static void *read_run(void *arg)
{
	struct reading *reading = arg;

	reading->root = result_load(reading->path, reading->reason, sizeof reading->reason);
	return NULL;
}

static int read_runs(struct reading *before, struct reading *after)
{
	pthread_t thread;

	json_object_seed(0); /* which jansson would else do in both threads */
	int err = pthread_create(&thread, NULL, read_run, before);
	if (err)
		return cli_error("compare", "cannot start a thread: %s", strerror(err));
	read_run(after);
	pthread_join(thread, NULL);
	for (const struct reading *one = before; one; one = one == before ? after : NULL)
		if (!one->root)
			return cli_error("compare", "%s", one->reason);
	return 0;
}

static int write_view(const struct options *options, const struct comparison_view *view)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? 0 : -ENOMEM;

	if (out) {
		err = options->write(view, out);
		if (fclose(out) != 0 && !err)
			err = -errno;
	}
	if (!err && options->output)
		err = save_file(options->output, text, size);
	else if (!err && (fwrite(text, 1, size, stdout) < size || fflush(stdout) != 0))
		err = -errno;
	free(text);
	return err ? cli_error("compare", "cannot write '%s': %s",
			     options->output ? options->output : "standard output", strerror(-err))
		   : 0;
}

static int verdict_status(const struct compared *compared)
{
	if (compared->verdicts[VERDICT_WORSE] + compared->states[CELL_FAILS] > 0)
		return EXIT_BAD_VERDICT;
	if (compared->verdicts[VERDICT_BETTER] + compared->verdicts[VERDICT_SAME] == 0)
		return EXIT_INCONCLUSIVE;
	return EXIT_OK;
}

static int tell(const struct options *options, const struct compared *compared,
	const json_t *before, const json_t *after)
{
	struct comparison_view view = {
		.old_path = options->paths[0],
		.new_path = options->paths[1],
		.before = before,
		.after = after,
		.compared = compared,
		.differences = compare_differences(before, after, compared),
		.all = options->all,
		.colours = !options->output && screen_has_colours(stdout),
	};
	int status;

	view.forced = json_array_size(view.differences) > 0;
	if (!view.differences)
		status = cli_error("compare", "%s", strerror(ENOMEM));
	else if (view.forced && !options->force)
		status = compare_refuse("compare", view.differences);
	else
		status = write_view(options, &view);
	json_decref(view.differences);
	return status ? status : verdict_status(compared);
}

static int compare(const struct options *options, const json_t *before, const json_t *after)
{
	struct compared compared;
	int err = compare_cells(
		before, after, options->measures, options->measure_count, &compared);

	if (err)
		return cli_error("compare", "%s", strerror(-err));
	int status = compared.common > 0
		? tell(options, &compared, before, after)
		: cli_error("compare", "'%s' and '%s' have no cell in common", options->paths[0],
			  options->paths[1]);
	compared_free(&compared);
	return status;
}

static int compare_main(int argc, char **argv)
{
	struct options options;
	int status = parse(&options, argc, argv);

	if (status)
		return status;
	struct reading before = { .path = options.paths[0] }, after = { .path = options.paths[1] };
	status = read_runs(&before, &after);
	if (!status)
		status = compare(&options, before.root, after.root);
	json_decref(before.root);
	json_decref(after.root);
	return status;
}

const struct command compare_command = {
	.name = "compare",
	.summary = "two runs that were saved: what is worse, what is better",
	.synopsis = "OLD.json NEW.json [OPTION]..",
	.about = "What is worse and what is better in a new run than in an old one, worst first.",
	.options =
		(const struct command_option[]){
			{ OPT_METRIC, "metric", "KEY,..",
				"of a cell's summary (default throughput_per_s, latency_p99_ns, "
				"cpu_per_task_s)",
				COMPLETES_CHOICE, .choice = measure_name },
			{ OPT_FORMAT, "format", "NAME", "text (default), markdown or json",
				COMPLETES_CHOICE, .choice = format_name },
			{ 'o', "output", "FILE", "write to FILE, whole or not at all, replacing it",
				COMPLETES_FILE },
			{ OPT_ALL, "all", NULL, "show what did not change, too" },
			{ OPT_FORCE, "force", NULL,
				"compare runs of different machines or options, and say so" },
			COMMAND_HELP,
			{ 0 },
		},
	.closing =
		"Exit status: 0 nothing is shown to be worse, 1 something is, or a cell that was "
		"ok no longer is, 2 bad usage or input, 3 too few trials to show anything.",
	.operand = COMPLETES_FILE,
	.operands = 2,
	.main = compare_main,
};
