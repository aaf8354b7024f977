/* SPDX-License-Identifier: MIT */
#include "run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../models/io.h"
#include "cells.h"
#include "cli.h"
#include "doctor/doctor.h"
#include "environment.h"
#include "plan.h"
#include "progress.h"
#include "result.h"
#include "result_files.h"
#include "result_new.h"
#include "rng.h"
#include "run_facts.h"
#include "stop.h"
#include "summary.h"
#include "table.h"
#include "trial_process.h"
#include "whole_process.h"

enum { SAVE_EVERY_S = 10 };

/* One trial in the order of the run. */
struct slot {
	struct cell *cell;
	unsigned round;
};

struct run {
	struct plan plan;
	json_t *root;
	struct slot *slots; /* what is to be done, in order */
	size_t slot_count;
	struct rng rng;
	struct progress progress;
	const volatile int *stop; /* end after the trial that runs, which is killed */
	int64_t saved_ns;
};

static void new_results(struct run *run)
{
	run->root = result_new(plan_options(&run->plan));
	json_t *cells = json_object_get(run->root, "cells");

	doctor_probe(run->root, run->slot_count);
	for (size_t i = 0; i < run->plan.cell_count; i++) {
		struct cell *cell = &run->plan.cells[i];
		cell->json = cell_new(&cell->spec);
		json_array_append_new(cells, cell->json);
	}
}

/* Whether a stored cell is the one of the plan. */
static bool is_planned(const json_t *stored, const struct trial_spec *spec)
{
	static const char *const keys[] = { "workload", "model", "concurrency", "tasks", "params" };
	json_t *planned = cell_new(spec);
	bool same = true;

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		same &= json_equal(json_object_get(stored, keys[i]),
				json_object_get(planned, keys[i])) == 1;
	json_decref(planned);
	return same;
}

/* Medians of two machines, builds or commits together would mean nothing. */
static int check_environment(const struct run *run)
{
	static const char *const keys[] = { "compiler", "flags", "libuv", "libcurl", "git" };
	const json_t *then = json_object_get(run->root, "environment");
	json_t *now = environment_capture();
	json_t *here = json_pack(
		"{s:O, s:O}", "environment", now, "options", json_object_get(run->root, "options"));
	const struct run_fact *fact = runs_differ(run->root, here, NULL);
	const char *differs = fact ? fact->key : NULL;

	json_decref(here);
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!json_equal(json_object_get(then, keys[i]), json_object_get(now, keys[i])))
			differs = keys[i];
	json_decref(now);
	return differs
		? cli_error("run",
			  "'%s' was begun under another %s (see its environment): run it anew",
			  run->plan.output, differs)
		: 0;
}

/* Take up the results of an earlier run: the plan is made anew from its options. */
static int old_results(struct run *run)
{
	char reason[512];
	struct plan asked = run->plan;

	run->root = result_load(asked.output, reason, sizeof reason);
	if (!run->root)
		return cli_error("run", "%s", reason);
	int status = plan_resume(&run->plan, json_object_get(run->root, "options"), &asked);
	plan_free(&asked);
	if (status)
		return status;
	json_t *cells = json_object_get(run->root, "cells");
	if (json_array_size(cells) != run->plan.cell_count)
		return cli_error("run",
			"'%s' has other cells than its options tell of; run it anew",
			run->plan.output);
	for (size_t i = 0; i < run->plan.cell_count; i++) {
		struct cell *cell = &run->plan.cells[i];
		cell->json = json_array_get(cells, i);
		if (!is_planned(cell->json, &cell->spec))
			return cli_error("run",
				"'%s' has other cells than its options tell of; run it anew",
				run->plan.output);
	}
	return check_environment(run);
}

/*
 * Rounds of all cells, each round in an order of its own, so that what changes
 * on the machine with time falls on all cells alike. Depends on the seed alone.
 */
static int lay_out(struct run *run)
{
	const struct plan *plan = &run->plan;

	rng_seed(&run->rng, plan->seed);
	run->slots = calloc(plan->trials * plan->cell_count, sizeof *run->slots);
	if (!run->slots)
		return cli_error("run", "out of memory");
	for (unsigned round = 0; round < plan->trials; round++) {
		struct slot *slots = &run->slots[round * plan->cell_count];
		for (size_t i = 0; i < plan->cell_count; i++)
			slots[i] = (struct slot){ .cell = &plan->cells[i], .round = round };
		rng_shuffle(&run->rng, slots, plan->cell_count, sizeof *slots);
	}
	run->slot_count = plan->trials * plan->cell_count;
	return 0;
}

static int check_descriptors(const struct plan *plan)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	for (size_t i = 0; i < plan->cell_count; i++) {
		const struct trial_spec *spec = &plan->cells[i].spec;
		uint64_t needed = trial_descriptors(spec->workload, spec->concurrency);
		if (needed > limit.rlim_max)
			return cli_error("run",
				"%s at concurrency %u needs %llu open files, and the hard limit is "
				"%llu; raise it (ulimit -Hn %llu) or ask for less",
				spec->workload->name, spec->concurrency, (unsigned long long)needed,
				(unsigned long long)limit.rlim_max, (unsigned long long)needed);
	}
	return 0;
}

/* Save now and then, so that little is lost however the program ends. False where it failed. */
static bool save(struct run *run, bool now)
{
	if (!run->plan.output ||
		(!now && io_now_ns() < run->saved_ns + SAVE_EVERY_S * 1000000000LL))
		return true;
	int err = result_save(run->root, run->plan.output);
	if (err)
		progress_end(&run->progress);
	if (err)
		cli_error("run", "cannot write '%s': %s", run->plan.output, strerror(-err));
	run->saved_ns = io_now_ns();
	return !err;
}

