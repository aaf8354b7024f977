/* SPDX-License-Identifier: MIT */
/*
 * orphan: tasks of the coroutine runtime that fail, and nobody awaits them. It
 * runs a loop of its own, so the model makes no difference.
 */
#include <errno.h>

#include "../workloads/workload.h"
#include "demonstrations.h"

enum { TOLD };

static const struct figure figures[] = {
	{ .name = "told",
		.unit = "",
		.summary = "of two such tasks, how many errors the runtime told of by name" },
	{ 0 },
};

static int64_t fail(void *arg)
{
	(void)arg;
	task_yield();
	return -EIO;
}

/* One without a handle, and one whose handle is let go. */
static int64_t start_and_forget(void *arg)
{
	struct task *task;
	int err = task_spawn(NULL, "orphan", fail, arg);

	if (!err)
		err = task_spawn(&task, "let go", fail, arg);
	if (!err)
		task_release(task);
	return err;
}

static int setup(struct work *work)
{
	work->demonstration = true;
	work->expected = 1;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct reports reports;
	int64_t err = reported_run(&reports, start_and_forget, NULL);

	work_figure(work, i, TOLD,
		reports_with(&reports, "'orphan'", "nobody asked") +
			reports_with(&reports, "'let go'", "nobody asked"));
	*digest = 1;
	return (int)err;
}

const struct workload workload_orphan = {
	.name = "orphan",
	.summary = "tasks of the coroutine runtime that fail and nobody awaits",
	.kind = WORKLOAD_IO,
	.tasks = 1,
	.figures = figures,
	.setup = setup,
	.task = task,
};
