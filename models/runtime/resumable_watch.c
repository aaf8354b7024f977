/* SPDX-License-Identifier: MIT */
#include "resumable_watch.h"

#include <errno.h>

static struct resumable *end_wait(struct resumable_watch *watch)
{
	struct resumable *waiter = watch->waiter;

	watch->waiter = NULL;
	return waiter;
}

static void look_at_deadline(struct timer *timer)
{
	struct resumable_watch *watch = (struct resumable_watch *)((char *)timer -
		offsetof(struct resumable_watch, timer));
	int err = -ETIMEDOUT;

	if (!watch->waiter || watch->deadline_ns == IO_FOREVER)
		return;
	if (watch->deadline_ns > io_now_ns())
		err = timers_start(&watch->executor->loop->timers, timer, watch->deadline_ns);
	if (err)
		resumable_wake(end_wait(watch), watch->executor, err);
}

int resumable_watch_open(struct resumable_watch *watch, struct executor *executor, int fd)
{
	watch->timer = (struct timer){ .fire = look_at_deadline };
	watch->executor = executor;
	watch->waiter = NULL;
	watch->armed = 0;
	return uv_poll_init(&executor->loop->uv, &watch->poll, fd);
}

/*
 * The waiter goes on at once, not in its turn: what made the descriptor ready
 * is gone before the loop looks again, or epoll would report it once more. An
 * error is left for its next call to find.
 */
static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct resumable_watch *watch = (struct resumable_watch *)poll;

	(void)events;
	if (status < 0)
		watch->armed = 0; /* libuv has stopped the handle */
	if (watch->waiter) {
		resumable_resume(end_wait(watch), watch->executor, 0);
	} else {
		uv_poll_stop(poll);
		watch->armed = 0;
	}
}

static int arm(struct resumable_watch *watch, int events)
{
	if (watch->armed == events)
		return 0;
	int err = uv_poll_start(&watch->poll, events, on_ready);
	watch->armed = err ? 0 : events;
	return err;
}

static int start_timer(struct resumable_watch *watch)
{
	struct timers *timers = &watch->executor->loop->timers;

	if (watch->deadline_ns == IO_FOREVER ||
		(watch->timer.place && watch->timer.deadline_ns <= watch->deadline_ns))
		return 0;
	timers_stop(timers, &watch->timer);
	return timers_start(timers, &watch->timer, watch->deadline_ns);
}

enum resumed resumable_watch_wait(struct resumable *self, struct executor *executor,
	struct resumable_watch *watch, int events, int64_t deadline_ns)
{
	watch->deadline_ns = deadline_ns;
	int err = arm(watch, events);
	if (!err)
		err = start_timer(watch);
	if (err)
		resumable_wake(self, executor, err);
	else
		watch->waiter = self;
	return RESUMED_WAITING;
}

static void closed(uv_handle_t *handle)
{
	struct resumable_watch *watch = (struct resumable_watch *)handle;

	resumable_wake(end_wait(watch), watch->executor, 0);
}

enum resumed resumable_watch_close(
	struct resumable *self, struct executor *executor, struct resumable_watch *watch)
{
	timers_stop(&executor->loop->timers, &watch->timer);
	watch->waiter = self;
	uv_close((uv_handle_t *)&watch->poll, closed);
	return RESUMED_WAITING;
}
