/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_COROUTINE_H
#define RUNTIME_COROUTINE_H

/*
 * Stackful coroutines on one thread: cheap to start (stacks are kept for the
 * next), cheap to switch (no kernel entry), each with a guard page below its
 * stack. They give way only where they park or yield, so state they share
 * needs no lock between those points.
 *
 * A scheduler belongs to the thread that runs it; everything below is called
 * from its coroutines, or, where it says so, from its loop's callbacks.
 */
#include "loop.h"

struct coroutine;

/*
 * Run main_fn(arg) as the first coroutine of a new scheduler on loop, and turn
 * the loop until every coroutine has ended. Meanwhile this thread's io calls
 * park. Returns 0; -ENOMEM; or -EDEADLK when coroutines are left that nothing
 * can wake (they are dropped).
 */
int coroutine_run(struct loop *loop, void (*main_fn)(void *arg), void *arg);

/* Start fn(arg) in a new coroutine, which runs when this one next gives way. 0 or -ENOMEM. */
int coroutine_spawn(void (*fn)(void *arg), void *arg);

/* The one that is running. */
struct coroutine *coroutine_current(void);

/* Give way until somebody calls coroutine_ready on this one. */
void coroutine_park(void);

/* Let a parked coroutine go on in its turn. Also from the loop's callbacks. Once a park. */
void coroutine_ready(struct coroutine *coroutine);

/* From the loop's callbacks: let a parked coroutine go on now, until it gives way. Once a park. */
void coroutine_resume(struct coroutine *coroutine);

/* Give way to every other coroutine that can run. */
void coroutine_yield(void);

/*
 * Count a call that might have waited and did not: one that never waits gives
 * way now and then all the same, or its task would hold up all others.
 */
void coroutine_spend(void);

/* The calling scheduler's loop. */
struct loop *coroutine_loop(void);

/* The coroutines' world of io calls (io_coroutine.c), and its books for one scheduler. */
extern const struct io_ops io_coroutine;
struct io_watches;
struct io_watches **coroutine_io(void);
void io_watches_close(struct io_watches *watches);

/* Its calls over HTTP (http_coroutine.c). */
int coroutine_fetch(struct io_fetch *fetch);
void coroutine_gather(struct io_fetch *const *fetches, unsigned count);

#endif
