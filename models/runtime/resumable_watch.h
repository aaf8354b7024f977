/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_RESUMABLE_WATCH_H
#define RUNTIME_RESUMABLE_WATCH_H

/* Waiting for a descriptor in a resumable function. For the executor's thread only. */
#include "resumable.h"

/*
 * A descriptor and the one frame that waits for it, most often a part of that
 * frame. It stays armed from one wait to the next, as stopping and starting it
 * again costs two system calls a wait.
 */
struct resumable_watch {
	uv_poll_t poll;
	struct timer timer; /* looks whether the deadline has passed; set for then or earlier */
	struct executor *executor;
	struct resumable *waiter; /* NULL: nobody now */
	int64_t deadline_ns;
	int armed; /* the events that the loop watches for */
};

/* Watch fd, which is non-blocking and stays the caller's. 0, or -errno and nothing to close. */
int resumable_watch_open(struct resumable_watch *watch, struct executor *executor, int fd);

/*
 * Wait until the descriptor is ready for events, UV_READABLE or UV_WRITABLE.
 * Comes to 0, perhaps for nothing; -ETIMEDOUT when deadline_ns (IO_FOREVER:
 * none) passed first; or another -errno. A deadline that moves back from one
 * wait to the next costs nothing.
 */
enum resumed resumable_watch_wait(struct resumable *self, struct executor *executor,
	struct resumable_watch *watch, int events, int64_t deadline_ns);

/* Wait until the loop has let go of the watch; then the descriptor can be closed. Comes to 0. */
enum resumed resumable_watch_close(
	struct resumable *self, struct executor *executor, struct resumable_watch *watch);

#endif
