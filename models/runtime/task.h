/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_TASK_H
#define RUNTIME_TASK_H

/*
 * Tasks: functions that run at once on one thread, each on a stack of its own.
 * They are cheap to start (stacks are kept for the next) and cheap to switch
 * (no kernel entry), and give way only where they wait or yield, so state they
 * share needs no lock between those points.
 *
 *     static int64_t hello(void *arg) { io_sleep(1000000); return puts(arg); }
 *
 *     static int64_t start(void *arg)
 *     {
 *             struct task *task;
 *             int err = task_spawn(&task, "hello", hello, "hello");
 *             return err ? err : task_join(task);
 *     }
 *
 *     int64_t result = runtime_run(NULL, start, NULL);
 *
 * In a task the calls of models/io.h park it instead of blocking the thread.
 * Everything below is for the thread that called runtime_run, from its tasks.
 */
#include "future.h"

struct io_ops;
struct reactor;
struct reactor_ops;
struct task;

/* A task's work. Its result is >= 0 or a -errno. */
typedef int64_t task_fn(void *arg);

/* Zeroed, everything is at its default. */
struct runtime_options {
	const struct reactor_ops *reactor; /* NULL: libuv */
	const struct io_ops *io;           /* the tasks' world of calls; NULL: io_coroutine */

	/*
	 * One guard below each 64 stacks, not below each: for more tasks
	 * than the kernel gives mappings, where it has no lighter guards. A
	 * stack that overflows then runs into the next one's.
	 */
	bool grouped_guards;

	/* Report a task that has run for so long without giving way; 0: none. */
	unsigned watchdog_ms;

	/* Where reports go, a line at a time: lost errors, deadlocks, the watchdog (from a thread
	 * of its own). NULL: stderr. */
	void (*report)(void *arg, const char *line);
	void *report_arg;
};

/*
 * Run fn(arg) as the first task of a new scheduler, and turn its reactor until
 * every task has ended. Returns what fn returned; -ENOMEM, or what else kept the
 * reactor from opening, and fn was not run; or -EDEADLK when tasks were left that
 * nothing could wake: each is reported with what it waits for, and dropped. A task whose error
 * nobody asked for is reported by name.
 */
int64_t runtime_run(const struct runtime_options *options, task_fn *fn, void *arg);

/*
 * Start fn(arg) as a task, which runs when this one next gives way. *handle is
 * then to be joined or released; where handle is NULL nobody will ask, and only
 * its error is reported. name, for reports, is not copied and must stay until
 * the task has ended and was released, and with a watchdog until runtime_run
 * returns; NULL: "task".
 * 0 or -ENOMEM; a task that finds no memory for its stack ends with -ENOMEM.
 */
int task_spawn(struct task **handle, const char *name, task_fn *fn, void *arg);

/* Wait for its end, then for its result; the handle stays. -ECANCELED also where the caller was
 * cancelled. */
int64_t task_await(struct task *task);

/* The same, and release it. */
int64_t task_join(struct task *task);

/* The caller will not use the handle again. The task runs on. */
void task_release(struct task *task);

/*
 * Ask a task to end: the call in which it waits, or its next one that waits,
 * returns -ECANCELED, once; it may clean up, waiting as it likes, and should
 * then return -ECANCELED. One that never began does not begin. 0 or -EALREADY.
 */
int task_cancel(struct task *task);

/* How often a task was asked to end, less what was taken back. */
unsigned task_cancelling(const struct task *task);

/*
 * Take such a request back, as the one who made it (models/runtime/group.h does
 * so at the end of a timeout): where none is left, a -ECANCELED that the task
 * has not been told yet is dropped. Returns how many are left.
 */
unsigned task_uncancel(struct task *task);

/* Its end as a future: future_wait with a deadline, callbacks, future_result. */
struct future *task_future(struct task *task);

/* The one that is running; NULL outside of tasks. */
struct task *task_current(void);
const char *task_name(const struct task *task);

/* Let every other task that can run do so first. */
void task_yield(void);

/*
 * Count a call that might have waited and did not: a task that never waits
 * gives way now and then all the same, or it would hold up all others.
 */
void task_spend(void);

/* What the calling scheduler stands on. */
struct reactor *task_reactor(void);

/* Tasks alive in the calling scheduler. */
size_t task_count(void);

#endif
