/* SPDX-License-Identifier: MIT */
/*
 * race: children increment a number that they share, without a lock. Of the two
 * halves of an increment, reading and writing, the second comes right after
 * the first, or with across=1 only after the others had a turn.
 */
#include <errno.h>
#include <stdatomic.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "../workloads/children.h"
#include "../workloads/workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "how many share the number",
		.initial = "4",
		.min = 1,
		.max = 10000 },
	{ .name = "increments",
		.unit = "",
		.summary = "how many each makes",
		.initial = "1000000",
		.min = 1,
		.max = 100000000 },
	{ .name = "across",
		.unit = "",
		.summary = "1: it gives way between reading and writing",
		.initial = "0",
		.max = 1 },
	{ 0 },
};

static const struct figure figures[] = {
	{ .name = "lost_updates",
		.unit = "",
		.summary = "a task's increments that came to nothing" },
	{ 0 },
};

/* Relaxed loads and stores do what a racy program does, and are no data race to C. */
struct shared {
	_Atomic uint64_t count;
	uint64_t increments;
	bool across;
};

static int child(void *arg)
{
	struct shared *shared = arg;

	for (uint64_t i = 0; i < shared->increments; i++) {
		uint64_t count = atomic_load_explicit(&shared->count, memory_order_relaxed);
		if (shared->across)
			io_yield();
		atomic_store_explicit(&shared->count, count + 1, memory_order_relaxed);
	}
	return 0;
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children") *
		param_number(work->params, "increments");
	work->demonstration = true;
	work->expected = work->operations;
	return 0;
}

/* No count would be wrong here, so it is a figure, and the digest only tells that all ran. */
static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct shared *shared = par_share(sizeof *shared);

	if (!shared)
		return -ENOMEM;
	shared->increments = param_number(work->params, "increments");
	shared->across = param_number(work->params, "across");
	int err = children_run(param_number(work->params, "children"), child, shared, 0);
	work_figure(work, i, 0, work->operations - atomic_load(&shared->count));
	*digest = work->expected;
	par_unshare(shared, sizeof *shared);
	return err;
}

const struct workload workload_race = {
	.name = "race",
	.summary = "children that increment one number without a lock",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 3,
	.needs = MODEL_SPAWN,
	.operation = "increments",
	.figures = figures,
	.setup = setup,
	.task = task,
};
