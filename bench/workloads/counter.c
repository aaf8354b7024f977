/* SPDX-License-Identifier: MIT */
/*
 * counter: children increment a number that they share, each under the model's
 * lock. With lock=0 they read it, now and then let others run, and write it: a
 * demonstration of the updates that are lost where nothing excludes the others.
 */
#include <errno.h>
#include <stdatomic.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "how many share the number",
		.initial = "8",
		.min = 1,
		.max = 10000 },
	{ .name = "increments",
		.unit = "",
		.summary = "how many each makes",
		.initial = "10000",
		.min = 1,
		.max = 100000000 },
	{ .name = "lock",
		.unit = "",
		.summary = "1: under a lock; 0: the racy form, to see updates lost",
		.initial = "1",
		.max = 1 },
	{ 0 },
};

enum { LOST_UPDATES };

static const struct figure figures[] = {
	{ .name = "lost_updates",
		.unit = "",
		.summary = "of the racy form: a task's increments that came to nothing" },
	{ 0 },
};

/* Relaxed loads and stores do what a racy program does, and are no data race to C. */
struct counter {
	struct par_lock lock;
	_Atomic uint64_t count;
	uint64_t increments;
};

static uint64_t read_count(struct counter *counter)
{
	return atomic_load_explicit(&counter->count, memory_order_relaxed);
}

static void write_count(struct counter *counter, uint64_t count)
{
	atomic_store_explicit(&counter->count, count, memory_order_relaxed);
}

static int locked_child(void *arg)
{
	struct counter *counter = arg;

	for (uint64_t i = 0; i < counter->increments; i++) {
		par_lock(&counter->lock);
		write_count(counter, read_count(counter) + 1);
		par_unlock(&counter->lock);
	}
	return 0;
}

static int racy_child(void *arg)
{
	enum { YIELD_EVERY = 64 };
	struct counter *counter = arg;

	for (uint64_t i = 0; i < counter->increments; i++) {
		uint64_t count = read_count(counter);
		if (i % YIELD_EVERY == 0)
			io_yield();
		write_count(counter, count + 1);
	}
	return 0;
}

static bool is_locked(const struct work *work)
{
	return param_number(work->params, "lock");
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children") *
		param_number(work->params, "increments");
	work->demonstration = !is_locked(work);
	work->expected = work->operations;
	return 0;
}

/* Under the lock the count is the digest; without it no count would be wrong, so it is a figure. */
static void report(const struct work *work, uint64_t i, uint64_t count, uint64_t *digest)
{
	*digest = is_locked(work) ? count : work->expected;
	if (!is_locked(work))
		work_figure(work, i, LOST_UPDATES, work->operations - count);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct counter *counter = par_share(sizeof *counter);

	if (!counter)
		return -ENOMEM;
	counter->increments = param_number(work->params, "increments");
	int err = par_lock_init(&counter->lock);
	if (!err) {
		err = children_run(param_number(work->params, "children"),
			is_locked(work) ? locked_child : racy_child, counter, 0);
		par_lock_destroy(&counter->lock);
		report(work, i, read_count(counter), digest);
	}
	par_unshare(counter, sizeof *counter);
	return err;
}

const struct workload workload_counter = {
	.name = "counter",
	.summary = "children that increment one number they share",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 10,
	.needs = MODEL_SPAWN,
	.operation = "increments",
	.figures = figures,
	.setup = setup,
	.task = task,
};
