/* SPDX-License-Identifier: MIT */
#include "compare_view.h"

#include <errno.h>
#include <math.h>

#include "../cells.h"
#include "../measure.h"

static json_t *text_or_null(const json_t *object, const char *key)
{
	json_t *value = json_object_get(object, key);

	return value ? json_incref(value) : json_null();
}

static json_t *run_json(const char *path, const json_t *root)
{
	const json_t *environment = json_object_get(root, "environment");

	return json_pack("{s:o, s:o, s:o, s:o, s:o}", "file", path_json(path), "started",
		text_or_null(root, "started"), "git", text_or_null(environment, "git"), "compiler",
		text_or_null(environment, "compiler"), "flags", text_or_null(environment, "flags"));
}

static json_t *comparison_json(
	const struct comparison_view *view, const struct comparison *comparison)
{
	const struct measure *measure = comparison->measure;
	bool higher = measure->better == MEASURE_HIGHER;
	json_t *values = json_pack("{s:s, s:s, s:s, s:b, s:s}", "verdict",
		verdict_word(comparison->verdict), "measure", measure->key, "unit", measure->unit,
		"forced", view->forced, "better", higher ? "higher" : "lower");

	json_object_set_new(values, "old_trials", json_integer((json_int_t)comparison->old_count));
	json_object_set_new(values, "new_trials", json_integer((json_int_t)comparison->new_count));
	json_object_set_new(values, "old_median", number_or_null(comparison->old_median));
	json_object_set_new(values, "new_median", number_or_null(comparison->new_median));
	json_object_set_new(values, "ratio", number_or_null(comparison->ratio));
	json_object_set_new(values, "low", number_or_null(comparison->interval.low));
	json_object_set_new(values, "high", number_or_null(comparison->interval.high));
	json_object_set_new(values, "confidence", number_or_null(comparison->interval.confidence));
	json_object_set_new(values, "p", number_or_null(comparison->p));
	json_object_set_new(values, "p_adjusted", number_or_null(comparison->adjusted));
	json_object_set_new(values, "p_exact",
		isnan(comparison->p) ? json_null() : json_boolean(comparison->exact));
	return values;
}

static json_t *pair_json(const struct comparison_view *view, const struct cell_pair *pair)
{
	const json_t *cell = pair->after ? pair->after : pair->before;
	json_t *list = json_array();

	for (size_t i = 0; i < pair->count; i++)
		json_array_append_new(list, comparison_json(view, &pair->comparisons[i]));
	return json_pack("{s:O, s:O, s:O, s:O, s:s, s:b, s:o, s:o, s:o, s:o}", "workload",
		json_object_get(cell, "workload"), "model", json_object_get(cell, "model"),
		"concurrency", json_object_get(cell, "concurrency"), "params",
		json_object_get(cell, "params"), "state", state_word(pair->state), "forced",
		view->forced, "old_status", text_or_null(pair->before, "status"), "new_status",
		text_or_null(pair->after, "status"), "reason", text_or_null(pair->after, "reason"),
		"comparisons", list);
}

static json_t *counts_json(const struct compared *compared)
{
	json_t *counts = json_object();

	for (enum verdict verdict = 0; verdict < VERDICTS; verdict++)
		json_object_set_new(counts, verdict_word(verdict),
			json_integer((json_int_t)compared->verdicts[verdict]));
	for (enum cell_state state = 0; state < CELL_STATES; state++)
		json_object_set_new(counts, state_word(state),
			json_integer((json_int_t)compared->states[state]));
	return counts;
}

int compare_json(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;
	json_t *cells = json_array();

	for (size_t i = 0; i < compared->count; i++)
		json_array_append_new(cells, pair_json(view, &compared->pairs[i]));
	json_t *root = json_pack("{s:s, s:s, s:o, s:o, s:b, s:O, s:f, s:I, s:I, s:o, s:o}",
		"program", "concbench", "kind", "comparison", "old",
		run_json(view->old_path, view->before), "new",
		run_json(view->new_path, view->after), "forced", view->forced, "differences",
		view->differences, "alpha", COMPARE_ALPHA, "tests", (json_int_t)compared->tests,
		"trials_needed", (json_int_t)compared->trials_needed, "counts",
		counts_json(compared), "cells", cells);
	int err = !root || json_dumpf(root, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) != 0
		? -ENOMEM
		: 0;
	fputc('\n', out);
	json_decref(root);
	return err;
}
