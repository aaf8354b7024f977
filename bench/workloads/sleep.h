/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_SLEEP_H
#define WORKLOADS_SLEEP_H

/* What the workloads that sleep share: the three forms of a task that does. */
#include "workload.h"

/* work->state: task i sleeps for the (i modulo count)-th of these times. */
struct sleep_times {
	unsigned count;
	int64_t duration_ns[];
};

/* A task in its resumable form: what the callback form keeps in its call. */
struct sleep_frame {
	struct task_frame task;
	struct resumable_timer timer;
	int64_t until_ns;
};

/* Room for so many of them as work->state, and the digest of who slept long enough. 0 or -ENOMEM.
 */
int sleep_setup(struct work *work, unsigned count);

/* As a workload's functions of these names. */
int sleep_task(struct work *work, uint64_t i, uint64_t *digest);
void sleep_callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg);
void sleep_teardown(struct work *work);
enum resumed sleep_resume(struct resumable *self, struct executor *executor);

#endif
