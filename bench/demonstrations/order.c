/* SPDX-License-Identifier: MIT */
/*
 * order: tasks of the coroutine runtime of which the last begun ends first, once
 * gathered and once taken as they end. It runs a loop of its own, so the model
 * makes no difference.
 */
#include <errno.h>

#include "../../models/io.h"
#include "../../models/runtime/group.h"
#include "../workloads/workload.h"
#include "demonstrations.h"

enum { WAITERS = 5, STEP_NS = 4000000 };

enum { IN_ARGUMENT_ORDER, IN_ENDING_ORDER };

static const struct figure figures[] = {
	{ .name = "argument_order",
		.unit = "",
		.summary = "share of gathered results that stand in their argument's place" },
	{ .name = "ending_order",
		.unit = "",
		.summary = "share of tasks that were given in the order in which they ended" },
	{ 0 },
};

struct waiter_task {
	int64_t number, ended; /* ended: how many had before it */
	int64_t *all_ended;
};

struct scene {
	struct waiter_task waiters[WAITERS];
	struct task *tasks[WAITERS];
	int64_t all_ended;
	int in_place, in_turn;
};

static int64_t wait_and_end(void *arg)
{
	struct waiter_task *waiter = arg;
	int err = io_sleep((WAITERS - waiter->number) * (int64_t)STEP_NS);

	waiter->ended = (*waiter->all_ended)++;
	return err ? err : waiter->number;
}

static int start_all(struct scene *scene)
{
	int err = 0;

	scene->all_ended = 0;
	for (int k = 0; k < WAITERS && !err; k++) {
		scene->waiters[k] = (struct waiter_task){ k, -1, &scene->all_ended };
		err = task_spawn(&scene->tasks[k], "waiter", wait_and_end, &scene->waiters[k]);
	}
	return err; /* those that began end with the runtime */
}

static int64_t gather(void *arg)
{
	struct scene *scene = arg;
	int64_t results[WAITERS];
	int err = start_all(scene);

	if (!err)
		err = task_gather(scene->tasks, WAITERS, GATHER_FIRST_ERROR, results);
	for (int k = 0; k < WAITERS && !err; k++)
		scene->in_place += results[k] == k && scene->waiters[k].ended == WAITERS - 1 - k;
	return err;
}

static int64_t take_as_they_end(void *arg)
{
	struct scene *scene = arg;
	struct as_completed all;
	struct task *task;
	int err = start_all(scene), turn = 0, got = 0;

	if (!err)
		err = as_completed_start(&all, scene->tasks, WAITERS);
	if (err)
		return err;
	while ((got = as_completed_next(&all, &task, IO_FOREVER)) == 1) {
		int64_t number = task_join(task);
		scene->in_turn += number >= 0 && scene->waiters[number].ended == turn;
		turn++;
	}
	as_completed_end(&all);
	return got;
}

static int setup(struct work *work)
{
	work->demonstration = true;
	work->expected = WAITERS;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct scene scene = { 0 };
	struct reports reports;
	int64_t err = reported_run(&reports, gather, &scene);

	if (!err)
		err = reported_run(&reports, take_as_they_end, &scene);
	work_figure(work, i, IN_ARGUMENT_ORDER, (double)scene.in_place / WAITERS);
	work_figure(work, i, IN_ENDING_ORDER, (double)scene.in_turn / WAITERS);
	*digest = scene.all_ended;
	return (int)err;
}

const struct workload workload_order = {
	.name = "order",
	.summary = "gather and as_completed of the coroutine runtime",
	.kind = WORKLOAD_IO,
	.tasks = 1,
	.figures = figures,
	.setup = setup,
	.task = task,
};
