/* SPDX-License-Identifier: MIT */
#include "report.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../compare/compare_view.h"
#include "../measure.h"
#include "../result.h"
#include "../result_new.h"
#include "../save.h"
#include "../stop.h"
#include "../sweep/view.h"
#include "page.h"
#include "pictures.h"

enum { OPT_AGAINST = OPT_FIRST, OPT_FORCE };

struct options {
	const char *file, *output, *against;
	bool force;
};

static int read_options(int argc, char **argv, struct options *options)
{
	int key;

	while ((key = command_next(&report_command, argc, argv)) != -1) {
		if (key == 'o')
			options->output = optarg;
		else if (key == OPT_AGAINST)
			options->against = optarg;
		else
			options->force = true;
	}
	options->file = argv[optind];
	if (!options->file)
		return cli_error("report", "no results file is given; see concbench report --help");
	if (!options->output)
		return cli_error("report", "no page is named with -o; see concbench report --help");
	return result_check_output("report", options->output, true, "");
}

/* NULL, with what is wrong said, for a file that there can be no report of. */
static json_t *load(const char *path)
{
	char reason[512];
	json_t *root = result_load(path, reason, sizeof reason);
	const char *fault = NULL;

	if (!root) {
		cli_error("report", "%s", reason);
		return NULL;
	}
	if (sweep_rows(root))
		fault = "it is of a sweep, which `concbench plot` draws and no report shows";
	else if (json_array_size(json_object_get(root, "cells")) == 0)
		fault = "it has no cells";
	if (!fault)
		return root;
	cli_error("report", "cannot tell of '%s': %s", path, fault);
	json_decref(root);
	return NULL;
}

static int save(const struct options *options, const struct report *report)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? page_write(report, out) : -ENOMEM;

	if (out && fclose(out) != 0 && !err)
		err = -errno;
	if (err) {
		free(text);
		return cli_error("report", "cannot make the page: %s", strerror(-err));
	}
	if (*stop_on_signals()) {
		free(text);
		return EXIT_INTERRUPTED;
	}
	err = save_file(options->output, text, size);
	free(text);
	if (err)
		return cli_error(
			"report", "cannot write '%s': %s", options->output, strerror(-err));
	printf("%s: %zu KiB\n", options->output, (size + 1023) / 1024);
	return EXIT_OK;
}

static int write_page(const struct options *options, struct report *report)
{
	struct groups groups;

	if (groups_init(&groups, report->root) != 0)
		return cli_error("report", "%s", strerror(ENOMEM));
	report->groups = &groups;
	report->labels = report_labels(&groups);
	int status = report->labels ? pictures_draw(report)
				    : cli_error("report", "%s", strerror(ENOMEM));
	if (!status)
		status = save(options, report);
	pictures_free(report);
	report_free_labels(report->labels, &groups);
	groups_free(&groups);
	return status;
}

/* With what compared says of the runs, where they may be compared. */
static int write_compared(const struct options *options, struct report *report,
	const json_t *before, const struct compared *compared)
{
	struct comparison_view view = {
		.old_path = options->against,
		.new_path = options->file,
		.before = before,
		.after = report->root,
		.compared = compared,
		.differences = compare_differences(before, report->root, compared),
	};
	int status;

	view.forced = json_array_size(view.differences) > 0;
	report->view = &view;
	if (!view.differences)
		status = cli_error("report", "%s", strerror(ENOMEM));
	else if (view.forced && !options->force)
		status = compare_refuse("report", view.differences);
	else
		status = write_page(options, report);
	json_decref(view.differences);
	return status;
}

static int write_against(const struct options *options, struct report *report)
{
	const struct measure *const keys[] = { measure_find("throughput_per_s"),
		measure_find("latency_p99_ns"), measure_find("cpu_per_task_s") };
	json_t *before = load(options->against);
	struct compared compared;

	if (!before)
		return EXIT_USAGE;
	int err = compare_cells(before, report->root, keys, sizeof keys / sizeof *keys, &compared);
	int status = err ? cli_error("report", "%s", strerror(-err)) : EXIT_OK;
	if (!err) {
		status = compared.common > 0
			? write_compared(options, report, before, &compared)
			: cli_error("report", "'%s' and '%s' have no cell in common",
				  options->against, options->file);
		compared_free(&compared);
	}
	json_decref(before);
	return status;
}

static int tell(const struct options *options, json_t *root)
{
	json_t *name = path_json(basename(options->file));
	struct report report = { .name = json_string_value(name), .root = root };
	int status;

	if (!report.name)
		status = cli_error("report", "%s", strerror(ENOMEM));
	else if (options->against)
		status = write_against(options, &report);
	else
		status = write_page(options, &report);
	json_decref(name);
	return status;
}

static int report_main(int argc, char **argv)
{
	struct options options = { 0 };
	int status = read_options(argc, argv, &options);

	if (status)
		return status;
	json_t *root = load(options.file);
	if (!root)
		return EXIT_USAGE;
	status = tell(&options, root);
	json_decref(root);
	return status;
}

const struct command report_command = {
	.name = "report",
	.summary = "a results file as one page, to read and to send",
	.synopsis = "FILE.json -o FILE.html [--against OLD.json [--force]]",
	.about = "Make one page of a results file of `concbench run`: what was measured on what "
		 "machine, which model was best at what, pictures, tables, what failed and why, "
		 "the command, and the data. It needs no network. A page that is there already "
		 "is replaced.",
	.options =
		(const struct command_option[]){
			{ 'o', "output", "FILE", "where to, whole or not at all", COMPLETES_FILE },
			{ OPT_AGAINST, "against", "OLD",
				"compare with this older run, as `concbench compare` does",
				COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL,
				"compare runs of different machines or options, and say so" },
			COMMAND_HELP,
			{ 0 },
		},
	.operand = COMPLETES_FILE,
	.main = report_main,
};
