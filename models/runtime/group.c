/* SPDX-License-Identifier: MIT */
#include "group.h"

#include <errno.h>
#include <stdlib.h>

#include "../io.h"
#include "reactor.h"

/* Wait until a cancelled task has cleaned up. True where the caller was cancelled meanwhile. */
static bool wait_for_end(struct task *task)
{
	bool cancelled = false;

	while (future_wait(task_future(task), IO_FOREVER) == -ECANCELED)
		cancelled = true;
	return cancelled;
}

int64_t task_wait_for(struct task *task, int64_t deadline_ns)
{
	struct future *future = task_future(task);
	int err = future_wait(future, deadline_ns);

	if (!err)
		return future_result(future);
	task_cancel(task);
	bool cancelled = wait_for_end(task);
	int64_t result = future_result(future);
	if (cancelled || err == -ECANCELED)
		return -ECANCELED;
	return result == -ECANCELED ? err : result;
}

struct gathering {
	unsigned left;
	bool stop_at_error;
	int err; /* the first */
	struct wait_list waiters;
};

static void gathered_one(struct future_callback *self, struct future *future)
{
	struct gathering *all = self->arg;
	int64_t result = future_result(future);
	bool stop = all->stop_at_error && result < 0 && !all->err;

	if (stop)
		all->err = (int)result;
	if (--all->left == 0 || stop)
		wait_wake_first(&all->waiters, 0);
}

static void cancel_all(struct task *const *tasks, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		task_cancel(tasks[i]);
}

/* Wait for the last, having cancelled them at the first error, or because the caller was. */
static int gather_wait(struct gathering *all, struct task *const *tasks, unsigned count)
{
	bool stopped = false, cancelled = false;

	while (all->left > 0) {
		if (!stopped && (all->err || cancelled)) {
			stopped = true;
			cancel_all(tasks, count);
			continue;
		}
		struct waiter waiter = { .what = "gather" };
		if (wait_park(&waiter, &all->waiters, IO_FOREVER) == -ECANCELED)
			cancelled = true;
	}
	return cancelled ? -ECANCELED : all->err;
}

int task_gather(
	struct task *const *tasks, unsigned count, enum gather_errors errors, int64_t *results)
{
	struct gathering all = { .left = count, .stop_at_error = errors == GATHER_FIRST_ERROR };
	struct future_callback *callbacks = calloc(count ? count : 1, sizeof *callbacks);
	int err = -ENOMEM;

	if (callbacks) {
		for (unsigned i = 0; i < count; i++) {
			callbacks[i] = (struct future_callback){ .fn = gathered_one, .arg = &all };
			future_add_done_callback(task_future(tasks[i]), &callbacks[i]);
		}
		err = gather_wait(&all, tasks, count);
		free(callbacks);
	} else {
		cancel_all(tasks, count);
		for (unsigned i = 0; i < count; i++)
			if (wait_for_end(tasks[i]))
				err = -ECANCELED;
	}
	for (unsigned i = 0; i < count; i++) {
		int64_t result = future_result(task_future(tasks[i]));
		if (results)
			results[i] = result;
		task_release(tasks[i]);
	}
	return err;
}

/* One of the tasks of as_completed. */
struct ended {
	struct future_callback callback; /* first, so that a callback is its member */
	struct as_completed *all;
	struct task *task;
	struct ended *next; /* that has ended and was not given yet */
};

static void completed_one(struct future_callback *self, struct future *future)
{
	struct ended *member = (struct ended *)self;
	struct as_completed *all = member->all;

	(void)future;
	if (all->first)
		all->last->next = member;
	else
		all->first = member;
	all->last = member;
	wait_wake_first(&all->waiters, 0);
}

int as_completed_start(struct as_completed *all, struct task *const *tasks, unsigned count)
{
	*all = (struct as_completed){ .count = count, .left = count };
	all->members = calloc(count ? count : 1, sizeof *all->members);
	if (!all->members)
		return -ENOMEM;
	for (unsigned i = 0; i < count; i++) {
		struct ended *member = &all->members[i];
		*member = (struct ended){
			.callback = { .fn = completed_one },
			.all = all,
			.task = tasks[i],
		};
		future_add_done_callback(task_future(tasks[i]), &member->callback);
	}
	return 0;
}

int as_completed_next(struct as_completed *all, struct task **task, int64_t deadline_ns)
{
	if (all->left == 0)
		return 0;
	while (!all->first) {
		struct waiter waiter = { .what = "as_completed" };
		int err = (int)wait_park(&waiter, &all->waiters, deadline_ns);
		if (err)
			return err;
	}
	struct ended *member = all->first;
	all->first = member->next;
	all->left--;
	*task = member->task;
	member->task = NULL;
	return 1;
}

void as_completed_end(struct as_completed *all)
{
	for (unsigned i = 0; i < all->count; i++) {
		struct ended *member = &all->members[i];
		if (member->task)
			future_remove_done_callback(task_future(member->task), &member->callback);
	}
	free(all->members);
	*all = (struct as_completed){ 0 };
}

static void timeout_fire(struct timer *timer)
{
	struct timeout *timeout = (struct timeout *)timer;

	timeout->expired = true;
	task_cancel(timeout->task);
}

int timeout_begin(struct timeout *timeout, int64_t deadline_ns)
{
	struct task *self = task_current();

	*timeout = (struct timeout){
		.timer.fire = timeout_fire,
		.task = self,
		.cancelling = task_cancelling(self),
	};
	if (deadline_ns == IO_FOREVER)
		return 0;
	return timers_start(&task_reactor()->loop.timers, &timeout->timer, deadline_ns);
}

int64_t timeout_end(struct timeout *timeout, int64_t result)
{
	timers_stop(&task_reactor()->loop.timers, &timeout->timer);
	if (!timeout->expired)
		return result;
	bool by_others = task_uncancel(timeout->task) > timeout->cancelling;
	return result == -ECANCELED && !by_others ? -ETIMEDOUT : result;
}
