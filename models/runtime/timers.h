/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_TIMERS_H
#define RUNTIME_TIMERS_H

/*
 * Timers to the nanosecond on a libuv loop. libuv's own count whole
 * milliseconds of a clock that is read once a turn, so a sleep of 1 ms may
 * last anything from 0.1 to 2 ms; here a heap of deadlines stands behind one
 * timerfd, which is set once a turn at the most. For the loop's thread only.
 */
#include <stdint.h>
#include <uv.h>

struct timer {
	int64_t deadline_ns; /* CLOCK_MONOTONIC */
	void (*fire)(struct timer *timer);
	size_t place; /* in the heap, from 1; 0 when not started */
};

struct timers {
	struct timer **heap; /* 1-based: the children of k are 2k and 2k + 1 */
	size_t count, capacity;
	int64_t armed_ns; /* what the timerfd is set to; INT64_MAX when to nothing */
	int fd;
	uv_poll_t poll;
	uv_prepare_t prepare;
	int handles; /* open on the loop: the two above until they have closed; 0 without one */
};

/*
 * Timers on uv. They keep the loop alive while one is started, as uv_timer does.
 * Where uv is NULL they are only the heap: whoever waits then asks
 * timers_next_ns how long, and calls timers_fire_due. 0 or -errno.
 */
int timers_init(struct timers *timers, uv_loop_t *uv);

/* When the first of them is due; INT64_MAX when none is started. */
int64_t timers_next_ns(const struct timers *timers);

/* Fire every timer that is due. */
void timers_fire_due(struct timers *timers);

/* Let go of all; timers still started never fire. Run the loop once more to let it finish. */
void timers_close(struct timers *timers);

/*
 * Call timer->fire(timer) from the loop at deadline_ns or as soon after as the
 * loop turns, never before. timer must be zeroed or have been stopped or fired.
 * 0 or -ENOMEM.
 */
int timers_start(struct timers *timers, struct timer *timer, int64_t deadline_ns);

/* No effect on one that is not started. */
void timers_stop(struct timers *timers, struct timer *timer);

#endif
