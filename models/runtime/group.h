/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_GROUP_H
#define RUNTIME_GROUP_H

/*
 * Waiting for several tasks, and for one no longer than so. Whatever ends
 * early here ends properly: a task that is cancelled is waited for until it
 * has cleaned up. Where the caller itself is cancelled in one of these calls,
 * it cancels the tasks that it waits for, waits for them, and returns
 * -ECANCELED; only task_await leaves its task alone then (asyncio.shield).
 *
 * Deadlines are times of io_now_ns, or IO_FOREVER.
 */
#include "task.h"

enum gather_errors {
	GATHER_FIRST_ERROR, /* the first error cancels the others and is returned */
	GATHER_ALL_ERRORS   /* all run to their end; errors are results like others */
};

/*
 * asyncio.gather: wait for the end of all of them and release them. results,
 * in the order of tasks, may be NULL. Returns 0; the first error, in time,
 * where that was asked for; -ECANCELED; or -ENOMEM, and all were cancelled.
 */
int task_gather(
	struct task *const *tasks, unsigned count, enum gather_errors errors, int64_t *results);

/*
 * asyncio.wait_for: what task comes to, as task_await; at the deadline it is
 * cancelled. -ETIMEDOUT where it then ends with -ECANCELED; a task that comes
 * to something else all the same has that returned. The handle stays. -ENOMEM:
 * there was none for the deadline, and the task was cancelled as at one.
 */
int64_t task_wait_for(struct task *task, int64_t deadline_ns);

/* asyncio.as_completed: tasks, in the order in which they end. */
struct as_completed {
	struct ended *members; /* private, all of them */
	unsigned count, left;  /* left: not yet given */
	struct ended *first, *last;
	struct wait_list waiters;
};

/* 0 or -ENOMEM. tasks need not stay; each task must, until it was given or as_completed_end. */
int as_completed_start(struct as_completed *all, struct task *const *tasks, unsigned count);

/*
 * Wait for the next to end: 1 and the task, which can be joined at once; 0
 * when all have been given; -ETIMEDOUT, -ECANCELED, -ENOMEM. Cancels no task.
 * For one task at a time.
 */
int as_completed_next(struct as_completed *all, struct task **task, int64_t deadline_ns);

/* Stop waiting for the rest, whose tasks run on. */
void as_completed_end(struct as_completed *all);

/*
 * asyncio.timeout: a stretch of the current task that is to end by a deadline.
 * At the deadline the call in which the task waits returns -ECANCELED, and the
 * end of the stretch turns that into -ETIMEDOUT:
 *
 *     struct timeout timeout;
 *     int err = timeout_begin(&timeout, io_now_ns() + 5000000000);
 *     if (err)
 *             return err;
 *     return timeout_end(&timeout, talk_to(peer));
 *
 * They nest. A cancellation by anybody else stays -ECANCELED.
 */
struct timeout {
	struct timer timer; /* private, all of them */
	struct task *task;
	unsigned cancelling; /* what task_cancelling was when it began */
	bool expired;
};

/* 0 or -ENOMEM, and the stretch has not begun. */
int timeout_begin(struct timeout *timeout, int64_t deadline_ns);

/* End the stretch that came to result: result, or -ETIMEDOUT where the deadline cut it short. */
int64_t timeout_end(struct timeout *timeout, int64_t result);

#endif