/* Trials and hyperfine's rounds. */
static size_t steps(const struct run *run)
{
	return run->slot_count + run->plan.whole_process_rounds;
}

static void show(struct run *run, size_t place)
{
	const struct trial_spec *spec = &run->slots[place].cell->spec;
	char what[64];

	snprintf(what, sizeof what, "%s %s %u", spec->workload->name, spec->model_name,
		spec->concurrency);
	progress_show(&run->progress, place, steps(run), what);
}

static bool same_load(const struct trial_spec *a, const struct trial_spec *b)
{
	return a->workload == b->workload && a->concurrency == b->concurrency &&
		memcmp(a->params.value, b->params.value, sizeof a->params.value) == 0;
}

/*
 * Once a run, for each load that services are put under: what the generator
 * reaches where the server costs next to nothing. A cell that comes near to
 * that may be a measurement of the generator.
 */
static void measure_ceilings(struct run *run)
{
	struct cell *cells = run->plan.cells;

	for (size_t i = 0; i < run->plan.cell_count && !*run->stop; i++) {
		struct trial_spec spec = cells[i].spec;
		if (spec.workload->kind != WORKLOAD_SERVICE || spec.ceiling_per_s > 0)
			continue;
		spec.ceiling_only = true;
		json_t *trial = trial_process(&spec, run->plan.time_limit_s, run->stop);
		double ceiling_per_s = number_at(trial, "ceiling_per_s");
		json_decref(trial);
		for (size_t k = i; k < run->plan.cell_count; k++)
			if (ceiling_per_s > 0 && same_load(&cells[k].spec, &spec))
				cells[k].spec.ceiling_per_s = ceiling_per_s;
	}
}

static void run_trials(struct run *run)
{
	for (size_t place = 0; place < run->slot_count && !*run->stop; place++) {
		struct slot *slot = &run->slots[place];
		json_t *trials = json_object_get(slot->cell->json, "trials");
		if (json_array_size(trials) > slot->round)
			continue; /* done before --resume */
		show(run, place);
		/* Arrivals alike for all models in a round, as their clients would be. */
		slot->cell->spec.seed = run->plan.seed + slot->round;
		json_t *trial = trial_process(&slot->cell->spec, run->plan.time_limit_s, run->stop);
		if (!trial)
			return;
		json_object_set_new(trial, "order", json_integer(place));
		json_array_append_new(trials, trial);
		summary_update(slot->cell->json);
		save(run, false);
	}
}

static void run_whole_processes(struct run *run)
{
	unsigned rounds = run->plan.whole_process_rounds;

	if (rounds > 0 && !whole_process_available()) {
		fputs("concbench run: no hyperfine, so whole processes are not timed; "
		      "apt-get install hyperfine\n",
			stderr);
		return;
	}
	for (unsigned round = 0; round < rounds && !*run->stop; round++) {
		progress_show(&run->progress, run->slot_count + round, steps(run),
			"whole processes, by hyperfine");
		int err = whole_process_round(&run->plan, round, &run->rng, run->stop);
		if (err && err != -EINTR)
			cli_error("run", "hyperfine: %s; the rest is not timed",
				err == -EPROTO ? "it wrote no time for some process"
					       : strerror(-err));
		if (err)
			return;
	}
}

/* The cells that should have a number and have none. */
static size_t count_bad(const struct run *run)
{
	const json_t *cell;
	size_t i, bad = 0;

	json_array_foreach(json_object_get(run->root, "cells"), i, cell)
	{
		const char *status = text_at(cell, "status");
		bad += strcmp(status, "ok") != 0 && strcmp(status, "unavailable") != 0;
	}
	return bad;
}

static int verdict(const struct run *run)
{
	if (*run->stop)
		return EXIT_INTERRUPTED;
	return count_bad(run) > 0 ? EXIT_BAD_VERDICT : EXIT_OK;
}

/* What explains the exit status, where no table is any more on the screen. */
static void print_bad(const struct run *run)
{
	size_t bad = count_bad(run);

	if (bad > 0 && !*run->stop)
		printf("%zu of %zu cells failed or %s invalid: the reasons are above\n", bad,
			run->plan.cell_count, bad == 1 ? "is" : "are");
}

static void print_so_far(const void *root, bool colours, FILE *out)
{
	table_print_groups(root, colours, out);
}

static int run_all(struct run *run)
{
	run->stop = stop_on_signals();
	progress_start(&run->progress);
	run->progress.table = print_so_far;
	run->progress.arg = run->root;
	measure_ceilings(run);
	run_trials(run);
	run_whole_processes(run);
	progress_end(&run->progress);
	json_object_set_new(run->root, "complete", json_boolean(!*run->stop));
	bool saved = save(run, true);
	table_print(run->root, stdout);
	if (run->plan.output && saved)
		printf("%s in %s\n", *run->stop ? "What was done is" : "Results are",
			run->plan.output);
	print_bad(run);
	bool printed = fflush(stdout) == 0 && !ferror(stdout);
	if (!printed && !run->plan.output)
		return cli_error("run", "cannot write the table, and there is no -o: all is lost");
	return saved || *run->stop ? verdict(run) : EXIT_USAGE;
}

int run_main(int argc, char **argv)
{
	struct run run = { 0 };
	int status = plan_read(&run.plan, argc, argv);

	if (!status)
		status = result_check_output("run", run.plan.output,
			run.plan.force || run.plan.resume,
			"--force replaces it, --resume goes on with it");
	if (!status && run.plan.resume)
		status = old_results(&run);
	if (!status)
		status = check_descriptors(&run.plan);
	if (!status)
		status = lay_out(&run);
	if (!status && !run.root)
		new_results(&run);
	if (!status)
		status = run_all(&run);
	json_decref(run.root);
	free(run.slots);
	plan_free(&run.plan);
	return status;
}
