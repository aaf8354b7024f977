/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>
#include <time.h>

#include "../cells.h"
#include "../environment.h"
#include "../result_new.h"
#include "gate.h"

static const char *const verdict_words[] = {
	[NOT_GATED] = "not gated",
	[NO_REGRESSION] = "no regression",
	[IMPROVEMENT] = "improvement",
	[INCONCLUSIVE] = "inconclusive",
	[REGRESSION] = "regression",
};

static json_t *text(const char *value)
{
	return *value ? json_string(value) : json_null();
}

static json_t *values_json(const struct samples *samples, enum side side)
{
	json_t *values = json_array();

	for (size_t i = 0; i < samples->count; i++)
		json_array_append_new(values, number_or_null(samples->values[side][i]));
	return values;
}

static json_t *finding_json(
	const struct metric *metric, const struct samples *samples, const struct finding *finding)
{
	static const char *const tests[] = {
		[FROM_PAIRS] = "sign", [FROM_COUNTING] = "rank", [FROM_CALLGRIND] = "exact"
	};
	const struct measure *measure = measure_find(metric->key);
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:b}", "name", metric->key, "unit",
		measure->unit, "better", measure->better == MEASURE_HIGHER ? "higher" : "lower",
		"test", tests[metric->source], "gated", finding->verdict != NOT_GATED);
	const struct {
		const char *key;
		double value;
	} numbers[] = {
		{ "base", finding->base },
		{ "head", finding->head },
		{ "ratio", finding->ratio },
		{ "low", finding->low },
		{ "high", finding->high },
		{ "confidence", finding->confidence },
		{ "hodges_lehmann", finding->hodges_lehmann },
		{ "threshold", finding->threshold },
		{ "noise", finding->noise },
		{ "p", finding->p },
		{ "p_adjusted", finding->p_adjusted },
	};

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		json_object_set_new(json, numbers[i].key, number_or_null(numbers[i].value));
	json_object_set_new(json, "verdict", json_string(verdict_words[finding->verdict]));
	json_object_set_new(json, "reason", text(finding->reason));
	json_object_set_new(json, "pairs_needed",
		finding->pairs_needed ? json_integer(finding->pairs_needed) : json_null());
	json_object_set_new(json, "values",
		json_pack("{s:o, s:o}", "base", values_json(samples, BASE), "head",
			values_json(samples, HEAD)));
	return json;
}

static bool any_known(const struct samples *samples)
{
	for (size_t i = 0; i < samples->count; i++)
		if (!isnan(samples->values[BASE][i]) || !isnan(samples->values[HEAD][i]))
			return true;
	return false;
}

static json_t *cell_json(const struct gate_cell *cell)
{
	bool is_ok = strcmp(cell->status, "ok") == 0;
	json_t *metrics = json_array();
	size_t pairs = 0;

	for (int m = 0; m < METRICS; m++) {
		const struct samples *samples = &cell->samples[m];
		if (!any_known(samples))
			continue;
		if (gated_metrics[m].source == FROM_PAIRS)
			pairs = samples->count;
		json_array_append_new(
			metrics, finding_json(&gated_metrics[m], samples, &cell->findings[m]));
	}
	return json_pack("{s:s, s:s, s:i, s:o, s:o, s:b, s:s, s:o, s:o, s:i, s:f, s:o}", "workload",
		cell->names[0], "model", cell->names[1], "concurrency", (int)cell->spec.concurrency,
		"tasks", cell->spec.tasks ? json_integer(cell->spec.tasks) : json_null(), "params",
		params_values(&cell->spec.params), "control", cell->control, "status", cell->status,
		"reason", text(cell->reason), "arm",
		is_ok ? json_null() : json_string(cell->bad_side == BASE ? "base" : "head"),
		"pairs", (int)pairs, "elapsed_s", cell->elapsed_s, "metrics", metrics);
}

static json_t *arm_json(const struct arm *arm)
{
	return json_pack(
		"{s:s, s:o, s:b}", "name", arm->name, "git", text(arm->git), "dirty", arm->dirty);
}

json_t *gate_document(const struct gate *gate, json_t *options)
{
	static const char *const words[] = { [NO_REGRESSION] = "pass",
		[INCONCLUSIVE] = "inconclusive",
		[REGRESSION] = "regression" };
	json_t *cells = json_array();
	char date[32];
	time_t now = time(NULL);

	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
	for (size_t i = 0; i < gate->cell_count; i++)
		json_array_append_new(cells, cell_json(&gate->cells[i]));
	return json_pack("{s:i, s:s, s:s, s:o, s:o, s:o, s:o, s:s, s:o, s:f, s:f, s:f, s:O, s:o}",
		"schema", 1, "kind", "gate", "date", date, "environment", environment_capture(),
		"options", options, "base", arm_json(&gate->arms[BASE]), "head",
		arm_json(&gate->arms[HEAD]), "verdict", words[gate->verdict], "reason",
		text(gate->reason), "elapsed_s", gate->elapsed_s + gate->build_s, "trials_s",
		gate->trials_s, "build_s", gate->build_s, "notes", gate->notes, "cells", cells);
}
