/* SPDX-License-Identifier: MIT */
#ifndef MODELS_COROUTINES_H
#define MODELS_COROUTINES_H

/*
 * What the models made of coroutines share: running a job's tasks, or a
 * service's connections, as tasks of a scheduler (models/runtime/task.h). Where
 * a model has several schedulers, each runs one crew of the same job.
 */
#include <stdatomic.h>

#include "param.h"
#include "runtime/future.h"

struct job;
struct runtime_options;
struct service;
struct task;

/* Rows that the models' tables of parameters share. */
/* clang-format off */
#define COROUTINES_TASKS \
	{ .name = "watchdog_ms", .unit = "ms", \
		.summary = "name a task that holds the loop for so long; 0: none", \
		.initial = "0", .max = 86400000 }, \
	{ .name = "guards", .summary = "a guard below each stack, or below every 64th", \
		.initial = "each", .choices = "each|grouped" }
#define COROUTINES_PARAMS \
	{ .name = "reactor", .summary = "what wakes tasks that wait", \
		.initial = "libuv", .choices = "libuv|epoll|poll|uring" }, \
	COROUTINES_TASKS
/* clang-format on */

/* As model->unavailable: why there is no such reactor here, or NULL. */
const char *coroutines_unavailable(const struct params *params);

/* The options that a table with COROUTINES_TASKS says. */
struct runtime_options coroutines_task_options(const struct params *params);

/* The options that one with COROUTINES_PARAMS says. 0, or -ENOTSUP without that reactor. */
int coroutines_options(const struct params *params, struct runtime_options *options);

/* Run a job, or serve, with one scheduler: as model->run and model->serve. */
int coroutines_run(struct job *job, const struct runtime_options *options);
int coroutines_serve(struct service *service, const struct runtime_options *options);

/* Room for one task in flight. */
struct coroutines_slot {
	struct future_callback ended; /* first, so that a callback is its slot */
	struct coroutines_crew *crew;
	struct coroutines_slot *next_free;
	struct task *task;
	_Atomic uint64_t number; /* of the job's task that runs in it; job->tasks: none */
};

/* One scheduler's part of a job. */
struct coroutines_crew {
	struct job *job;
	atomic_ullong *next;           /* the first task that nobody has begun: one counter a job */
	unsigned size;                 /* at most so many tasks in flight */
	struct coroutines_slot *slots; /* so many, where another process is to see them; or NULL */

	/* Private. */
	struct coroutines_slot *first_free;
	unsigned unbegun; /* spawned, but without a task's number yet */
	struct wait_list full;
};

/* How many loops for so much at once: `wanted`, or one a CPU where it is 0; never more than that.
 */
unsigned coroutines_loops(int64_t wanted, unsigned at_once);

/* Of so much at once, the share of each loop, from 0: as even as can be. */
unsigned coroutines_share(unsigned at_once, unsigned loops, unsigned loop);

/*
 * Tasks of a job that can be in flight at once: its concurrency, or all there
 * are.
 */
unsigned coroutines_at_once(const struct job *job);

/*
 * Run tasks of crew->job, each beginning with the next number, until there is
 * none left. 0, -ENOMEM, or as runtime_run fails.
 */
int coroutines_take(struct coroutines_crew *crew, const struct runtime_options *options);

/*
 * Fill in a listener for each loop, all at the service's address, that do not
 * block; -1 for those that are missing after an error. 0 or -errno.
 */
int coroutines_listen(struct service *service, int *listeners, unsigned loops);
void coroutines_close(const int *listeners, unsigned loops);

/*
 * Call up(arg) once the scheduler runs, then serve what comes to a listener
 * that does not block, until the service is stopped. Leaves it open. 0, or as
 * runtime_run fails.
 */
int coroutines_serve_at(struct service *service, int listener, void (*up)(void *arg), void *arg,
	const struct runtime_options *options);

#endif
