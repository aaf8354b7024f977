/* SPDX-License-Identifier: MIT */
#include "coroutine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "switch.h"

#ifdef __SANITIZE_ADDRESS__
enum { STACK_BYTES = 256 * 1024 }; /* its red zones take room */
#else
enum { STACK_BYTES = 64 * 1024 };
#endif
enum {
	GUARD_BYTES = 4096,
	TURNS_BETWEEN_POLLS = 256, /* runs of coroutines before the loop is looked at again */
	CALLS_BETWEEN_PARKS = 64,  /* that did not wait, before a coroutine gives way */
};

/* Lives at the top of its own stack, so that a coroutine is one mapping. */
struct coroutine {
	struct fiber fiber;
	void (*fn)(void *arg);
	void *arg;
	struct coroutine *next;        /* ready, or spare */
	struct coroutine *next_mapped; /* every stack there is */
};

struct scheduler {
	struct fiber loop_fiber; /* the stack coroutine_run was called on: it turns the loop */
	struct loop *loop;
	struct coroutine *current; /* NULL on the loop's own stack */
	struct coroutine *first_ready, *last_ready;
	struct coroutine *mapped; /* every stack there is */
	struct coroutine *spare;  /* ended, their stacks to be used again */
	struct coroutine *ending; /* left for good, but still stood on */
	size_t alive;
	unsigned turns; /* left before the loop is polled */
	unsigned calls; /* of the current one, since it last gave way */
	struct io_watches *io;
};

static _Thread_local struct scheduler *scheduler;

struct coroutine *coroutine_current(void)
{
	return scheduler->current;
}

struct loop *coroutine_loop(void)
{
	return scheduler->loop;
}

struct io_watches **coroutine_io(void)
{
	return &scheduler->io;
}

static struct coroutine *map_stack(void)
{
	char *low = mmap(NULL, GUARD_BYTES + STACK_BYTES, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	if (low == MAP_FAILED)
		return NULL;
	if (mprotect(low, GUARD_BYTES, PROT_NONE) != 0) {
		munmap(low, GUARD_BYTES + STACK_BYTES);
		return NULL;
	}
	return (struct coroutine *)(low + GUARD_BYTES + STACK_BYTES) - 1;
}

static char *stack_bottom(struct coroutine *coroutine)
{
	return (char *)(coroutine + 1) - STACK_BYTES;
}

static void unmap_stack(struct coroutine *coroutine)
{
	munmap(stack_bottom(coroutine) - GUARD_BYTES, GUARD_BYTES + STACK_BYTES);
}

void coroutine_ready(struct coroutine *coroutine)
{
	coroutine->next = NULL;
	if (scheduler->first_ready)
		scheduler->last_ready->next = coroutine;
	else
		scheduler->first_ready = coroutine;
	scheduler->last_ready = coroutine;
}

/*
 * Who runs now: the next that is ready, straight from the one that gives way,
 * with the loop's turn in between only when nobody is or it has waited long.
 */
static struct fiber *next_fiber(struct scheduler *s)
{
	struct coroutine *next = s->first_ready;

	if (!next || s->turns == 0) {
		s->current = NULL;
		return &s->loop_fiber;
	}
	s->turns--;
	s->first_ready = next->next;
	s->current = next;
	return &next->fiber;
}

/* The first thing on every arrival: what ended on the way here can be used again. */
static void collect(struct scheduler *s)
{
	if (!s->ending)
		return;
	fiber_unmake(&s->ending->fiber);
	s->ending->next = s->spare;
	s->spare = s->ending;
	s->ending = NULL;
}

void coroutine_park(void)
{
	struct scheduler *s = scheduler;
	struct coroutine *self = s->current;
	struct fiber *next = next_fiber(s);

	s->calls = 0;
	if (next == &self->fiber)
		return;
	fiber_switch(&self->fiber, next);
	collect(s);
}

void coroutine_yield(void)
{
	coroutine_ready(scheduler->current);
	coroutine_park();
}

void coroutine_spend(void)
{
	if (++scheduler->calls < CALLS_BETWEEN_PARKS)
		return;
	scheduler->turns = 0; /* who could run next may still be in the loop */
	coroutine_yield();
}

static void enter(struct transfer_t from)
{
	struct scheduler *s = scheduler;
	struct coroutine *self = s->current;

	fiber_arrived(&self->fiber, from);
	collect(s);
	s->calls = 0;
	self->fn(self->arg);
	s->alive--;
	s->ending = self;
	fiber_leave(&self->fiber, next_fiber(s));
}

int coroutine_spawn(void (*fn)(void *arg), void *arg)
{
	struct scheduler *s = scheduler;
	struct coroutine *coroutine = s->spare;

	if (coroutine) {
		s->spare = coroutine->next;
	} else {
		coroutine = map_stack();
		if (!coroutine)
			return -ENOMEM;
		coroutine->next_mapped = s->mapped;
		s->mapped = coroutine;
	}
	char *bottom = stack_bottom(coroutine);
	fiber_make(&coroutine->fiber, bottom, (char *)coroutine - bottom, enter);
	coroutine->fn = fn;
	coroutine->arg = arg;
	s->alive++;
	coroutine_ready(coroutine);
	return 0;
}

void coroutine_resume(struct coroutine *coroutine)
{
	struct scheduler *s = scheduler;

	s->current = coroutine;
	fiber_switch(&s->loop_fiber, &coroutine->fiber);
	collect(s);
}

/* Runs on the loop's own stack until no coroutine is left. */
static int turn_until_done(struct scheduler *s)
{
	while (s->alive > 0) {
		s->turns = TURNS_BETWEEN_POLLS;
		if (s->first_ready) {
			fiber_switch(&s->loop_fiber, next_fiber(s));
			collect(s);
		}
		s->turns = 0; /* one that the loop resumes comes back to it when it gives way */
		loop_flush(s->loop);
		bool more = s->alive == 0 || loop_turn(s->loop, !s->first_ready);
		if (!more && s->alive > 0 && !s->first_ready)
			return -EDEADLK;
	}
	return 0;
}

int coroutine_run(struct loop *loop, void (*main_fn)(void *arg), void *arg)
{
	struct scheduler s = { .loop = loop };
	const struct io_ops *io_before = io;
	struct scheduler *scheduler_before = scheduler;

	scheduler = &s;
	io = &io_coroutine;
	int err = coroutine_spawn(main_fn, arg);
	if (!err)
		err = turn_until_done(&s);
	io_watches_close(s.io);
	io = io_before;
	scheduler = scheduler_before;
	while (s.mapped) {
		struct coroutine *coroutine = s.mapped;
		s.mapped = coroutine->next_mapped;
		unmap_stack(coroutine);
	}
	return err;
}
