/* SPDX-License-Identifier: MIT */
#include "map_main.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "../cells.h"
#include "../cli.h"
#include "../doctor/doctor.h"
#include "../gnuplot.h"
#include "../progress.h"
#include "../result.h"
#include "../result_files.h"
#include "../result_new.h"
#include "../rng.h"
#include "../stop.h"
#include "../summary.h"
#include "../trial_process.h"
#include "options.h"

static const int64_t keep_every_ns = 10000000000;

struct mapping {
	const struct map_options *options;
	json_t *root;
	struct rng rng;
	struct progress progress;
	const volatile int *stop; /* end after the trial that runs, which is killed */
	size_t done;
	int64_t saved_ns;
};

static void new_results(struct mapping *mapping)
{
	const struct plan *plan = &mapping->options->plan;

	mapping->root = result_new(plan_options(plan));
	json_t *cells = json_object_get(mapping->root, "cells");

	doctor_probe(mapping->root, plan->trials * plan->cell_count);
	for (size_t i = 0; i < plan->cell_count; i++) {
		plan->cells[i].json = cell_new(&plan->cells[i].spec);
		json_array_append_new(cells, plan->cells[i].json);
	}
}

/* Set the results' "map" and save them. */
static bool save(struct mapping *mapping)
{
	const char *output = mapping->options->plan.output;
	struct map map;
	int err = map_read(&map, mapping->root);

	if (!err) {
		json_object_set_new(mapping->root, "map", map_json(&map));
		map_free(&map);
		err = output ? result_save(mapping->root, output) : 0;
	}
	if (err) {
		progress_end(&mapping->progress);
		cli_error("map", "cannot write '%s': %s", output ? output : "the map",
			strerror(-err));
	}
	mapping->saved_ns = io_now_ns();
	return !err;
}

static void show(struct mapping *mapping, const struct trial_spec *spec)
{
	const struct plan *plan = &mapping->options->plan;
	char what[96];

	snprintf(what, sizeof what, "%lld %% computing, %u in flight: %s",
		(long long)param_number(&spec->params, "cpu_share"), spec->concurrency,
		spec->model_name);
	progress_show(&mapping->progress, mapping->done, plan->trials * plan->cell_count, what);
}

static int measure_once(struct mapping *mapping, struct cell *cell, unsigned round)
{
	const struct plan *plan = &mapping->options->plan;
	json_t *trials = json_object_get(cell->json, "trials");

	show(mapping, &cell->spec);
	cell->spec.seed = plan->seed + round;
	json_t *trial = trial_process(&cell->spec, plan->time_limit_s, mapping->stop);
	if (!trial)
		return *mapping->stop ? -EINTR : -ENOMEM;
	json_object_set_new(trial, "order", json_integer((json_int_t)mapping->done++));
	json_array_append_new(trials, trial);
	summary_update(cell->json);
	if (io_now_ns() >= mapping->saved_ns + keep_every_ns)
		save(mapping);
	return 0;
}

/*
 * Rounds of all cells, each round in an order of its own, so that what changes on the
 * machine with time falls on all alike. Depends on the seed alone.
 */
static int measure(struct mapping *mapping)
{
	const struct plan *plan = &mapping->options->plan;
	struct cell **order = calloc(plan->cell_count, sizeof(struct cell *));
	int err = order ? 0 : -ENOMEM;

	rng_seed(&mapping->rng, plan->seed);
	for (unsigned round = 0; round < plan->trials && !err; round++) {
		for (size_t i = 0; i < plan->cell_count; i++)
			order[i] = &plan->cells[i];
		rng_shuffle(&mapping->rng, order, plan->cell_count, sizeof(struct cell *));
		for (size_t i = 0; i < plan->cell_count && !err; i++)
			err = *mapping->stop ? -EINTR : measure_once(mapping, order[i], round);
	}
	free(order);
	return err;
}

static int verdict(const json_t *root)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (!cell_ok(cell) && strcmp(text_at(cell, "status"), "unavailable") != 0)
			return EXIT_BAD_VERDICT;
	}
	return EXIT_OK;
}

static void print(const json_t *root)
{
	struct map map;

	if (map_read(&map, root) != 0)
		return;
	map_print(&map, root, stdout);
	map_free(&map);
}

/* Save, print and draw what there is. An exit status. */
static int deliver(struct mapping *mapping, bool interrupted)
{
	const struct map_options *options = mapping->options;
	const char *output = options->plan.output;
	bool saved = save(mapping);
	int status = EXIT_OK;

	print(mapping->root);
	if (output && saved)
		printf("%s in %s\n", interrupted ? "What was done is" : "Results are", output);
	bool printed = fflush(stdout) == 0 && !ferror(stdout);
	if (interrupted)
		return EXIT_INTERRUPTED;
	if (!saved)
		return EXIT_USAGE;
	if (!printed && !output)
		return cli_error("map", "cannot write the map, and there is no -o: all is lost");
	if (options->plots)
		status = map_plot("map", mapping->root, options->plots, mapping->stop);
	return status ? status : verdict(mapping->root);
}

static int run(const struct map_options *options)
{
	struct mapping mapping = { .options = options, .stop = stop_on_signals() };

	new_results(&mapping);
	mapping.saved_ns = io_now_ns();
	progress_start(&mapping.progress);
	int err = measure(&mapping);
	progress_end(&mapping.progress);
	if (err && err != -EINTR)
		cli_error("map", "%s; what was done is kept", strerror(-err));
	json_object_set_new(mapping.root, "complete", json_boolean(!err));
	int status = deliver(&mapping, err == -EINTR);
	json_decref(mapping.root);
	return err && err != -EINTR ? EXIT_BAD_VERDICT : status;
}

int map_main(int argc, char **argv)
{
	struct map_options options;
	int status = map_options_read(&options, argc, argv);

	if (!status)
		status = result_check_output(
			"map", options.plan.output, options.plan.force, "--force replaces it");
	if (!status)
		status = gnuplot_check_dir("map", options.plots);
	if (!status)
		status = run(&options);
	map_options_free(&options);
	return status;
}
