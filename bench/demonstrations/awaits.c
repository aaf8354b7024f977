/* SPDX-License-Identifier: MIT */
/*
 * awaits: a coroutine that waits three times, either by awaiting one sleep after the
 * other, or with as_tasks=1 by starting each as a task and then joining all. It runs a
 * loop of its own, so the model makes no difference.
 */
#include "../../models/io.h"
#include "../workloads/workload.h"
#include "demonstrations.h"

enum { SLEEPS = 3, SLEEP_NS = 20000000 };

static const struct param params[] = {
	{ .name = "as_tasks",
		.unit = "",
		.summary = "1: start each sleep as a task before any is awaited",
		.initial = "0",
		.max = 1 },
	{ 0 },
};

enum { WAITED };

static const struct figure figures[] = {
	{ .name = "waited",
		.unit = "ns",
		.summary = "how long the coroutine took for its three sleeps of 20 ms" },
	{ 0 },
};

static int64_t sleep_once(void *arg)
{
	int *slept = arg;
	int err = io_sleep(SLEEP_NS);

	*slept += !err;
	return err;
}

static int64_t await_in_turn(void *arg)
{
	int64_t err = 0;

	for (int k = 0; k < SLEEPS && !err; k++)
		err = sleep_once(arg);
	return err;
}

static int64_t await_as_tasks(void *arg)
{
	struct task *tasks[SLEEPS];
	int started = 0;
	int64_t err = 0;

	while (started < SLEEPS && !err) {
		err = task_spawn(&tasks[started], "sleep", sleep_once, arg);
		started += !err;
	}
	for (int k = 0; k < started; k++) {
		int64_t joined = task_join(tasks[k]);
		err = err ? err : joined;
	}
	return err;
}

static int setup(struct work *work)
{
	work->demonstration = true;
	work->expected = SLEEPS;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	bool as_tasks = param_number(work->params, "as_tasks");
	struct reports reports;
	int slept = 0;
	int64_t start_ns = io_now_ns();
	int64_t err = reported_run(&reports, as_tasks ? await_as_tasks : await_in_turn, &slept);

	work_figure(work, i, WAITED, (double)(io_now_ns() - start_ns));
	*digest = (uint64_t)slept;
	return (int)err;
}

const struct workload workload_awaits = {
	.name = "awaits",
	.summary = "sleeps awaited in turn or as tasks, on the coroutine runtime",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 1,
	.figures = figures,
	.setup = setup,
	.task = task,
};
