/* SPDX-License-Identifier: MIT */
/*
 * nqueens: count the ways to place n queens on a board of n x n so that none
 * attacks another, by backtracking over bit masks; a child for each place of
 * the first queen. The answers are known: OEIS A000170.
 */
#include <errno.h>
#include <stdbool.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

enum { QUEENS_MAX = 16 };

static const struct param params[] = {
	{ .name = "queens",
		.unit = "",
		.summary = "queens, and rows and columns of the board",
		.initial = "8",
		.min = 1,
		.max = QUEENS_MAX },
	{ 0 },
};

/* OEIS A000170: solutions for n queens, from n = 0. */
static const uint64_t solutions[QUEENS_MAX + 1] = { 1, 1, 0, 0, 2, 10, 4, 40, 92, 352, 724, 2680,
	14200, 73712, 365596, 2279184, 14772512 };

/* A child's part of the board, in shared memory; a cache line. */
struct part {
	unsigned queens, first_column;
	uint64_t found; /* out */
	bool done;      /* out; without it a board that has no solution could be left out */
} __attribute__((aligned(64)));

static int setup(struct work *work)
{
	work->expected = solutions[param_number(work->params, "queens")];
	return 0;
}

/* Ways to fill the rows that are left; each set bit is a column that is taken or attacked. */
static uint64_t place(unsigned all, unsigned columns, unsigned left, unsigned right)
{
	uint64_t found = 0;

	if (columns == all)
		return 1;
	for (unsigned open = all & ~(columns | left | right); open; open &= open - 1) {
		unsigned queen = open & -open;
		found += place(all, columns | queen, (left | queen) << 1, (right | queen) >> 1);
	}
	return found;
}

static void compute(void *arg)
{
	struct part *part = arg;
	unsigned queen = 1U << part->first_column;

	part->found = place((1U << part->queens) - 1, queen, queen << 1, queen >> 1);
	part->done = true;
}

static int count(void *arg)
{
	return io_compute(compute, arg);
}

static int count_parts(struct part *part, unsigned queens, uint64_t *digest)
{
	for (unsigned i = 0; i < queens; i++)
		part[i] = (struct part){ .queens = queens, .first_column = i };
	int err = children_run(queens, count, part, sizeof *part);
	*digest = 0;
	for (unsigned i = 0; i < queens; i++) {
		*digest += part[i].found;
		if (!err && !part[i].done)
			err = -EBADMSG;
	}
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	unsigned queens = param_number(work->params, "queens");
	struct part *part = par_share(queens * sizeof *part);

	(void)i;
	if (!part)
		return -ENOMEM;
	int err = count_parts(part, queens, digest);
	par_unshare(part, queens * sizeof *part);
	return err;
}

const struct workload workload_nqueens = {
	.name = "nqueens",
	.summary = "count the solutions of n queens, a child a first place",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 50,
	.needs = MODEL_SPAWN,
	.operation = "boards",
	.setup = setup,
	.task = task,
};
