/* SPDX-License-Identifier: MIT */
/*
 * deadlock: two tasks of the coroutine runtime that take two locks in opposite
 * order, and give way between. With ordered=1 both take them in the same order.
 * It runs a loop of its own, so the model makes no difference.
 */
#include <errno.h>

#include "../../models/io.h"
#include "../../models/runtime/sync.h"
#include "../workloads/workload.h"
#include "demonstrations.h"

static const struct param params[] = {
	{ .name = "ordered",
		.unit = "",
		.summary = "1: both tasks take the locks in the same order",
		.initial = "0",
		.max = 1 },
	{ 0 },
};

enum { DINERS = 2 };

enum { DEADLOCKS, NAMED, UNNAMED };

static const struct figure figures[] = {
	{ .name = "deadlocks", .unit = "", .summary = "runs that the runtime ended as deadlocked" },
	{ .name = "named",
		.unit = "",
		.summary = "tasks of which it said which lock they wait for and who has it" },
	{ .name = "unnamed", .unit = "", .summary = "tasks that stood still and were not named" },
	{ 0 },
};

struct diner {
	struct lock *first, *second;
};

struct table {
	struct lock left, right;
	struct diner plato, kant;
};

static int64_t dine(void *arg)
{
	struct diner *diner = arg;
	int err = lock_acquire(diner->first, IO_FOREVER);

	if (err)
		return err;
	task_yield();
	err = lock_acquire(diner->second, IO_FOREVER);
	if (!err)
		lock_release(diner->second);
	lock_release(diner->first);
	return err;
}

static int64_t lay(void *arg)
{
	struct table *table = arg;
	struct task *plato, *kant;
	int err = task_spawn(&plato, "plato", dine, &table->plato);

	if (err)
		return err;
	err = task_spawn(&kant, "kant", dine, &table->kant);
	int64_t plato_err = task_join(plato);
	if (err)
		return err;
	int64_t kant_err = task_join(kant);
	return plato_err ? plato_err : kant_err;
}

static int setup(struct work *work)
{
	work->demonstration = true;
	work->expected = 1;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct table table = { .plato = { &table.left, &table.right } };
	struct reports reports;

	table.kant = param_number(work->params, "ordered")
		? table.plato
		: (struct diner){ &table.right, &table.left };
	lock_init(&table.left, "left fork");
	lock_init(&table.right, "right fork");
	int64_t err = reported_run(&reports, lay, &table);
	int named = (int)reports_with(&reports, " fork'", " has");
	work_figure(work, i, DEADLOCKS, err == -EDEADLK);
	work_figure(work, i, NAMED, named);
	work_figure(work, i, UNNAMED, err == -EDEADLK ? DINERS - named : 0);
	*digest = 1;
	return err == -EDEADLK ? 0 : (int)err;
}

const struct workload workload_deadlock = {
	.name = "deadlock",
	.summary = "two tasks, two locks, on the coroutine runtime",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 1,
	.figures = figures,
	.setup = setup,
	.task = task,
};
