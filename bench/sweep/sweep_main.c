/* SPDX-License-Identifier: MIT */
#include "sweep_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "../cli.h"
#include "../gnuplot.h"
#include "../result.h"
#include "../result_files.h"
#include "../result_new.h"
#include "../stop.h"
#include "../trial_process.h"
#include "sweep.h"
#include "view.h"

static const int64_t keep_every_ns = 10000000000;

static bool save(struct sweep *sweep)
{
	const char *output = sweep->options->output;

	sweep_describe(sweep);
	int err = output ? result_save(sweep->root, output) : 0;
	if (err)
		cli_error("sweep", "cannot write '%s': %s", output, strerror(-err));
	sweep->saved_ns = io_now_ns();
	return !err;
}

/* Now and then, so that little is lost however the program ends. */
static void keep(struct sweep *sweep)
{
	if (io_now_ns() >= sweep->saved_ns + keep_every_ns)
		save(sweep);
}

static int verdict(const struct sweep *sweep)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(sweep->root, "cells"), i, cell)
	{
		if (cell_failed(cell))
			return EXIT_BAD_VERDICT;
	}
	return EXIT_OK;
}

/* Save, print and draw what there is. An exit status. */
static int deliver(struct sweep *sweep, bool interrupted)
{
	const struct sweep_options *options = sweep->options;
	bool saved = save(sweep);
	int status = EXIT_OK;

	sweep_table_print(sweep->root, stdout);
	if (options->output && saved)
		printf("%s in %s\n", interrupted ? "What was done is" : "Results are",
			options->output);
	bool printed = fflush(stdout) == 0 && !ferror(stdout);
	if (interrupted)
		return EXIT_INTERRUPTED;
	if (!saved)
		return EXIT_USAGE;
	if (!printed && !options->output)
		return cli_error(
			"sweep", "cannot write the table, and there is no -o: all is lost");
	if (options->plots)
		status = sweep_plot("sweep", sweep->root, options->plots, sweep->stop);
	return status ? status : verdict(sweep);
}

static int run(struct sweep *sweep)
{
	sweep->trial = trial_process;
	sweep->keep = keep;
	sweep->stop = stop_on_signals();
	sweep->saved_ns = io_now_ns();
	progress_start(&sweep->progress);
	int err = sweep_run(sweep);
	if (!err)
		err = sweep_fit(sweep);
	progress_end(&sweep->progress);
	if (err && err != -EINTR)
		cli_error("sweep", "%s; what was done is kept", strerror(-err));
	json_object_set_new(sweep->root, "complete", json_boolean(!err));
	int status = deliver(sweep, err == -EINTR);
	return err && err != -EINTR ? EXIT_BAD_VERDICT : status;
}

static int run_new(const struct sweep_options *options)
{
	struct sweep *sweep = malloc(sizeof *sweep);

	if (!sweep)
		return cli_error("sweep", "out of memory");
	sweep_init(sweep, options);
	sweep->root = result_new(sweep_options_json(options));
	int status = run(sweep);
	json_decref(sweep->root);
	free(sweep);
	return status;
}

int sweep_main(int argc, char **argv)
{
	struct sweep_options options;
	int status = sweep_options_read(&options, argc, argv);

	if (!status)
		status = result_check_output(
			"sweep", options.output, options.force, "--force replaces it");
	if (!status)
		status = gnuplot_check_dir("sweep", options.plots);
	if (!status)
		status = run_new(&options);
	sweep_options_free(&options);
	return status;
}
