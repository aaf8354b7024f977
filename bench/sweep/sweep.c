/* SPDX-License-Identifier: MIT */
#include "sweep.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../result_new.h"
#include "../summary.h"
#include "../table.h"

enum { SEARCH_STEPS = 6 }; /* of a row, about; for the estimate of the time left */

/* Cells that are measured together. */
struct batch {
	struct cell *cells;
	struct sweep_row **rows; /* whose they are */
	size_t count, room;
};

static void batch_free(struct batch *batch)
{
	free(batch->cells);
	free(batch->rows);
	*batch = (struct batch){ 0 };
}

static int batch_init(struct batch *batch, size_t room)
{
	*batch = (struct batch){
		.cells = calloc(room + 1, sizeof *batch->cells),
		.rows = calloc(room + 1, sizeof(struct sweep_row *)),
		.room = room,
	};
	if (batch->cells && batch->rows)
		return 0;
	batch_free(batch);
	return -ENOMEM;
}

static void set_number(struct params *params, const char *name, int64_t number)
{
	char text[24];

	snprintf(text, sizeof text, "%lld", (long long)number);
	params_set(params, name, text);
}

static double ceiling_per_s(const struct sweep *sweep, unsigned connections)
{
	const struct selection *selection = &sweep->options->selection;

	for (size_t i = 0; i < selection->concurrency_count; i++)
		if (selection->concurrency[i] == connections)
			return sweep->ceilings_per_s[i];
	return 0;
}

static struct trial_spec make_spec(const struct sweep *sweep, const struct contender *contender,
	unsigned connections, int64_t rate_per_s, bool longer)
{
	const struct sweep_options *options = sweep->options;
	struct trial_spec spec = {
		.model_name = contender->name,
		.model = contender->model,
		.external = contender->external,
		.workload = options->service,
		.params = options->params,
		.concurrency = connections,
		.ceiling_per_s = ceiling_per_s(sweep, connections),
	};

	set_number(&spec.params, "rate_per_s", rate_per_s);
	if (longer)
		set_number(&spec.params, "duration_ms",
			2 * param_number(&options->params, "duration_ms"));
	return spec;
}

/* Add a cell to the batch and to the results. */
static void add(struct sweep *sweep, struct batch *batch, struct sweep_row *row,
	unsigned connections, int64_t rate_per_s, bool longer)
{
	struct cell *cell = &batch->cells[batch->count];

	cell->spec = make_spec(sweep, &row->contender, connections, rate_per_s, longer);
	cell->json = cell_new(&cell->spec);
	json_array_append_new(json_object_get(sweep->root, "cells"), cell->json);
	batch->rows[batch->count++] = row;
}

static void show(struct sweep *sweep, const struct cell *cell)
{
	char what[96], rate[16];
	int64_t rate_per_s = param_number(&cell->spec.params, "rate_per_s");

	snprintf(what, sizeof what, "%s, %u connections%s%s%s", cell->spec.model_name,
		cell->spec.concurrency, rate_per_s > 0 ? ", " : "",
		rate_per_s > 0 ? format_number(rate_per_s, rate) : "", rate_per_s > 0 ? "/s" : "");
	progress_show(&sweep->progress, sweep->done, sweep->expected, what);
}

static int measure_once(struct sweep *sweep, const struct cell *cell)
{
	json_t *trials = json_object_get(cell->json, "trials");

	show(sweep, cell);
	/* Arrivals are alike for all models in a round, and anew where a rate is confirmed. */
	struct trial_spec spec = cell->spec;
	spec.seed = sweep->options->selection.seed + json_array_size(trials) +
		param_number(&spec.params, "duration_ms") * 1000;
	json_t *trial = sweep->trial(&spec, sweep->options->selection.time_limit_s, sweep->stop);
	if (!trial)
		return *sweep->stop ? -EINTR : -ENOMEM;
	json_object_set_new(trial, "order", json_integer((json_int_t)sweep->done++));
	json_array_append_new(trials, trial);
	summary_update(cell->json);
	if (sweep->keep)
		sweep->keep(sweep);
	return 0;
}

