/* SPDX-License-Identifier: MIT */
#include "future.h"

#include <errno.h>
#include <stddef.h>

void future_init(struct future *future, const char *name)
{
	__atomic_store_n(&future->name, name, __ATOMIC_RELAXED); /* the watchdog may read it */
	future->done = false;
	future->seen = false;
	future->outside = false;
	future->waiters = (struct wait_list){ 0 };
	future->first = NULL;
	future->on_cancel = NULL;
}

void future_end(struct future *future, int64_t result)
{
	future->done = true;
	future->result = result;
	if (future->waiters.first)
		wait_wake_all(&future->waiters, 0);
	while (future->first) {
		struct future_callback *callback = future->first;
		future->first = callback->next;
		callback->fn(callback, future);
	}
}

int future_set_result(struct future *future, int64_t result)
{
	if (future->done)
		return -EALREADY;
	future_end(future, result);
	return 0;
}

int future_set_error(struct future *future, int err)
{
	return future_set_result(future, err);
}

int future_cancel(struct future *future)
{
	if (future->done)
		return -EALREADY;
	if (future->on_cancel)
		future->on_cancel(future);
	else
		future_end(future, -ECANCELED);
	return 0;
}

bool future_done(const struct future *future)
{
	return future->done;
}

bool future_cancelled(const struct future *future)
{
	return future->done && future->result == -ECANCELED;
}

int64_t future_result(struct future *future)
{
	if (!future->done)
		return -EAGAIN;
	future->seen = true;
	return future->result;
}

int future_wait(struct future *future, int64_t deadline_ns)
{
	struct waiter waiter;

	if (future->done)
		return 0;
	wait_init(&waiter, "the end of", future->name);
	waiter.outside = future->outside;
	return (int)wait_park(&waiter, &future->waiters, deadline_ns);
}

void future_add_done_callback(struct future *future, struct future_callback *callback)
{
	struct future_callback **place = &future->first;

	if (future->done) {
		callback->fn(callback, future);
		return;
	}
	while (*place)
		place = &(*place)->next;
	callback->next = NULL;
	*place = callback;
}

void future_remove_done_callback(struct future *future, struct future_callback *callback)
{
	for (struct future_callback **place = &future->first; *place; place = &(*place)->next)
		if (*place == callback) {
			*place = callback->next;
			return;
		}
}
