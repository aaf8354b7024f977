/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_REACTOR_H
#define RUNTIME_REACTOR_H

/*
 * What wakes tasks from outside: descriptors that become ready and times that
 * come. A scheduler has one reactor and turns it when no task can run. Each
 * holds a libuv loop (models/runtime/loop.h), for what only libuv and libcurl
 * do here: files, the thread pool, HTTP transfers. Where libuv is not itself
 * the reactor that loop is a guest: its backend descriptor is one more to be
 * watched, and it is turned when that is ready. For the scheduler's thread only.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "loop.h"
#include "wait.h"

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

/* One descriptor that tasks wait for. A reactor may keep more behind it, in the same object. */
struct watch {
	int fd;
	unsigned armed;                    /* WATCH_ bits that the reactor watches for */
	bool drained;                      /* the last read left nothing */
	bool writer_next;                  /* goes on where both could */
	struct wait_list readers, writers; /* one at a time each */
};

struct reactor {
	const struct reactor_ops *ops;
	struct loop loop;
};

struct reactor_ops {
	const char *name;  /* as in MODEL:reactor=NAME */
	size_t watch_size; /* bytes of its object that begins with a struct watch */

	/* Why this build or kernel lacks it, or NULL. Thread-safe. */
	const char *(*unavailable)(void);

	/* 0 and *reactor, or -errno. */
	int (*open)(struct reactor **reactor);

	/* Release it; no watch is left. */
	void (*close)(struct reactor *reactor);

	/*
	 * Watch for just these events from now on (0: none), until told
	 * otherwise, and call watch_event for each turn in which one of them
	 * holds. May set watch->armed; the caller does so too. 0 or -errno.
	 */
	int (*arm)(struct reactor *reactor, struct watch *watch, unsigned events);

	/* Stop watching, before the descriptor is closed, and free(watch) when it is not needed. */
	void (*forget)(struct reactor *reactor, struct watch *watch);

	/*
	 * Wait until something happens, or only look where wait is false, and
	 * wake who waited for it. Times that have come are timers_fire_due's.
	 */
	void (*turn)(struct reactor *reactor, bool wait);
};

extern const struct reactor_ops reactor_uv, reactor_epoll, reactor_poll, reactor_uring;

/* Every reactor, libuv first, closed by NULL. */
extern const struct reactor_ops *const reactors[];

/* The reactor of that name, or NULL. */
const struct reactor_ops *reactor_find(const char *name);

/* For reactors: these events hold for watch. Wakes who waits for them; disarms what nobody does. */
void watch_event(struct reactor *reactor, struct watch *watch, unsigned events);

/*
 * For reactors other than libuv: turn the guest once without waiting, if
 * anything is under way on it.
 */
void reactor_turn_guest(struct reactor *reactor);

/*
 * For the same, after that: how long a turn may wait for its descriptors, in
 * *limit; NULL: for ever. Not at all where wait is false, or where the guest has
 * given the tasks something to do.
 */
const struct timespec *reactor_limit(
	const struct reactor *reactor, bool wait, struct timespec *limit);

#endif
