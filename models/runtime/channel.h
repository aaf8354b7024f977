/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_CHANNEL_H
#define RUNTIME_CHANNEL_H

/*
 * A channel: a bounded queue between tasks of one scheduler (asyncio.Queue
 * with a shutdown). A value is a number, or a pointer as (uintptr_t)pointer.
 * Values come out in the order they went in; senders and receivers are served
 * first come, first served. A value goes straight to a receiver that waits.
 *
 * A deadline is a time of io_now_ns, or IO_FOREVER. A send or receive that
 * fails has moved nothing; one that was cancelled just after its value had
 * moved returns 0, and the task's next wait tells of the cancellation.
 */
#include <stdbool.h>
#include <stdint.h>

struct channel;

/*
 * A channel for at most capacity values, at least 1. name, for the report of a
 * deadlock, stays the caller's and may be NULL. 0 and *channel; -EINVAL; -ENOMEM.
 */
int channel_open(struct channel **channel, const char *name, unsigned capacity);

/* Release it. No task may be waiting in it; values still in it are dropped. */
void channel_free(struct channel *channel);

/*
 * Wait for room, then append value. 0; -EPIPE once the channel is closed, also
 * for who was waiting then; -ETIMEDOUT, -ECANCELED, -ENOMEM.
 */
int channel_send(struct channel *channel, uint64_t value, int64_t deadline_ns);

/* The same without waiting: -EAGAIN where there is no room. */
int channel_try_send(struct channel *channel, uint64_t value);

/*
 * Wait for a value and take it. 0; -EPIPE once the channel is closed and
 * empty; -ETIMEDOUT, -ECANCELED, -ENOMEM.
 */
int channel_receive(struct channel *channel, uint64_t *value, int64_t deadline_ns);

/* The same without waiting: -EAGAIN where there is none. */
int channel_try_receive(struct channel *channel, uint64_t *value);

/* Nobody can send any more; what is in the channel can still be received. Again: no effect. */
void channel_close(struct channel *channel);

/* Values in it. */
unsigned channel_count(const struct channel *channel);

#endif
