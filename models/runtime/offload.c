/* SPDX-License-Identifier: MIT */
#include "offload.h"

#include <errno.h>
#include <stdlib.h>

#include "../io.h"

/* Freed when its task has ended, also where that never began. */
struct offload {
	struct future_callback ended; /* first, so that a callback is its offload */
	task_fn *fn;
	void *arg;
	int64_t result;
};

static void call(void *arg)
{
	struct offload *offload = arg;

	offload->result = offload->fn(offload->arg);
}

static int64_t run(void *arg)
{
	struct offload *offload = arg;
	int err = io_offload(call, offload);

	return err ? err : offload->result;
}

static void release(struct future_callback *self, struct future *future)
{
	(void)future;
	free(self);
}

int task_offload(struct task **task, const char *name, task_fn *fn, void *arg)
{
	struct offload *offload = malloc(sizeof *offload);
	struct task *started;

	if (!offload)
		return -ENOMEM;
	*offload = (struct offload){ .ended = { .fn = release }, .fn = fn, .arg = arg };
	int err = task_spawn(&started, name, run, offload);
	if (err) {
		free(offload);
		return err;
	}
	future_add_done_callback(task_future(started), &offload->ended);
	if (task)
		*task = started;
	else
		task_release(started);
	return 0;
}
