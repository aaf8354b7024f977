/* SPDX-License-Identifier: MIT */
/*
 * spawn: a task starts a child that does nothing and joins it, again and
 * again. So what is measured is what a child costs.
 */
#include <errno.h>

#include "../../models/model.h"
#include "../../models/par.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "how many a task starts, one after the other",
		.initial = "1000",
		.min = 1,
		.max = 10000000 },
	{ 0 },
};

/* What the k-th child returns: not what any error looks like. */
static int value_of(uint64_t k)
{
	return (int)(k % 1021);
}

static int child(void *arg)
{
	return value_of((uintptr_t)arg);
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children");
	uint64_t rounds = work->operations / 1021, rest = work->operations % 1021;

	work->expected = rounds * (1021 * 1020 / 2) + rest * (rest - 1) / 2;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	uint64_t sum = 0;

	(void)i;
	for (uint64_t k = 0; k < work->operations; k++) {
		struct par_child *spawned;
		int err = par_spawn(&spawned, child, (void *)(uintptr_t)k);
		if (err)
			return err;
		int value = par_join(spawned);
		if (value < 0)
			return value;
		sum += value;
	}
	*digest = sum;
	return 0;
}

/* The resumable form. */
struct child_frame {
	struct resumable self;
	uint64_t k;
};

struct frame {
	struct task_frame task;
	struct resumable_pool pool;
	struct child_frame *child;
	uint64_t k;
};

static enum resumed resume_child(struct resumable *self, struct executor *executor)
{
	(void)executor;
	self->result = value_of(((struct child_frame *)self)->k);
	return RESUMED_DONE;
}

static enum resumed resume(struct resumable *self, struct executor *executor)
{
	struct frame *frame = (struct frame *)self;
	enum { START, JOINED };

	switch (self->state) {
	case START:
		resumable_pool_init(&frame->pool, sizeof(struct child_frame));
		frame->k = 0;
		self->state = JOINED;
		break;
	case JOINED:
		frame->task.digest += self->result;
		resumable_give(&frame->pool, &frame->child->self);
		frame->k++;
	}
	self->result = 0;
	if (frame->k < frame->task.work->operations) {
		frame->child = (struct child_frame *)resumable_take(&frame->pool);
		if (frame->child) {
			frame->child->k = frame->k;
			resumable_start(&frame->child->self, executor, resume_child);
			return resumable_join(self, executor, &frame->child->self);
		}
		self->result = -ENOMEM;
	}
	resumable_pool_free(&frame->pool);
	return RESUMED_DONE;
}

const struct workload workload_spawn = {
	.name = "spawn",
	.summary = "start and join children that do nothing",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 10,
	.needs = MODEL_SPAWN,
	.operation = "spawns",
	.setup = setup,
	.task = task,
	.resumable = { sizeof(struct frame), resume },
};
