/* SPDX-License-Identifier: MIT */
/* What the cells of a sweep come to. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "sweep.h"

enum { CURVE_CONNECTIONS_LEAST = 10 };

bool is_closed_loop(const json_t *cell)
{
	return !(number_at(json_object_get(cell, "params"), "rate_per_s") > 0);
}

static bool is_of(const json_t *cell, const char *model)
{
	return strcmp(text_at(cell, "model"), model) == 0;
}

static unsigned connections_of(const json_t *cell)
{
	return json_integer_value(json_object_get(cell, "concurrency"));
}

/* Whether so many suit a latency curve better: enough of them, and then as few as that takes. */
static bool suits_better(unsigned connections, unsigned than)
{
	if (than >= CURVE_CONNECTIONS_LEAST)
		return connections >= CURVE_CONNECTIONS_LEAST && connections < than;
	return connections > than;
}

const json_t *sweep_peak(const json_t *cells, const char *model, unsigned *curve_connections)
{
	const json_t *peak = NULL, *cell;
	unsigned best = 0;
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		if (!is_of(cell, model) || !is_closed_loop(cell) || !cell_ok(cell))
			continue;
		if (!peak ||
			cell_estimate(cell, "throughput_per_s").median >
				cell_estimate(peak, "throughput_per_s").median)
			peak = cell;
		if (suits_better(connections_of(cell), best))
			best = connections_of(cell);
	}
	*curve_connections = best;
	if (peak && connections_of(peak) >= CURVE_CONNECTIONS_LEAST)
		*curve_connections = connections_of(peak);
	return peak;
}

static bool has_status(const json_t *cell, const char *status)
{
	return strcmp(text_at(cell, "status"), status) == 0;
}

/* Whether the only thing wrong was that answers did not come in time. */
static bool only_timed_out(const json_t *trial)
{
	const json_t *errors = json_object_get(trial, "errors_by_kind");
	const char *kind;
	json_t *count;

	if (!json_is_object(errors))
		return !has_status(trial, "failed");
	json_object_foreach((json_t *)errors, kind, count)
	{
		if (strcmp(kind, "timeout") != 0 && json_integer_value(count) > 0)
			return false;
	}
	return true;
}

bool cell_failed(const json_t *cell)
{
	const json_t *trial;
	size_t i;

	if (has_status(cell, "timeout") || has_status(cell, "crashed"))
		return true;
	if (!has_status(cell, "failed"))
		return false;
	json_array_foreach(json_object_get(cell, "trials"), i, trial)
	{
		if (!only_timed_out(trial))
			return true;
	}
	return !cell_saturated(cell);
}

static void fit_row(struct sweep *sweep, struct sweep_row *row)
{
	struct usl_point points[SELECTION_MAX];
	const json_t *cell;
	size_t i, count = 0;

	json_array_foreach(json_object_get(sweep->root, "cells"), i, cell)
	{
		double per_s = cell_estimate(cell, "throughput_per_s").median;
		if (is_of(cell, row->contender.name) && is_closed_loop(cell) && cell_ok(cell) &&
			per_s > 0 && count < SELECTION_MAX)
			points[count++] = (struct usl_point){ connections_of(cell), per_s };
	}
	row->has_usl = usl_fit(points, count, sweep->stop, &row->usl, row->usl_reason,
			       sizeof row->usl_reason) == 0;
}

int sweep_fit(struct sweep *sweep)
{
	for (size_t r = 0; r < sweep->row_count && !*sweep->stop; r++)
		fit_row(sweep, &sweep->rows[r]);
	return *sweep->stop ? -EINTR : 0;
}

static json_t *count_or_null(int64_t count)
{
	return count > 0 ? json_integer(count) : json_null();
}

static json_t *text_or_null(const char *text)
{
	return *text ? json_string(text) : json_null();
}

static json_t *usl_json(const struct sweep_row *row)
{
	const struct usl *usl = &row->usl;

	if (!row->has_usl)
		return json_null();
	return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:o}", "g_per_s", usl->g_per_s,
		"g_error", usl->g_error, "a", usl->a, "a_error", usl->a_error, "b", usl->b,
		"b_error", usl->b_error, "rms", usl->rms, "n_max", number_or_null(usl->n_max));
}

/* A rate that a search is still about is not yet a result. */
static json_t *row_json(const struct sweep_row *row)
{
	static const char unfinished[] = "the sweep did not come to its end";
	const char *slo_reason = row->slo_reason, *usl_reason = row->usl_reason;
	int64_t slo_per_s = row->searched ? row->search.low_per_s : 0;

	if (*row->peak_reason)
		slo_reason = row->peak_reason;
	else if (!row->searched)
		slo_reason = unfinished;
	if (!row->has_usl && !*usl_reason)
		usl_reason = unfinished;
	return json_pack("{s:s, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o, s:o}", "model",
		row->contender.name, "peak_per_s",
		row->peak_per_s > 0 ? json_real(row->peak_per_s) : json_null(), "peak_connections",
		count_or_null(row->peak_connections), "curve_connections",
		count_or_null(row->curve_connections), "slo_rate_per_s", count_or_null(slo_per_s),
		"confirmed", row->searched && row->search.confirmed, "at_least",
		slo_per_s > 0 && row->search.at_least, "reason", text_or_null(slo_reason), "usl",
		usl_json(row), "usl_reason", text_or_null(usl_reason));
}

void sweep_describe(const struct sweep *sweep)
{
	json_t *list = json_array();

	for (size_t r = 0; r < sweep->row_count; r++)
		json_array_append_new(list, row_json(&sweep->rows[r]));
	json_object_set_new(sweep->root, "sweep",
		json_pack("{s:s, s:s, s:i, s:o}", "service", sweep->options->service->name, "slo",
			sweep->options->slo.text, "rates", (int)sweep->options->rates, "models",
			list));
}
