/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "gate.h"

unsigned gate_pairs_most(const struct gate *gate)
{
	return gate->pairs << (GATE_LOOKS - 1);
}

/* What launches of that kind tell has one pair more. */
static void count_pair(const struct gate *gate, struct gate_cell *cell, bool counted)
{
	for (int m = 0; m < METRICS; m++)
		cell->samples[m].count += gate_has(gate, m, counted);
}

/*
 * Whether head alone is to blame for its launch that closed the cell: base is
 * run too, and head once more, so that what neither side can do here, and what
 * happened but once, is not held against head. 0 or -errno.
 */
static int find_blame(struct gate *gate, struct gate_cell *cell)
{
	cell->status = "ok";
	int err = gate_sample(gate, cell, BASE, false);
	if (err || strcmp(cell->status, "ok") != 0)
		return err;
	err = gate_sample(gate, cell, HEAD, false);
	cell->open = !err && strcmp(cell->status, "ok") == 0;
	return err;
}

/*
 * Two pairs, base head head base or the other way round: a drift of the machine
 * over the four launches falls on both sides alike.
 */
static int block(struct gate *gate, struct rng *rng, struct gate_cell *cell, bool counted)
{
	enum side first = rng_below(rng, SIDES);
	int err = 0;

	for (int pair = 0; pair < 2; pair++) {
		for (int place = 0; place < SIDES && !err; place++) {
			err = gate_sample(gate, cell, (first + pair + place) % SIDES, counted);
			if (!err && counted && cell->uncountable)
				return 0;
			if (!err && !cell->open)
				return cell->bad_side == HEAD ? find_blame(gate, cell) : 0;
		}
		if (err)
			return err;
		count_pair(gate, cell, counted);
	}
	return 0;
}

static void show(struct gate *gate, unsigned pairs, unsigned of)
{
	char what[64];
	size_t open = 0;

	for (size_t i = 0; i < gate->cell_count; i++)
		open += gate->cells[i].open;
	snprintf(what, sizeof what, "pairs of %zu cell%s", open, open == 1 ? "" : "s");
	progress_show(&gate->progress, pairs, of, what);
}

/* Blocks of every open cell until each has so many pairs, in a new random order each time round. */
static int run_pairs(struct gate *gate, struct rng *rng, size_t *order, unsigned from, unsigned to)
{
	int err = 0;

	for (unsigned pairs = from; pairs < to && !err; pairs += 2) {
		show(gate, pairs, to);
		rng_shuffle(rng, order, gate->cell_count, sizeof *order);
		for (size_t i = 0; i < gate->cell_count && !err; i++)
			if (gate->cells[order[i]].open)
				err = block(gate, rng, &gate->cells[order[i]], false);
	}
	return err;
}

/* What was counted of a cell before it could not be counted any more is no sample. */
static void note_uncountable(struct gate *gate, struct gate_cell *cell)
{
	for (int m = 0; m < METRICS; m++)
		if (gated_metrics[m].source == FROM_COUNTING)
			cell->samples[m].count = 0;
	json_array_append_new(gate->notes,
		json_sprintf("system calls and allocations of %s under %s were not counted: %s",
			cell->names[0], cell->names[1], cell->reason));
	*cell->reason = '\0';
}

/* Launches that are traced: what they count does not wobble, so few will do. */
static int run_counts(struct gate *gate, struct rng *rng)
{
	int err = 0;

	for (unsigned pairs = 0; pairs < GATE_COUNTED && !err; pairs += 2)
		for (size_t i = 0; i < gate->cell_count && !err; i++) {
			struct gate_cell *cell = &gate->cells[i];
			if (!cell->open || cell->uncountable || cell->control)
				continue;
			err = block(gate, rng, cell, true);
			if (cell->uncountable)
				note_uncountable(gate, cell);
		}
	return err;
}

static const char *why_not(int err)
{
	return err == -ENOTSUP   ? "callgrind follows one process, and counts tasks"
		: err == -ERANGE ? "they are lost in what the program's start takes"
		: err == -ECHILD ? "the trial was not ok under callgrind"
				 : strerror(-err);
}

/* Of those cells that callgrind can follow. */
static int run_callgrind(struct gate *gate)
{
	for (size_t i = 0; i < gate->cell_count; i++) {
		struct gate_cell *cell = &gate->cells[i];
		int err = cell->control ? 0 : gate_count_instructions(gate, cell);
		if (err == -ENOENT)
			json_array_append_new(gate->notes,
				json_string("there is no valgrind, so instructions were not "
					    "counted: apt-get install valgrind"));
		if (err == -EINTR || err == -ENOENT)
			return err == -EINTR ? err : 0;
		if (err)
			json_array_append_new(gate->notes,
				json_sprintf("instructions of %s under %s were not counted: %s",
					cell->names[0], cell->names[1], why_not(err)));
	}
	return 0;
}

int gate_run(struct gate *gate)
{
	int64_t before_ns = io_now_ns();
	size_t *order = calloc(gate->cell_count, sizeof *order);
	struct rng rng;
	unsigned pairs = 0;
	int err = order ? 0 : -ENOMEM;

	for (size_t i = 0; i < gate->cell_count && order; i++)
		order[i] = i;
	rng_seed(&rng, gate->seed);
	gate->trials_s = 0;
	if (!err && gate->counts)
		err = run_counts(gate, &rng);
	if (!err && gate->instructions)
		err = run_callgrind(gate);
	for (int look = 0; look < GATE_LOOKS && !err; look++) {
		unsigned until = gate->pairs << look;
		err = run_pairs(gate, &rng, order, pairs, until);
		if (!err)
			err = gate_judge(gate);
		pairs = until;
	}
	free(order);
	gate_conclude(gate);
	gate->elapsed_s = (double)(io_now_ns() - before_ns) / 1e9;
	return err;
}
