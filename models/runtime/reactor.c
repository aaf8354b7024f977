/* SPDX-License-Identifier: MIT */
#include "reactor.h"

#include <string.h>

const struct reactor_ops *const reactors[] = {
	&reactor_uv,
	NULL,
};

const struct reactor_ops *reactor_find(const char *name)
{
	for (const struct reactor_ops *const *row = reactors; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
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
	 * A task that goes on here may close the descriptor, and watch is no
	 * more; so only one does, and nothing of watch is used after it.
	 */
	struct waiter *reader = events & WATCH_READ ? watch->readers.first : NULL;
	struct waiter *writer = events & WATCH_WRITE ? watch->writers.first : NULL;
	if (reader && writer)
		wait_wake(writer, 0);
	else if (writer)
		wait_resume(writer, 0);
	if (reader)
		wait_resume(reader, 0);
}

void reactor_turn_guest(struct reactor *reactor)
{
	loop_flush(&reactor->loop);
	if (uv_loop_alive(&reactor->loop.uv))
		uv_run(&reactor->loop.uv, UV_RUN_NOWAIT);
}

int64_t reactor_wait_until_ns(const struct reactor *reactor)
{
	int64_t timer_ns = timers_next_ns(&reactor->loop.timers);
	int guest_ms = uv_loop_alive(&reactor->loop.uv) ? uv_backend_timeout(&reactor->loop.uv)
							: -1;

	if (guest_ms < 0)
		return timer_ns;
	int64_t guest_ns = io_now_ns() + guest_ms * INT64_C(1000000);
	return guest_ns < timer_ns ? guest_ns : timer_ns;
}