/* Every cell so many times, in rounds. The order of the batch is lost. */
static int measure(struct sweep *sweep, const struct batch *batch)
{
	const struct cell **order = calloc(batch->count + 1, sizeof(const struct cell *));
	int err = order ? 0 : -ENOMEM;

	for (unsigned round = 0; round < sweep->options->trials && !err; round++) {
		for (size_t i = 0; i < batch->count; i++)
			order[i] = &batch->cells[i];
		rng_shuffle(&sweep->rng, order, batch->count, sizeof(const struct cell *));
		for (size_t i = 0; i < batch->count && !err; i++)
			err = *sweep->stop ? -EINTR : measure_once(sweep, order[i]);
	}
	free(order);
	return err;
}

/*
 * For each number of connections what the generator reaches where the server
 * costs next to nothing: a trial that comes near may measure the generator.
 */
static int measure_ceilings(struct sweep *sweep)
{
	const struct selection *selection = &sweep->options->selection;

	for (size_t i = 0; i < selection->concurrency_count; i++) {
		struct trial_spec spec = make_spec(
			sweep, &sweep->rows[0].contender, selection->concurrency[i], 0, false);
		spec.ceiling_only = true;
		json_t *trial = sweep->trial(
			&spec, sweep->options->selection.time_limit_s, sweep->stop);
		double ceiling = number_at(trial, "ceiling_per_s");
		sweep->ceilings_per_s[i] = ceiling > 0 ? ceiling : 0;
		json_decref(trial);
		if (*sweep->stop)
			return -EINTR;
	}
	return 0;
}

static void note_peak(struct sweep *sweep, struct sweep_row *row)
{
	const json_t *cells = json_object_get(sweep->root, "cells"), *cell;
	const json_t *peak = sweep_peak(cells, row->contender.name, &row->curve_connections);
	size_t i;

	if (peak) {
		row->peak_per_s = cell_estimate(peak, "throughput_per_s").median;
		row->peak_connections = json_integer_value(json_object_get(peak, "concurrency"));
		return;
	}
	json_array_foreach(cells, i, cell)
	{
		if (strcmp(text_at(cell, "model"), row->contender.name) != 0)
			continue;
		snprintf(row->peak_reason, sizeof row->peak_reason, "%s: %s",
			text_at(cell, "status"), text_at(cell, "reason"));
		return;
	}
}

static int run_closed_loops(struct sweep *sweep)
{
	const struct selection *selection = &sweep->options->selection;
	struct batch batch;
	int err = batch_init(&batch, sweep->row_count * selection->concurrency_count);

	if (err)
		return err;
	for (size_t r = 0; r < sweep->row_count; r++)
		for (size_t i = 0; i < selection->concurrency_count; i++)
			add(sweep, &batch, &sweep->rows[r], selection->concurrency[i], 0, false);
	err = measure(sweep, &batch);
	for (size_t r = 0; r < sweep->row_count && !err; r++)
		note_peak(sweep, &sweep->rows[r]);
	batch_free(&batch);
	return err;
}

/* Take up the search from the row's part of the curves. */
static void begin_search(struct sweep *sweep, struct sweep_row *row, const struct batch *curves)
{
	struct search_point *points = calloc(curves->count + 1, sizeof *points);
	size_t count = 0;
	int64_t lowest_per_s = 0;

	for (size_t i = 0; points && i < curves->count; i++) {
		char reason[SWEEP_REASON];
		int64_t rate_per_s = param_number(&curves->cells[i].spec.params, "rate_per_s");
		if (curves->rows[i] != row)
			continue;
		points[count++] = (struct search_point){
			.rate_per_s = rate_per_s,
			.verdict = slo_judge(
				&sweep->options->slo, curves->cells[i].json, reason, sizeof reason),
		};
		if (lowest_per_s == 0 || rate_per_s < lowest_per_s) {
			lowest_per_s = rate_per_s;
			snprintf(row->slo_reason, sizeof row->slo_reason, "%.*s", SWEEP_REASON - 1,
				reason);
		}
	}
	search_start(&row->search, points, count);
	if (row->search.low_per_s > 0)
		*row->slo_reason = '\0';
	row->searched = row->search.stage == SEARCH_DONE;
	free(points);
}

