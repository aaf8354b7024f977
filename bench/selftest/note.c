/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "../environment.h"
#include "../hypothesis.h"
#include "selftest.h"

static size_t count_tests(const struct gate *gate)
{
	size_t tests = 0;

	for (size_t i = 0; i < gate->cell_count; i++)
		for (int m = 0; m < METRICS; m++)
			tests += gate->cells[i].findings[m].verdict != NOT_GATED;
	return tests;
}

/*
 * Whether a gate would have found this alone. Here every cell is slowed down at
 * once, and Holm's adjustment gives each the benefit of the others; a change of
 * one cell would have to stand against all the tests, as it has to here. Of
 * identical code the gate's own verdict counts.
 */
static bool is_found(const struct level *level, const struct finding *finding, size_t tests)
{
	if (level->percent == 0 && !level->call)
		return finding->verdict == REGRESSION;
	return finding->verdict != NOT_GATED &&
		finding->p * (double)tests <= GATE_ALPHA / GATE_LOOKS;
}

/*
 * Which metrics count as having found a level: of work done twice those that are
 * a mean of all tasks, and so worse by that percentage. A task that does its
 * work twice takes twice as long, and the p99 of one in twenty such shows it always.
 */
static bool tells(const struct level *level, const struct metric *metric)
{
	if (level->call)
		return strcmp(metric->key, "system_calls_per_task") == 0;
	if (level->percent == 0)
		return true;
	return strcmp(metric->key, "throughput_per_s") == 0 ||
		strcmp(metric->key, "cpu_per_task_s") == 0;
}

void selftest_note(struct selftest *test, struct level *level)
{
	const struct gate *gate = &test->gate;
	size_t tests = count_tests(gate);

	level->gates++;
	level->verdicts[gate->verdict]++;
	for (size_t i = 0; i < gate->cell_count; i++) {
		bool any = false;
		for (int m = 0; m < METRICS; m++) {
			const struct finding *finding = &gate->cells[i].findings[m];
			level->undecided[i][m] += finding->verdict == INCONCLUSIVE;
			if (!is_found(level, finding, tests))
				continue;
			level->metrics[i][m]++;
			any |= tells(level, &gated_metrics[m]);
		}
		level->found[i] += any;
	}
}

/* A number of gates out of all, with its interval. */
static json_t *rate_json(size_t hits, size_t n)
{
	struct interval interval;

	if (n == 0 || rate_interval(hits, n, 0.95, &interval) != 0)
		return json_null();
	return json_pack("{s:i, s:f, s:f, s:f}", "gates", (int)hits, "rate",
		(double)hits / (double)n, "low", interval.low, "high", interval.high);
}

/* The metrics with a count, by their keys. */
static json_t *metrics_json(const size_t counts[METRICS])
{
	json_t *metrics = json_object();

	for (int m = 0; m < METRICS; m++)
		if (counts[m] > 0)
			json_object_set_new(
				metrics, gated_metrics[m].key, json_integer((json_int_t)counts[m]));
	return metrics;
}

static json_t *level_json(const struct gate *gate, const struct level *level)
{
	json_t *cells = json_array();

	for (size_t i = 0; i < gate->cell_count; i++) {
		const struct gate_cell *cell = &gate->cells[i];
		bool computes = cell->spec.workload->kind == WORKLOAD_CPU ||
			cell->spec.workload->kind == WORKLOAD_STRUCTURE;
		json_array_append_new(cells,
			json_pack("{s:s, s:s, s:i, s:b, s:s, s:o, s:o, s:o}", "workload",
				cell->names[0], "model", cell->names[1], "concurrency",
				(int)cell->spec.concurrency, "control", cell->control, "kind",
				computes ? "CPU" : "I/O", "found",
				rate_json(level->found[i], level->gates), "by_metric",
				metrics_json(level->metrics[i]), "inconclusive",
				metrics_json(level->undecided[i])));
	}
	return json_pack("{s:f, s:b, s:i, s:o, s:o, s:o, s:o}", "inject_percent", level->percent,
		"inject_call", level->call, "gates", (int)level->gates, "pass",
		rate_json(level->verdicts[NO_REGRESSION], level->gates), "regression",
		rate_json(level->verdicts[REGRESSION], level->gates), "inconclusive",
		rate_json(level->verdicts[INCONCLUSIVE], level->gates), "cells", cells);
}

json_t *selftest_document(const struct selftest *test, json_t *options)
{
	json_t *levels = json_array();

	for (size_t i = 0; i < test->level_count; i++)
		json_array_append_new(levels, level_json(&test->gate, &test->levels[i]));
	return json_pack("{s:i, s:s, s:o, s:o, s:f, s:o}", "schema", 1, "kind", "selftest",
		"environment", environment_capture(), "options", options, "elapsed_s",
		test->elapsed_s, "levels", levels);
}
