/* SPDX-License-Identifier: MIT */
#include "gate_words.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"

const char *gate_metric_word(const json_t *metric)
{
	const char *name = text_at(metric, "name");
	const struct measure *measure = measure_find(name);

	return measure ? measure->label : name;
}

const char *gate_value(const json_t *metric, const char *arm, char text[static GATE_TEXT_MAX])
{
	const struct measure *measure = measure_find(text_at(metric, "name"));

	return measure ? measure_format(measure, number_at(metric, arm), text) : "-";
}

/* A percentage, or so many times as much. */
static const char *put_change(
	double worse, bool times, const char *unit, char text[static GATE_TEXT_MAX])
{
	double percent = fabs(worse) < 5e-5 ? 0 : 100 * worse; /* no -0.00 */
	int decimals = fabs(percent) < 0.995 ? 2 : fabs(percent) < 9.95 ? 1 : 0;

	if (times)
		snprintf(text, GATE_TEXT_MAX, "x%.3g", 1 + worse);
	else
		snprintf(text, GATE_TEXT_MAX, "%+.*f%s", decimals, percent, unit);
	return text;
}

/* From twice as much on, its interval with it: the three are held against each other. */
static bool is_times(const struct gate_row *row)
{
	return row->worse.middle >= 1;
}

const char *gate_row_middle(const struct gate_row *row, char text[static GATE_TEXT_MAX])
{
	if (!isnan(row->worse.middle))
		return put_change(row->worse.middle, is_times(row), "%", text);
	if (number_at(row->metric, "base") == 0 && number_at(row->metric, "head") > 0)
		return "from 0";
	return "-";
}

const char *gate_row_change(const struct gate_row *row, char text[static GATE_TEXT_MAX])
{
	char middle[GATE_TEXT_MAX], low[GATE_TEXT_MAX], high[GATE_TEXT_MAX];

	if (isnan(row->worse.low) || isnan(row->worse.high))
		return gate_row_middle(row, text);
	snprintf(text, GATE_TEXT_MAX, "%.18s [%.18s, %.18s]", gate_row_middle(row, middle),
		put_change(row->worse.low, is_times(row), "", low),
		put_change(row->worse.high, is_times(row), "", high));
	return text;
}

const char *gate_threshold(const json_t *metric, char text[static GATE_TEXT_MAX])
{
	double threshold = number_at(metric, "threshold");

	if (isnan(threshold))
		return "-";
	snprintf(text, GATE_TEXT_MAX, threshold < 1 ? "%.2g%%" : "%.0f%%", 100 * threshold);
	return text;
}

const char *gate_p(const json_t *metric, char text[static GATE_TEXT_MAX])
{
	double p = number_at(metric, "p_adjusted");

	if (isnan(p))
		return "-";
	if (p < 0.00005)
		return "<0.0001";
	snprintf(text, GATE_TEXT_MAX, p < 0.00995 ? "%.4f" : "%.2f", p);
	return text;
}

const char *gate_duration(double seconds, char text[static GATE_TEXT_MAX])
{
	if (isnan(seconds))
		return "-";
	if (seconds < 60)
		snprintf(text, GATE_TEXT_MAX, "%.1f s", seconds);
	else
		snprintf(text, GATE_TEXT_MAX, "%.0f min %.0f s", floor(seconds / 60),
			floor(fmod(seconds, 60)));
	return text;
}

static bool is_same_place(const json_t *one, const json_t *other)
{
	return strcmp(text_at(one, "workload"), text_at(other, "workload")) == 0 &&
		strcmp(text_at(one, "model"), text_at(other, "model")) == 0 &&
		json_equal(
			json_object_get(one, "concurrency"), json_object_get(other, "concurrency"));
}

static bool has_double(const json_t *gate, const json_t *cell)
{
	const json_t *other;
	size_t i;

	json_array_foreach(json_object_get(gate, "cells"), i, other)
	{
		if (other != cell && is_same_place(cell, other))
			return true;
	}
	return false;
}

char *gate_cell_name(const json_t *gate, const json_t *cell)
{
	const json_t *params = json_object_get(cell, "params");
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	if (strcmp(text_at(cell, "workload"), "command") == 0)
		fputs(text_at(cell, "model"), out);
	else
		fprintf(out, "%s %s c=%.0f", text_at(cell, "workload"), text_at(cell, "model"),
			number_at(cell, "concurrency"));
	if (json_object_size(params) > 0 && has_double(gate, cell)) {
		putc(' ', out);
		params_print(params, " ", "", out);
	}
	return fclose(out) == 0 ? text : (free(text), NULL);
}

const char *gate_verdict_word(const json_t *gate)
{
	const char *verdict = text_at(gate, "verdict");

	return strcmp(verdict, "pass") == 0          ? "Pass"
		: strcmp(verdict, "regression") == 0 ? "Regression"
						     : "Inconclusive";
}

static const char *arm_name(const json_t *gate, const char *arm)
{
	return text_at(json_object_get(gate, arm), "name");
}

static void put_count(size_t count, const char *what, FILE *out)
{
	fprintf(out, "%zu %s%s", count, what, count == 1 ? "" : "s");
}

static void put_what_was_worse(const json_t *gate, const struct gate_counts *counts, FILE *out)
{
	fprintf(out, "%s against %s: ", arm_name(gate, "head"), arm_name(gate, "base"));
	if (counts->regressions > 0) {
		fprintf(out, "%zu of ", counts->regressions);
		put_count(counts->gated, "metric", out);
		fprintf(out, " worse, in %zu of ", counts->regressed_cells);
		put_count(counts->cells, "cell", out);
	} else {
		fputs("none of ", out);
		put_count(counts->gated, "metric", out);
		fputs(" of ", out);
		put_count(counts->cells, "cell", out);
		fputs(" is shown to be worse", out);
	}
}

void gate_verdict_sentence(const json_t *gate, const struct gate_counts *counts, FILE *out)
{
	put_what_was_worse(gate, counts, out);
	if (counts->broken_by_head > 0) {
		fputs(", ", out);
		put_count(counts->broken_by_head, "cell", out);
		fputs(" broken", out);
	}
	if (counts->inconclusive > 0)
		fprintf(out, ", %zu inconclusive", counts->inconclusive);
	if (counts->improvements > 0)
		fprintf(out, ", %zu better", counts->improvements);
}

void gate_arm(const json_t *gate, const char *arm, FILE *out)
{
	const json_t *what = json_object_get(gate, arm);

	fputs(text_at(what, "name"), out);
	if (*text_at(what, "git"))
		fprintf(out, " (%s)", text_at(what, "git"));
}

char *gate_broken(const json_t *cell)
{
	char *text = NULL;
	size_t size;
	FILE *out = gate_cell_broken(cell) ? open_memstream(&text, &size) : NULL;

	if (!out)
		return NULL;
	fputs(text_at(cell, "status"), out);
	if (*text_at(cell, "arm"))
		fprintf(out, " in %s", text_at(cell, "arm"));
	if (*text_at(cell, "reason"))
		fprintf(out, ": %s", text_at(cell, "reason"));
	return fclose(out) == 0 ? text : (free(text), NULL);
}
