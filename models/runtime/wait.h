/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_WAIT_H
#define RUNTIME_WAIT_H

/*
 * The one way a task waits. Whatever is waited for (a descriptor, a time, a
 * lock, another task) is a list that the waiting task stands in; time-outs,
 * cancellation and the report of a deadlock work the same for all of them. For
 * the scheduler's own thread only.
 */
#include <stdbool.h>
#include <stddef.h>

#include "timers.h"

struct task;
struct wait_list;

/* A task that waits: lives on that task's stack. Zeroed, but for the first group, by wait_park. */
struct waiter {
	struct timer timer; /* first, so that a timer is its waiter */

	/* For the report of a deadlock: what is waited for, and its own name where it has one. */
	const char *what, *name;
	struct task *const *holder; /* who has it, where a task can; or NULL */

	/*
	 * What is waited for comes from outside the tasks: the reactor, a
	 * thread. A wait that is not, and that no other task can end, is a
	 * deadlock.
	 */
	bool outside;

	/*
	 * How to break the wait off early, for why (-ECANCELED or -ETIMEDOUT).
	 * NULL: the task just leaves the list. Otherwise something outside
	 * still holds the task's memory: this asks it to let go, and the task
	 * goes on when it has (wait_wake), at once or later.
	 */
	void (*break_off)(struct waiter *waiter, int why);

	/* Private. */
	int why; /* what it was broken off for; 0 when it was not */
	struct task *task;
	struct wait_list *list; /* it stands in; NULL: in none */
	struct waiter *next, *previous;
	int64_t result;
};

/* First come, first served. Zeroed it is empty. */
struct wait_list {
	struct waiter *first, *last;
};

/* As zeroed, but for what and name: without the cost of clearing what wait_park sets. */
static inline void wait_init(struct waiter *waiter, const char *what, const char *name)
{
	waiter->what = what;
	waiter->name = name;
	waiter->holder = NULL;
	waiter->outside = false;
	waiter->break_off = NULL;
}

/*
 * Park the current task at the end of list (NULL: in none) until somebody
 * wakes it; returns the result that it was woken with, -ETIMEDOUT when the
 * deadline passed first, -ECANCELED when the task was cancelled, -ENOMEM when
 * no timer could be started. A cancellation that came before returns at once.
 */
int64_t wait_park(struct waiter *waiter, struct wait_list *list, int64_t deadline_ns);

/* End a wait: its task goes on in its turn, and its wait_park returns result. Once a wait. */
void wait_wake(struct waiter *waiter, int64_t result);

/* The same, but its task goes on before those that are ready. */
void wait_wake_next(struct waiter *waiter, int64_t result);

/* The same, but the task goes on now, until it gives way. From the reactor's callbacks alone. */
void wait_resume(struct waiter *waiter, int64_t result);

/* End it early, for why: -ECANCELED, -ETIMEDOUT. Its task goes on when it has been let go. */
void wait_break_off(struct waiter *waiter, int why);

/* Wake the first of a list. False when nobody stands in it. */
bool wait_wake_first(struct wait_list *list, int64_t result);

/* Wake all of them. */
void wait_wake_all(struct wait_list *list, int64_t result);

/*
 * For waits with break_off of their own: what the call is to return when what
 * it waited for came to result. A success stands, though the wait was to be
 * broken off (the cancellation then meets the task's next wait); a failure is
 * told as the reason of breaking off.
 */
int64_t wait_result(const struct waiter *waiter, int64_t result);

#endif
