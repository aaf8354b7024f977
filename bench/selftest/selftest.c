/* SPDX-License-Identifier: MIT */
#include "selftest.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "../cli.h"
#include "../gate/options.h"
#include "../result.h"
#include "../stop.h"
#include "options.h"

enum { TIME_LIMIT_S = 60 }; /* of a launch */

static int allocate_levels(struct selftest *test)
{
	size_t cells = test->gate.cell_count;

	for (size_t i = 0; i < test->level_count; i++) {
		struct level *level = &test->levels[i];
		level->found = calloc(cells, sizeof *level->found);
		level->metrics = calloc(cells, sizeof *level->metrics);
		level->undecided = calloc(cells, sizeof *level->undecided);
		if (!level->found || !level->metrics || !level->undecided)
			return cli_error("selftest", "out of memory");
	}
	return 0;
}

/* What is injected must reach every cell, and to the full. */
static int check_injection(const struct selftest *test)
{
	for (size_t k = 0; k < test->level_count; k++)
		for (size_t i = 0; i < test->gate.cell_count; i++) {
			const struct gate_cell *cell = &test->gate.cells[i];
			const struct trial_spec *spec = &cell->spec;
			const struct level *level = &test->levels[k];
			double tasks = (double)spec->tasks * level->percent / 100;
			if (cell->control || (level->percent == 0 && !level->call))
				continue;
			if (spec->workload->kind == WORKLOAD_SERVICE)
				return cli_error("selftest",
					"nothing can be injected into %s, a service",
					cell->names[0]);
			if (level->percent > 0 &&
				(spec->model->features & (MODEL_CALLBACK | MODEL_STACKLESS)))
				return cli_error("selftest",
					"work can be done twice in straight-line tasks alone, "
					"which "
					"those of %s are not",
					cell->names[1]);
			if (fabs(tasks - round(tasks)) > 1e-6)
				return cli_error("selftest",
					"%g %% of the %llu tasks of %s under %s is no whole number",
					level->percent, (unsigned long long)spec->tasks,
					cell->names[0], cell->names[1]);
		}
	return 0;
}

static bool is_identical(const struct level *level)
{
	return level->percent == 0 && !level->call;
}

/*
 * One gate of that level. Which of the two layouts is base changes from gate to
 * gate of a level. Counts are made where they are what is asked about.
 */
static int run_gate(struct selftest *test, struct level *level)
{
	struct gate *gate = &test->gate;
	bool turned = level->gates % 2 == 1;

	gate_reset(gate);
	gate->seed++;
	if (turned != test->turned) {
		struct arm first = gate->arms[BASE];
		gate->arms[BASE] = gate->arms[HEAD];
		gate->arms[HEAD] = first;
		test->turned = turned;
	}
	gate->arms[BASE].inject_percent = 0;
	gate->arms[BASE].inject_call = false;
	gate->arms[HEAD].inject_percent = level->percent;
	gate->arms[HEAD].inject_call = level->call;
	gate->counts = is_identical(level) || level->call;
	int err = gate_run(gate);
	if (!err)
		selftest_note(test, level);
	return err;
}

/* All that is known so far, so that an end before time loses one gate. */
static int save(
	const struct selftest *test, const struct selftest_options *options, int argc, char **argv)
{
	char path[4096];

	if (!options->common.folder)
		return 0;
	snprintf(path, sizeof path, "%s/selftest.json", options->common.folder);
	json_t *document = selftest_document(test, selftest_options_json(options, argc, argv));
	int err = result_save(document, path);
	json_decref(document);
	return err ? cli_error("selftest", "cannot write '%s': %s", path, strerror(-err)) : 0;
}

/* Rounds of a gate of each level, so that what the machine does falls on all levels alike. */
static int run_levels(
	struct selftest *test, const struct selftest_options *options, int argc, char **argv)
{
	uint64_t most = options->aa > options->gates ? options->aa : options->gates;
	int64_t start_ns = io_now_ns();
	int status = 0;

	for (uint64_t round = 0; round < most; round++)
		for (size_t i = 0; i < test->level_count && !status; i++) {
			struct level *level = &test->levels[i];
			if (round >= (is_identical(level) ? options->aa : options->gates))
				continue;
			int err = run_gate(test, level);
			if (err == -EINTR)
				return EXIT_INTERRUPTED;
			test->elapsed_s = (double)(io_now_ns() - start_ns) / 1e9;
			status = err ? cli_error("selftest", "%s", strerror(-err))
				     : save(test, options, argc, argv);
		}
	return status;
}

static int run_all(
	struct selftest *test, const struct selftest_options *options, int argc, char **argv)
{
	struct gate *gate = &test->gate;
	int status = arm_of_head(&gate->arms[BASE], "selftest", NULL, gate->stop);

	if (!status)
		status = arm_of_relinked(&gate->arms[HEAD], "selftest", gate->stop);
	if (!status)
		status = gate_cells(gate, "selftest", options->common.cells);
	if (!status)
		status = check_injection(test);
	if (!status)
		status = allocate_levels(test);
	if (status)
		return *gate->stop ? EXIT_INTERRUPTED : status;
	progress_start(&gate->progress);
	status = run_levels(test, options, argc, argv);
	progress_end(&gate->progress);
	if (status && status != EXIT_INTERRUPTED)
		return status;
	json_t *document = selftest_document(test, selftest_options_json(options, argc, argv));
	selftest_table(document, stdout);
	if (!status && options->common.folder)
		status = selftest_plot(document, options->common.folder, gate->stop);
	json_decref(document);
	return status;
}

int selftest_main(int argc, char **argv)
{
	struct selftest test = { 0 };
	struct selftest_options options;
	int status = selftest_options_read(&options, &test, argc, argv);

	if (!status)
		status = gate_folder(
			"selftest", options.common.folder, "selftest.json", options.common.force);
	if (status)
		return status;
	unsetenv("CONCBENCH"); /* of a test: each side is to start its own servers */
	test.gate = (struct gate){ .threshold = options.common.threshold,
		.pairs = options.common.pairs,
		.seed = options.common.seed,
		.time_limit_s = TIME_LIMIT_S,
		.stop = stop_on_signals(),
		.notes = json_array() };
	status = run_all(&test, &options, argc, argv);
	for (size_t i = 0; i < test.level_count; i++) {
		free(test.levels[i].found);
		free(test.levels[i].metrics);
		free(test.levels[i].undecided);
	}
	gate_free(&test.gate);
	return status;
}
