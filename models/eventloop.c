/* SPDX-License-Identifier: MIT */
/*
 * eventloop: callbacks on one libuv loop, as in Node.
 *
 * How it works: a task is started and leaves behind the functions to be called
 * when what it waits for has happened; the end of one starts the next.
 * What it costs: one thread, one stack, a small heap object a task; a wait
 * costs its share of one epoll_wait.
 * What to watch: the straight-line task is of no use here: each workload has a
 * callback form, turned inside out, which is what this model teaches. One core
 * only, and a task that computes holds up all the others.
 */
#include <errno.h>

#include "model.h"
#include "runtime/loop.h"

struct run {
	struct job *job;
	struct loop loop;
	uint64_t started, ended;
	bool starting; /* a task that ends while it is started must not start the next from there */
};

static void start_more(struct run *run);

static void task_done(void *arg)
{
	struct run *run = arg;

	run->ended++;
	if (!run->starting)
		start_more(run);
}

static void start_more(struct run *run)
{
	struct job *job = run->job;

	run->starting = true;
	while (run->started < job->tasks && run->started - run->ended < job->concurrency)
		job->start(job, run->started++, &run->loop, task_done, run);
	run->starting = false;
}

static int run(struct job *job)
{
	struct run run = { .job = job };
	int err = loop_init(&run.loop);

	if (err)
		return err;
	start_more(&run);
	while (run.ended < job->tasks) {
		loop_flush(&run.loop);
		if (run.ended == job->tasks)
			break;
		bool alive = loop_turn(&run.loop, true);
		if (!alive && run.ended < job->tasks) {
			err = -EDEADLK; /* a callback form forgot to call done */
			break;
		}
	}
	loop_close(&run.loop);
	return err;
}

const struct model model_eventloop = {
	.name = "eventloop",
	.summary = "callbacks on one libuv loop",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY | MODEL_CALLBACK,
	.run = run,
};
