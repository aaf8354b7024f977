/* SPDX-License-Identifier: MIT */
#ifndef MODELS_MODEL_H
#define MODELS_MODEL_H

/*
 * Seam 1: a model is a way to run many tasks at once. It sees a job, which is
 * a number of tasks and four calls, and never learns what the tasks do.
 */
#include <stddef.h>
#include <stdint.h>

struct executor;
struct loop;
struct param;
struct params;
struct resumable;
struct service;

typedef void job_done_fn(void *arg);

/* A batch of tasks, numbered from 0. What varies per run lives here, never in the model. */
struct job {
	uint64_t tasks;       /* run each of 0 .. tasks - 1 exactly once */
	unsigned concurrency; /* with at most so many in flight; at least 1 */

	const struct params *params; /* of the model's own table */

	/*
	 * Run task i to its end, in the caller's thread (or coroutine, or
	 * process), and record when it started, when it ended and what it
	 * yielded. Safe from any thread or forked child; never fails: what
	 * goes wrong in a task is recorded with the task.
	 */
	void (*task)(struct job *job, uint64_t i);

	/*
	 * Start task i in its callback form on loop; done(arg) is called once
	 * when it has ended, perhaps before start returns. For the thread that
	 * runs the loop.
	 */
	void (*start)(struct job *job, uint64_t i, struct loop *loop, job_done_fn *done, void *arg);

	/*
	 * Start task i in its resumable form (models/runtime/resumable.h), in a
	 * frame of frame_bytes that is the caller's again when the task has
	 * ended. For the executor's thread.
	 */
	size_t frame_bytes;
	void (*start_resumable)(
		struct job *job, uint64_t i, struct executor *executor, struct resumable *frame);

	/* Record that task i could not be run, or died: err is a -errno. Safe like task. */
	void (*fail)(struct job *job, uint64_t i, int err);
};

enum model_feature {
	MODEL_CONCURRENT = 1 << 0,    /* more than one task in flight */
	MODEL_MULTICORE = 1 << 1,     /* uses more than one core */
	MODEL_SHARED_MEMORY = 1 << 2, /* tasks share an address space */
	MODEL_CALLBACK = 1 << 3,      /* runs the callback form, not the straight-line form */
	MODEL_SPAWN = 1 << 4,         /* tasks can start others and join them (models/par.h) */
	MODEL_RENDEZVOUS = 1 << 5,    /* and those can wait for each other */
	MODEL_STACKLESS = 1 << 6,     /* runs the resumable form, not the straight-line form */
};

struct model {
	const char *name;           /* --model argument, JSON key and file name */
	const char *summary;        /* one line for `list` */
	unsigned features;          /* enum model_feature, or-ed */
	const struct param *params; /* the model's own; may be NULL */

	/*
	 * Why this build, kernel or machine lacks it as params (of its own
	 * table; NULL: at their defaults) would have it, as a sentence that
	 * stays; NULL where it is there. Thread-safe. NULL: it always is.
	 */
	const char *(*unavailable)(const struct params *params);

	/*
	 * Run every task of job. Returns 0 when each task was run or failed
	 * through job->fail, else a -errno: nothing was left behind, but some
	 * tasks may not have been run.
	 */
	int (*run)(struct job *job);

	/*
	 * Serve until the service is stopped (models/service.h), then let its
	 * connections end. 0, or a -errno when it could not begin. NULL: this
	 * model serves nothing.
	 */
	int (*serve)(struct service *service);
};

/* Every model, in the order of the README's table, closed by NULL. */
extern const struct model *const models[];

/* The model of that name, or NULL. */
const struct model *model_find(const char *name);

/* As model->unavailable, for those that have none as well. */
const char *model_unavailable(const struct model *model, const struct params *params);

#endif
