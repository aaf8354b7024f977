/* SPDX-License-Identifier: MIT */
#include "resumable.h"

#include <errno.h>
#include <stdlib.h>

enum {
	/* Resumptions before the loop is looked at again: a look costs some 100 of them. */
	RESUMPTIONS_A_LOOK = 1024,
	SLAB_BYTES = 65536,
};

void executor_init(struct executor *executor, struct loop *loop)
{
	*executor = (struct executor){ .loop = loop };
	resumable_queue_init(&executor->ready);
}

static inline void resume(struct resumable *frame, struct executor *executor)
{
	if (frame->resume(frame, executor) == RESUMED_WAITING)
		return;
	frame->resume = NULL;
	executor->alive--;
	if (frame->awaiter)
		resumable_wake(frame->awaiter, executor, frame->result);
	else if (frame->ended)
		frame->ended(frame, executor);
}

void resumable_resume(struct resumable *frame, struct executor *executor, int result)
{
	frame->result = result;
	resume(frame, executor);
}

/* A trampoline: whatever wakes whom, it is from here that each is called. */
static void resume_ready(struct executor *executor)
{
	struct resumable *frame;

	for (int i = 0; i < RESUMPTIONS_A_LOOK && (frame = executor->ready.first); i++) {
		executor->ready.first = frame->next;
		if (!frame->next)
			executor->ready.end = &executor->ready.first;
		resume(frame, executor);
	}
}

int executor_run(struct executor *executor)
{
	while (executor->alive > 0) {
		resume_ready(executor);
		if (executor->alive == 0)
			break;
		loop_flush(executor->loop);
		bool ready = executor->ready.first;
		if (!loop_turn(executor->loop, !ready) && !ready && !executor->ready.first)
			return -EDEADLK;
	}
	return 0;
}

static void wake_sleeper(struct timer *timer)
{
	struct resumable_timer *own = (struct resumable_timer *)timer;

	resumable_wake(own->sleeper, own->executor, 0);
}

enum resumed resumable_sleep(struct resumable *self, struct executor *executor,
	struct resumable_timer *timer, int64_t deadline_ns)
{
	*timer = (struct resumable_timer){
		.timer.fire = wake_sleeper, .sleeper = self, .executor = executor
	};
	int err = timers_start(&executor->loop->timers, &timer->timer, deadline_ns);
	if (err)
		resumable_wake(self, executor, err);
	return RESUMED_WAITING;
}

void resumable_gate_init(struct resumable_gate *gate)
{
	gate->open = false;
	resumable_queue_init(&gate->waiting);
}

void resumable_gate_open(struct resumable_gate *gate, struct executor *executor)
{
	gate->open = true;
	if (!gate->waiting.first)
		return;
	*executor->ready.end = gate->waiting.first;
	executor->ready.end = gate->waiting.end;
	resumable_queue_init(&gate->waiting);
}

/* The head of each piece of memory that frames are cut from. */
struct resumable_slab {
	_Alignas(max_align_t) struct resumable_slab *older;
};

void resumable_pool_init(struct resumable_pool *pool, size_t frame_bytes)
{
	size_t unit = _Alignof(max_align_t);

	*pool = (struct resumable_pool){ .frame_bytes = (frame_bytes + unit - 1) / unit * unit };
}

void resumable_pool_free(struct resumable_pool *pool)
{
	while (pool->slab) {
		struct resumable_slab *slab = pool->slab;
		pool->slab = slab->older;
		free(slab);
	}
	*pool = (struct resumable_pool){ 0 };
}

struct resumable *resumable_pool_grow(struct resumable_pool *pool)
{
	if ((size_t)(pool->end - pool->fresh) < pool->frame_bytes) {
		size_t frames = SLAB_BYTES / pool->frame_bytes + 1;
		size_t size = sizeof(struct resumable_slab) + frames * pool->frame_bytes;
		struct resumable_slab *slab = malloc(size);
		if (!slab)
			return NULL;
		slab->older = pool->slab;
		pool->slab = slab;
		pool->fresh = (char *)(slab + 1);
		pool->end = (char *)slab + size;
	}
	struct resumable *frame = (struct resumable *)pool->fresh;
	pool->fresh += pool->frame_bytes;
	return frame;
}
