/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_OFFLOAD_H
#define RUNTIME_OFFLOAD_H

/*
 * Work for the thread pool, beside the tasks: what computes for long, or calls
 * what blocks. (io_offload does the same in place and waits.)
 */
#include "task.h"

/*
 * Start fn(arg) in a thread of the pool (asyncio.to_thread): a task that comes
 * to what fn returns, to be joined, gathered or released like any other. fn
 * must not call into the runtime. Cancelled before a thread has taken it up,
 * fn does not run; while it runs it is waited for, as nothing can stop it, and
 * its result is dropped: the task ends with -ECANCELED either way. 0 or -ENOMEM.
 */
int task_offload(struct task **task, const char *name, task_fn *fn, void *arg);

#endif
