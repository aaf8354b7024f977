/* SPDX-License-Identifier: MIT */
/*
 * coroutine: a stackful coroutine for every task, all on one thread and one
 * libuv loop.
 *
 * How it works: the straight-line task runs on a small stack of its own. Where
 * it would wait, io_ parks the coroutine and another goes on; the loop wakes
 * it (models/runtime). Finished stacks are kept for the next task.
 * What it costs: a stack a task in flight (64 KiB of addresses, the pages that
 * were touched of memory) and a switch of a few ns, without the kernel.
 * What to watch: one core only, and a task that computes, or calls something
 * that blocks, holds up all the others. Between two io_ calls no other task
 * runs, so shared state needs no lock there.
 */
#include <errno.h>
#include <stdlib.h>

#include "io.h"
#include "runtime/task.h"
#include "service.h"

/* A place for one task in flight. */
struct slot {
	struct future_callback ended; /* first, so that a callback is its slot */
	struct run *run;
	uint64_t i;
	struct slot *next; /* free */
};

struct run {
	struct job *job;
	struct slot *free;
	struct wait_list starter; /* while it waits for one */
};

static int64_t body(void *arg)
{
	struct slot *slot = arg;

	slot->run->job->task(slot->run->job, slot->i);
	return 0;
}

/* One that found no memory for its stack has ended as well. */
static void slot_ended(struct future_callback *callback, struct future *task)
{
	struct slot *slot = (struct slot *)callback;
	struct run *run = slot->run;
	int err = (int)future_result(task);

	if (err)
		run->job->fail(run->job, slot->i, err);
	slot->next = run->free;
	run->free = slot;
	wait_wake_first(&run->starter, 0);
}

static void start(struct slot *slot)
{
	struct task *task;
	int err = task_spawn(&task, NULL, body, slot);

	if (err) {
		slot->run->job->fail(slot->run->job, slot->i, err);
		return;
	}
	slot->run->free = slot->next;
	slot->ended.fn = slot_ended;
	future_add_done_callback(task_future(task), &slot->ended);
	task_release(task);
}

static int64_t start_all(void *arg)
{
	struct run *run = arg;
	struct waiter waiter = { .what = "the end of a task" };

	for (uint64_t i = 0; i < run->job->tasks; i++) {
		if (!run->free)
			wait_park(&waiter, &run->starter, INT64_MAX);
		run->free->i = i;
		start(run->free);
	}
	return 0;
}

static int run(struct job *job)
{
	struct run run = { .job = job };
	uint64_t count = job->tasks < job->concurrency ? job->tasks : job->concurrency;
	struct slot *slots = calloc(count, sizeof *slots);

	if (!slots)
		return -ENOMEM;
	for (uint64_t i = count; i-- > 0; run.free = &slots[i]) {
		slots[i].run = &run;
		slots[i].next = run.free;
	}
	int err = (int)runtime_run(NULL, start_all, &run);
	free(slots);
	return err;
}

/* A server: a coroutine for every connection, and one that accepts them. */
static int64_t serve_one(void *arg)
{
	connection_serve(arg);
	return 0;
}

static int64_t accept_all(void *arg)
{
	struct service *service = arg;
	struct connection *connection;
	int listener = service_listen(service, false);

	if (listener < 0)
		return listener;
	service->ready(service);
	while ((connection = service_accept(service, listener)))
		if (task_spawn(NULL, "connection", serve_one, connection) != 0)
			connection_refuse(connection);
	return io_close(listener);
}

static int serve(struct service *service)
{
	return (int)runtime_run(NULL, accept_all, service);
}

const struct model model_coroutine = {
	.name = "coroutine",
	.summary = "a stackful coroutine for every task, on one libuv loop",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY | MODEL_SPAWN | MODEL_RENDEZVOUS,
	.run = run,
	.serve = serve,
};
