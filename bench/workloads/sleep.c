/* SPDX-License-Identifier: MIT */
/* sleep: wait for a time; the digest tells whether it really passed. */
#include <errno.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "sleep.h"

enum { SLEPT = 1, WOKE_EARLY = 2 };

static const struct param params[] = {
	{ .name = "duration_us",
		.unit = "us",
		.summary = "how long a task sleeps",
		.initial = "1000",
		.max = 60000000 },
	{ 0 },
};

int sleep_setup(struct work *work, unsigned count)
{
	struct sleep_times *times = calloc(1, sizeof *times + count * sizeof *times->duration_ns);

	if (!times)
		return -ENOMEM;
	times->count = count;
	work->state = times;
	work->expected = SLEPT;
	return 0;
}

void sleep_teardown(struct work *work)
{
	free(work->state);
}

static int setup(struct work *work)
{
	int err = sleep_setup(work, 1);
	struct sleep_times *times = work->state;

	if (!err)
		times->duration_ns[0] = param_number(work->params, "duration_us") * 1000;
	return err;
}

static int64_t duration_ns(const struct work *work, uint64_t i)
{
	const struct sleep_times *times = work->state;

	return times->duration_ns[i % times->count];
}

int sleep_task(struct work *work, uint64_t i, uint64_t *digest)
{
	int64_t until_ns = io_now_ns() + duration_ns(work, i);
	int err = io_sleep(duration_ns(work, i));

	*digest = io_now_ns() >= until_ns ? SLEPT : WOKE_EARLY;
	return err;
}

/* The callback form. */
struct call {
	struct timer timer;
	int64_t until_ns;
	task_done_fn *done;
	void *arg;
};

static void woke(struct timer *timer)
{
	struct call *call = (struct call *)timer;
	struct call copy = *call;

	free(call);
	copy.done(copy.arg, 0, io_now_ns() >= copy.until_ns ? SLEPT : WOKE_EARLY);
}

void sleep_callback(struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	struct call *call = calloc(1, sizeof *call);
	int err = call ? 0 : -ENOMEM;

	if (!err) {
		call->timer.fire = woke;
		call->until_ns = io_now_ns() + duration_ns(work, i);
		call->done = done;
		call->arg = arg;
		err = timers_start(&loop->timers, &call->timer, call->until_ns);
	}
	if (err) {
		free(call);
		done(arg, err, 0);
	}
}

/* The resumable form: the two halves of the callback form in one function. */
enum resumed sleep_resume(struct resumable *self, struct executor *executor)
{
	struct sleep_frame *frame = (struct sleep_frame *)self;
	enum { START, WOKEN };

	switch (self->state) {
	case START:
		frame->until_ns = io_now_ns() + duration_ns(frame->task.work, frame->task.i);
		self->state = WOKEN;
		return resumable_sleep(self, executor, &frame->timer, frame->until_ns);
	default:
		frame->task.digest = io_now_ns() >= frame->until_ns ? SLEPT : WOKE_EARLY;
		return RESUMED_DONE; /* self->result is still what the sleep came to */
	}
}

const struct workload workload_sleep = {
	.name = "sleep",
	.summary = "wait on a timer",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 100,
	.setup = setup,
	.task = sleep_task,
	.callback = sleep_callback,
	.resumable = { sizeof(struct sleep_frame), sleep_resume },
	.teardown = sleep_teardown,
};
