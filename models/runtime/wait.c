/* SPDX-License-Identifier: MIT */
#include "wait.h"

#include <errno.h>
#include <stddef.h>

#include "scheduler.h"

static void append(struct wait_list *list, struct waiter *waiter)
{
	waiter->list = list;
	waiter->next = NULL;
	waiter->previous = NULL;
	if (!list)
		return;
	waiter->previous = list->last;
	*(list->last ? &list->last->next : &list->first) = waiter;
	list->last = waiter;
}

static void leave(struct waiter *waiter)
{
	struct wait_list *list = waiter->list;

	if (!list)
		return;
	*(waiter->previous ? &waiter->previous->next : &list->first) = waiter->next;
	*(waiter->next ? &waiter->next->previous : &list->last) = waiter->previous;
}

static struct task *end_wait(struct waiter *waiter, int64_t result)
{
	struct scheduler *s = scheduler;

	leave(waiter);
	if (waiter->timer.place)
		timers_stop(&s->reactor->loop.timers, &waiter->timer);
	s->outside -= waiter->outside;
	waiter->result = result;
	waiter->task->waiter = NULL;
	return waiter->task;
}

void wait_wake(struct waiter *waiter, int64_t result)
{
	scheduler_ready(end_wait(waiter, result));
}

void wait_wake_next(struct waiter *waiter, int64_t result)
{
	scheduler_ready_next(end_wait(waiter, result));
}

void wait_resume(struct waiter *waiter, int64_t result)
{
	scheduler_resume(end_wait(waiter, result));
}

void wait_break_off(struct waiter *waiter, int why)
{
	if (!waiter->break_off) {
		wait_wake(waiter, why);
	} else if (!waiter->why) {
		waiter->why = why;
		waiter->break_off(waiter, why);
	} else if (why == -ECANCELED) {
		waiter->why = why; /* not lost, though a deadline came just before it */
	}
}

static void expire(struct timer *timer)
{
	wait_break_off((struct waiter *)timer, -ETIMEDOUT);
}

static int start(struct waiter *waiter, struct task *task, int64_t deadline_ns)
{
	if (task->cancel_pending) {
		task->cancel_pending = false;
		return -ECANCELED;
	}
	if (deadline_ns == INT64_MAX)
		return 0;
	waiter->timer.fire = expire;
	return timers_start(&scheduler->reactor->loop.timers, &waiter->timer, deadline_ns);
}

int64_t wait_park(struct waiter *waiter, struct wait_list *list, int64_t deadline_ns)
{
	struct scheduler *s = scheduler;
	struct task *self = scheduler_waits(s);

	waiter->why = 0;
	waiter->task = self;
	waiter->timer.place = 0;
	int err = start(waiter, self, deadline_ns);
	if (err && !waiter->break_off)
		return err;
	append(list, waiter);
	s->outside += waiter->outside;
	self->waiter = waiter;
	self->state = TASK_WAITING;
	if (err)
		wait_break_off(waiter, err);
	scheduler_park();
	return waiter->result;
}

int64_t wait_result(const struct waiter *waiter, int64_t result)
{
	if (!waiter->why)
		return result;
	if (result < 0)
		return waiter->why;
	if (waiter->why == -ECANCELED)
		waiter->task->cancel_pending = true;
	return result;
}

bool wait_wake_first(struct wait_list *list, int64_t result)
{
	if (!list->first)
		return false;
	wait_wake(list->first, result);
	return true;
}

void wait_wake_all(struct wait_list *list, int64_t result)
{
	while (list->first)
		wait_wake(list->first, result);
}
