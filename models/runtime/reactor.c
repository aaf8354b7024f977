/* SPDX-License-Identifier: MIT */
#include "reactor.h"

#include <string.h>

#include "scheduler.h"

const struct reactor_ops *const reactors[] = {
	&reactor_uv,
	&reactor_epoll,
	&reactor_poll,
	&reactor_uring,
	NULL,
};

const struct reactor_ops *reactor_find(const char *name)
{
	for (const struct reactor_ops *const *row = reactors; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

/* It will be told in a later turn. */
static void keep_waiting(struct reactor *reactor, struct watch *watch, unsigned event)
{
	struct wait_list *list = event == WATCH_READ ? &watch->readers : &watch->writers;

	if (watch->armed & event)
		return;
	int err = reactor->ops->arm(reactor, watch, watch->armed | event);
	if (err)
		wait_wake_first(list, err);
	else
		watch->armed |= event;
}

void watch_event(struct reactor *reactor, struct watch *watch, unsigned events)
{
	unsigned idle = events & watch->armed;

	if ((events & WATCH_READ) && watch->readers.first)
		idle &= ~WATCH_READ;
	if ((events & WATCH_WRITE) && watch->writers.first)
		idle &= ~WATCH_WRITE;
	if (idle) {
		watch->armed &= ~idle;
		reactor->ops->arm(reactor, watch, watch->armed);
	}
	/*
	 * A task that goes on here may close the descriptor, and its number may
	 * then be another's; so of a reader and a writer only one does, in turns,
	 * and nothing of watch is used after it.
	 */
	struct waiter *reader = events & WATCH_READ ? watch->readers.first : NULL;
	struct waiter *writer = events & WATCH_WRITE ? watch->writers.first : NULL;
	bool writes = writer && (!reader || watch->writer_next);
	if (reader && writer) {
		watch->writer_next = !writes;
		keep_waiting(reactor, watch, writes ? WATCH_READ : WATCH_WRITE);
	}
	if (reader || writer)
		wait_resume(writes ? writer : reader, 0);
}

void reactor_turn_guest(struct reactor *reactor)
{
	loop_flush(&reactor->loop);
	if (uv_loop_alive(&reactor->loop.uv))
		uv_run(&reactor->loop.uv, UV_RUN_NOWAIT);
}

static int64_t patience_ns(const struct reactor *reactor)
{
	const struct loop *loop = &reactor->loop;

	if (!scheduler_idle() || loop_wants_flush(loop))
		return 0;
	int64_t patience_ns = timers_next_ns(&loop->timers);
	if (patience_ns != IO_FOREVER)
		patience_ns -= io_now_ns();
	int guest_ms = uv_loop_alive(&loop->uv) ? uv_backend_timeout(&loop->uv) : -1;
	if (guest_ms >= 0 && guest_ms * INT64_C(1000000) < patience_ns)
		patience_ns = guest_ms * INT64_C(1000000);
	return patience_ns > 0 ? patience_ns : 0;
}

const struct timespec *reactor_limit(
	const struct reactor *reactor, bool wait, struct timespec *limit)
{
	int64_t limit_ns = wait ? patience_ns(reactor) : 0;

	if (limit_ns == IO_FOREVER)
		return NULL;
	*limit = (struct timespec){ .tv_sec = limit_ns / 1000000000,
		.tv_nsec = limit_ns % 1000000000 };
	return limit;
}
