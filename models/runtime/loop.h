/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_LOOP_H
#define RUNTIME_LOOP_H

/*
 * What the event-driven models stand on: a libuv loop with exact timers and
 * HTTP transfers. Workloads' callback forms use it too. Everything here is for
 * the one thread that turns the loop.
 */
#include <stdbool.h>
#include <uv.h>

#include "../io.h"
#include "timers.h"

struct fetcher;

struct loop {
	uv_loop_t uv;
	struct timers timers;
	struct fetcher *fetcher; /* made by the first transfer */
};

/* 0 or -errno. */
int loop_init(struct loop *loop);

/* The same for a loop that another reactor turns: that one fires its timers. */
int loop_init_guest(struct loop *loop);

/* Close every connection kept for reuse and release the loop; nothing may be in flight on it. */
void loop_close(struct loop *loop);

/*
 * Start what was put off until the loop turns: HTTP transfers and changes of
 * what their sockets wait for. Callbacks may be called.
 */
void loop_flush(struct loop *loop);

/* Whether there is something that was put off. */
bool loop_wants_flush(const struct loop *loop);

/* Wait for events, or only look where wait is false, and call their callbacks. False when nothing
 * is left that could ever happen. */
bool loop_turn(struct loop *loop, bool wait);

/* What a finished uv_fs request came to; it can then be used again. */
ssize_t loop_fs_result(uv_fs_t *request);

/* An HTTP transfer under way. Zeroed, but for the first two, by transfer_start. */
struct transfer {
	/*
	 * Called from the loop when finished is set and, where the fetch has a
	 * sink, when there is something to take.
	 */
	void (*event)(struct transfer *transfer);
	void *arg;

	bool finished;
	int result; /* then: as io_fetch returns it */

	/* private */
	struct io_fetch *fetch;
	struct fetcher *fetcher;
	void *easy;
	char *chunks;  /* where the fetch has a sink: two buffers, one filling, one taken */
	int filling;   /* which: 0 or 1 */
	size_t filled; /* bytes in it */
	bool paused;   /* it is full, and libcurl has more */
	bool starved;  /* there was no memory to go on */
	struct transfer *next_starved;
	uint32_t owner; /* the strand (models/trace.h) whose callback event is, or 0 */
};

/* Start fetch, which must stay until the transfer has finished. 0, or -errno and no event. */
int transfer_start(struct loop *loop, struct transfer *transfer, struct io_fetch *fetch);

/*
 * For a fetch with a sink: what has come since the last call, which stays
 * valid until the next; 0 when nothing has. The peer is slowed down as long
 * as nothing is taken.
 */
size_t transfer_take(struct transfer *transfer, const char **data);

/* Release a transfer that has finished, or break off one that has not. */
void transfer_close(struct transfer *transfer);

/* For loop.c. */
void fetcher_flush(struct fetcher *fetcher);
bool fetcher_waits(const struct fetcher *fetcher); /* for a flush */
void fetcher_close(struct fetcher *fetcher);

#endif
