/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_RESUMABLE_H
#define RUNTIME_RESUMABLE_H

/*
 * Resumable functions: what a compiler makes of `async def`. What such a
 * function needs from one wait to the next lies in a frame, an object that
 * begins with a struct resumable, and its body is a switch over where it left
 * off:
 *
 *     struct hello {
 *             struct resumable self;
 *             struct resumable_timer pause;
 *     };
 *     enum { START, PAUSED };
 *
 *     static enum resumed hello(struct resumable *self, struct executor *executor)
 *     {
 *             struct hello *frame = (struct hello *)self;
 *
 *             switch (self->state) {
 *             case START:
 *                     self->state = PAUSED;
 *                     return resumable_sleep(self, executor, &frame->pause,
 *                             io_now_ns() + 1000000);
 *             default:
 *                     self->result = puts("hello");
 *                     return RESUMED_DONE;
 *             }
 *     }
 *
 * No frame has a stack: all run on the executor's, one after the other, so a
 * wait is a return, and what a wait came to is in self->result at the next
 * resumption. Those below that wait return RESUMED_WAITING, to be returned at
 * once; the frame goes on in its turn where self->state, set before, says.
 *
 * Everything here is for the thread that called executor_run, from its frames
 * and its loop's callbacks.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "loop.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

struct executor;
struct resumable;

enum resumed {
	RESUMED_WAITING, /* somebody will wake it, or has */
	RESUMED_DONE,    /* never to be resumed again */
};

/* Run until the next wait, or to the end. */
typedef enum resumed resume_fn(struct resumable *self, struct executor *executor);

struct resumable {
	resume_fn *resume;         /* NULL once it has ended */
	struct resumable *next;    /* in the one queue it stands in */
	struct resumable *awaiter; /* goes on at its end */

	/* Called at its end, where nobody awaits it; it may release the frame. May be NULL. */
	void (*ended)(struct resumable *self, struct executor *executor);

	int state;  /* where to go on: 0 at first */
	int result; /* what the last wait came to; at the end, what it all came to: 0 or -errno */
};

/* First come, first served. */
struct resumable_queue {
	struct resumable *first, **end;
};

struct executor {
	struct loop *loop;
	struct resumable_queue ready;
	size_t alive; /* started and not ended */
};

/* Frames on loop, which stays the caller's. Nothing is to be released. */
void executor_init(struct executor *executor, struct loop *loop);

/*
 * Resume what is ready, and turn the loop, until every frame that was started
 * has ended. 0; or -EDEADLK when some are left that nothing can wake: they are
 * never resumed again.
 */
int executor_run(struct executor *executor);

static inline void resumable_queue_init(struct resumable_queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static inline void resumable_queue_add(struct resumable_queue *queue, struct resumable *frame)
{
	frame->next = NULL;
	*queue->end = frame;
	queue->end = &frame->next;
}

/* Let a frame that waits go on in its turn; the wait came to result. Once a wait. */
static inline void resumable_wake(struct resumable *frame, struct executor *executor, int result)
{
	frame->result = result;
	resumable_queue_add(&executor->ready, frame);
}

/* The same, but it goes on now, until it waits again. From the loop's callbacks alone. */
void resumable_resume(struct resumable *frame, struct executor *executor, int result);

/* Start frame at the beginning of resume, in its turn. What follows the header is the caller's. */
static inline void resumable_start(
	struct resumable *frame, struct executor *executor, resume_fn *resume)
{
	*frame = (struct resumable){ .resume = resume };
	executor->alive++;
	resumable_wake(frame, executor, 0);
}

/* Let all others that are ready go on first. */
static inline enum resumed resumable_yield(struct resumable *self, struct executor *executor)
{
	resumable_wake(self, executor, 0);
	return RESUMED_WAITING;
}

/*
 * Wait for the end of child, which has been started, and which only one may
 * await. Comes to the child's result. The frame of the child stays the caller's.
 */
static inline enum resumed resumable_join(
	struct resumable *self, struct executor *executor, struct resumable *child)
{
	if (child->resume)
		child->awaiter = self;
	else
		resumable_wake(self, executor, child->result);
	return RESUMED_WAITING;
}

/* What a sleeping frame has in the loop's timers: a part of that frame. */
struct resumable_timer {
	struct timer timer; /* first, so that a timer is its resumable_timer */
	struct resumable *sleeper;
	struct executor *executor;
};

/* Wait until deadline_ns on CLOCK_MONOTONIC. Comes to 0 or -ENOMEM. */
enum resumed resumable_sleep(struct resumable *self, struct executor *executor,
	struct resumable_timer *timer, int64_t deadline_ns);

/* Something to happen once, for any number of frames. */
struct resumable_gate {
	bool open;
	struct resumable_queue waiting;
};

void resumable_gate_init(struct resumable_gate *gate);

/* Let through all that wait, in their order, and all that come. */
void resumable_gate_open(struct resumable_gate *gate, struct executor *executor);

/* Wait until the gate is open. Comes to 0. */
static inline enum resumed resumable_gate_wait(
	struct resumable *self, struct executor *executor, struct resumable_gate *gate)
{
	self->result = 0;
	resumable_queue_add(gate->open ? &executor->ready : &gate->waiting, self);
	return RESUMED_WAITING;
}

/*
 * Frames of one size, kept for the next when they are given back. Memory goes
 * back to the system with resumable_pool_free alone.
 */
struct resumable_pool {
	size_t frame_bytes;
	struct resumable *unused;    /* given back */
	char *fresh, *end;           /* of the newest slab, never used yet */
	struct resumable_slab *slab; /* the newest, which leads to the others */
};

void resumable_pool_init(struct resumable_pool *pool, size_t frame_bytes);

/* With it goes every frame of it, in use or not. */
void resumable_pool_free(struct resumable_pool *pool);

/* For resumable_take. */
struct resumable *resumable_pool_grow(struct resumable_pool *pool);

/* A frame, to be started; nothing in it is set. NULL when memory is out. */
static inline struct resumable *resumable_take(struct resumable_pool *pool)
{
	struct resumable *frame = pool->unused;

	if (!frame)
		return resumable_pool_grow(pool);
	pool->unused = frame->next;
#ifdef __SANITIZE_ADDRESS__
	__asan_unpoison_memory_region(frame, pool->frame_bytes);
#endif
	return frame;
}

/* Give back a frame that has ended. */
static inline void resumable_give(struct resumable_pool *pool, struct resumable *frame)
{
	frame->next = pool->unused;
	pool->unused = frame;
#ifdef __SANITIZE_ADDRESS__
	__asan_poison_memory_region(frame + 1, pool->frame_bytes - sizeof *frame);
#endif
}

#endif
