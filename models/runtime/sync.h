/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_SYNC_H
#define RUNTIME_SYNC_H

/*
 * What tasks of one scheduler wait for each other with: a lock, a semaphore,
 * a condition and an event. Between two points where a task gives way no other
 * runs, so a lock is needed only for what must hold across such a point.
 *
 * All are first come, first served: what is given up goes straight to the
 * first that waits, and nobody can take it in between. They hold no memory, so
 * nothing has to be released; a name stays the caller's, is for the report of
 * a deadlock, and may be NULL.
 *
 * Every wait returns 0; -ETIMEDOUT when deadline_ns (of io_now_ns, IO_FOREVER)
 * passed first; -ECANCELED when the task was cancelled; -ENOMEM when no timer
 * could be started. Then it has taken nothing. A task that is cancelled after
 * it was given what it waited for has it, hears 0, and of the cancellation in
 * its next wait; so nothing that is given is ever lost.
 */
#include "wait.h"

/* asyncio.Lock, but that it knows its owner. */
struct lock {
	const char *name;
	struct task *owner; /* NULL: nobody */
	struct wait_list waiters;
};

void lock_init(struct lock *lock, const char *name);

/* Take it. -EDEADLK, at once, for the task that has it already. */
int lock_acquire(struct lock *lock, int64_t deadline_ns);

/* Give it to the first that waits for it. 0, or -EPERM for another task than its owner. */
int lock_release(struct lock *lock);

bool lock_locked(const struct lock *lock);

/* asyncio.BoundedSemaphore. */
struct semaphore {
	const char *name;
	unsigned value, bound;
	struct wait_list waiters;
};

/* bound units, all of them free. */
void semaphore_init(struct semaphore *semaphore, const char *name, unsigned bound);

/* Take a unit. */
int semaphore_acquire(struct semaphore *semaphore, int64_t deadline_ns);

/* Give one back, which any task may do. 0, or -EOVERFLOW where all are free. */
int semaphore_release(struct semaphore *semaphore);

/*
 * asyncio.Condition: tasks that hold lock wait for a change of what it
 * protects, while others take the lock to make that change:
 *
 *     lock_acquire(&lock, IO_FOREVER);
 *     while (!err && !ready)
 *             err = condition_wait(&condition, IO_FOREVER);
 *     lock_release(&lock);
 */
struct condition {
	const char *name;
	struct lock *lock;
	struct wait_list waiters;
};

void condition_init(struct condition *condition, const char *name, struct lock *lock);

/*
 * Give the lock up, wait for a notification, and take the lock again, which it
 * does whatever it returns, however long that lasts. -EPERM for a task that
 * does not have the lock. A notification that a cancelled task can no longer
 * follow goes on to the next.
 */
int condition_wait(struct condition *condition, int64_t deadline_ns);

/* Wake the first count tasks that wait. 0, or -EPERM without the lock. */
int condition_notify(struct condition *condition, unsigned count);

/* Wake all of them. */
int condition_notify_all(struct condition *condition);

/* asyncio.Event: a flag to wait for. */
struct event {
	const char *name;
	bool set;
	struct wait_list waiters;
};

void event_init(struct event *event, const char *name);

/* Wait until it is set: at once where it is. */
int event_wait(struct event *event, int64_t deadline_ns);

/* Set it, and wake all that wait, also where it is cleared before they run. */
void event_set(struct event *event);
void event_clear(struct event *event);

#endif
