/* SPDX-License-Identifier: MIT */
#include "sync.h"

#include <errno.h>
#include <limits.h>

#include "../io.h"
#include "task.h"

void lock_init(struct lock *lock, const char *name)
{
	*lock = (struct lock){ .name = name };
}

/* The lock is the waker's to give: lock_release has made this task its owner. */
static int lock_wait(struct lock *lock, int64_t deadline_ns)
{
	struct waiter waiter = { .what = "lock", .name = lock->name, .holder = &lock->owner };

	return (int)wait_park(&waiter, &lock->waiters, deadline_ns);
}

int lock_acquire(struct lock *lock, int64_t deadline_ns)
{
	struct task *self = task_current();

	if (lock->owner == self)
		return -EDEADLK;
	if (!lock->owner)
		task_spend();
	if (lock->owner)
		return lock_wait(lock, deadline_ns);
	lock->owner = self;
	return 0;
}

int lock_release(struct lock *lock)
{
	struct waiter *next = lock->waiters.first;

	if (lock->owner != task_current())
		return -EPERM;
	lock->owner = next ? next->task : NULL;
	if (next)
		wait_wake(next, 0);
	return 0;
}

bool lock_locked(const struct lock *lock)
{
	return lock->owner != NULL;
}

void semaphore_init(struct semaphore *semaphore, const char *name, unsigned bound)
{
	*semaphore = (struct semaphore){ .name = name, .value = bound, .bound = bound };
}

int semaphore_acquire(struct semaphore *semaphore, int64_t deadline_ns)
{
	struct waiter waiter = { .what = "semaphore", .name = semaphore->name };

	if (semaphore->value > 0)
		task_spend();
	if (semaphore->value == 0)
		return (int)wait_park(&waiter, &semaphore->waiters, deadline_ns);
	semaphore->value--;
	return 0;
}

int semaphore_release(struct semaphore *semaphore)
{
	if (semaphore->value == semaphore->bound)
		return -EOVERFLOW;
	if (!wait_wake_first(&semaphore->waiters, 0))
		semaphore->value++;
	return 0;
}

void condition_init(struct condition *condition, const char *name, struct lock *lock)
{
	*condition = (struct condition){ .name = name, .lock = lock };
}

int condition_wait(struct condition *condition, int64_t deadline_ns)
{
	struct waiter waiter = { .what = "condition", .name = condition->name };
	bool cancelled = false;
	int err = lock_release(condition->lock);

	if (err)
		return err;
	err = (int)wait_park(&waiter, &condition->waiters, deadline_ns);
	while (lock_acquire(condition->lock, IO_FOREVER) == -ECANCELED)
		cancelled = true;
	if (!cancelled || err == -ECANCELED)
		return err;
	if (err == 0)
		wait_wake_first(&condition->waiters, 0);
	return -ECANCELED;
}

int condition_notify(struct condition *condition, unsigned count)
{
	if (condition->lock->owner != task_current())
		return -EPERM;
	while (count > 0 && wait_wake_first(&condition->waiters, 0))
		count--;
	return 0;
}

int condition_notify_all(struct condition *condition)
{
	return condition_notify(condition, UINT_MAX);
}

void event_init(struct event *event, const char *name)
{
	*event = (struct event){ .name = name };
}

int event_wait(struct event *event, int64_t deadline_ns)
{
	struct waiter waiter = { .what = "event", .name = event->name };

	return event->set ? 0 : (int)wait_park(&waiter, &event->waiters, deadline_ns);
}

void event_set(struct event *event)
{
	event->set = true;
	wait_wake_all(&event->waiters, 0);
}

void event_clear(struct event *event)
{
	event->set = false;
}