static int run_curves(struct sweep *sweep)
{
	unsigned rates = sweep->options->rates;
	int64_t *ladder = calloc(rates, sizeof *ladder);
	struct batch batch = { 0 };
	int err = ladder ? batch_init(&batch, sweep->row_count * rates) : -ENOMEM;

	for (size_t r = 0; r < sweep->row_count && !err; r++) {
		struct sweep_row *row = &sweep->rows[r];
		size_t count = row->peak_per_s > 0 ? search_ladder(row->peak_per_s, rates, ladder)
						   : 0;
		for (size_t i = 0; i < count; i++)
			add(sweep, &batch, row, row->curve_connections, ladder[i], false);
	}
	if (!err)
		err = measure(sweep, &batch);
	for (size_t r = 0; r < sweep->row_count && !err; r++)
		if (sweep->rows[r].peak_per_s > 0)
			begin_search(sweep, &sweep->rows[r], &batch);
	batch_free(&batch);
	free(ladder);
	return err;
}

/* Why a search did not find, for sure, the highest rate. */
static void explain(struct sweep_row *row, int64_t rate_per_s, const char *why)
{
	char rate[16];

	format_number(rate_per_s, rate);
	if (!row->search.confirmed)
		snprintf(row->slo_reason, sizeof row->slo_reason,
			"met once, but not in a longer window, down to %s/s: %s", rate, why);
	else if (row->search.at_least)
		snprintf(row->slo_reason, sizeof row->slo_reason,
			"a lower bound, as at %s/s no measurement holds: %s",
			format_number(row->search.high_per_s, rate), row->unknown_reason);
}

static void note_step(struct sweep *sweep, struct sweep_row *row, const json_t *cell)
{
	char reason[SWEEP_REASON / 2];
	int64_t rate_per_s = row->search.next_per_s;
	enum slo_verdict verdict = slo_judge(&sweep->options->slo, cell, reason, sizeof reason);

	if (verdict == SLO_UNKNOWN)
		snprintf(row->unknown_reason, sizeof row->unknown_reason, "%s", reason);
	search_note(&row->search, verdict);
	row->searched = row->search.stage == SEARCH_DONE;
	if (row->searched)
		explain(row, rate_per_s, reason);
}

/* One step of every search that is not over. *on: whether there was any. */
static int search_step(struct sweep *sweep, bool *on)
{
	struct batch batch;
	int err = batch_init(&batch, sweep->row_count);

	if (err)
		return err;
	for (size_t r = 0; r < sweep->row_count; r++) {
		struct sweep_row *row = &sweep->rows[r];
		bool longer;
		if (row->peak_per_s > 0 && search_goes_on(&row->search, &longer))
			add(sweep, &batch, row, row->curve_connections, row->search.next_per_s,
				longer);
	}
	*on = batch.count > 0;
	err = measure(sweep, &batch);
	for (size_t i = 0; i < batch.count && !err; i++)
		note_step(sweep, batch.rows[i], batch.cells[i].json);
	batch_free(&batch);
	return err;
}

static int run_searches(struct sweep *sweep)
{
	bool on = true;
	int err = 0;

	while (on && !err) {
		size_t before = sweep->done;
		err = search_step(sweep, &on);
		if (sweep->expected < 2 * sweep->done - before)
			sweep->expected = 2 * sweep->done - before; /* one more of these, say */
	}
	return err;
}

void sweep_init(struct sweep *sweep, const struct sweep_options *options)
{
	const struct selection *selection = &options->selection;

	*sweep = (struct sweep){ .options = options };
	for (size_t i = 0; i < selection->model_count; i++)
		sweep->rows[sweep->row_count++].contender = selection->models[i];
	for (size_t i = 0; i < selection->external_count; i++)
		sweep->rows[sweep->row_count++].contender = selection->externals[i];
	rng_seed(&sweep->rng, options->selection.seed);
	sweep->expected = options->trials * sweep->row_count *
		(selection->concurrency_count + options->rates + SEARCH_STEPS);
}

int sweep_run(struct sweep *sweep)
{
	int err = measure_ceilings(sweep);

	if (!err)
		err = run_closed_loops(sweep);
	if (!err)
		err = run_curves(sweep);
	return err ? err : run_searches(sweep);
}
