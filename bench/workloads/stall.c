/* SPDX-License-Identifier: MIT */
/*
 * stall: children that wake at set times, and one that makes a blocking call
 * in the middle. How late the others are tells what such a call does to a
 * model, and what handing it to other threads (offload=1) is worth.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "timers",
		.unit = "",
		.summary = "children that wake at set times",
		.initial = "20",
		.min = 1,
		.max = 1000 },
	{ .name = "period_us",
		.unit = "us",
		.summary = "from one of these times to the next",
		.initial = "2000",
		.min = 1,
		.max = 10000000 },
	{ .name = "beats",
		.unit = "",
		.summary = "how many there are",
		.initial = "100",
		.min = 1,
		.max = 10000 },
	{ .name = "block_ms",
		.unit = "ms",
		.summary = "length of the blocking call",
		.initial = "50",
		.max = 60000 },
	{ .name = "offload",
		.unit = "",
		.summary = "1: it is made by io_offload",
		.initial = "0",
		.max = 1 },
	{ 0 },
};

enum { LATENESS_P50, LATENESS_P99, LATENESS_MAX };

static const struct figure figures[] = {
	{ .name = "late_p50", .unit = "ns", .summary = "median lateness of a timer" },
	{ .name = "late_p99", .unit = "ns", .summary = "99th percentile of it" },
	{ .name = "late_max", .unit = "ns", .summary = "the most" },
	{ 0 },
};

/* Shared by the children. */
struct plan {
	struct par_channel *gate;   /* closed when all have been spawned, and start_ns is set */
	int64_t begun_ns, start_ns; /* before the first was spawned; after the last */
	int64_t period_ns, block_ns;
	unsigned beats;
	bool offload;
	int64_t late_ns[]; /* a row of beats for each timer; each plus 1, as 0 is none */
};

struct timer_child {
	struct plan *plan;
	int64_t *late_ns;
};

static int setup(struct work *work)
{
	work->expected = param_number(work->params, "timers") * param_number(work->params, "beats");
	work->operations = work->expected;
	return 0;
}

static int sleep_until(int64_t until_ns)
{
	int64_t left_ns = until_ns - io_now_ns();

	return left_ns > 0 ? io_sleep(left_ns) : 0;
}

/*
 * Nobody sends: a child is through when the gate is closed. A model whose
 * children cannot wait for one another holds nobody there: who runs first makes
 * the others late. *start_ns: what beats are counted from; 0: not all could be
 * spawned.
 */
static int pass_gate(const struct plan *plan, int64_t *start_ns)
{
	uint64_t nothing;
	int err = par_receive(plan->gate, &nothing);

	if (err == -EPIPE)
		*start_ns = plan->start_ns; /* not to be read before the gate is closed */
	else
		*start_ns = plan->begun_ns;
	return err == -EPIPE || err == -EDEADLK ? 0 : err;
}

static int beat(void *arg)
{
	const struct timer_child *child = arg;
	const struct plan *plan = child->plan;
	int64_t start_ns;
	int err = pass_gate(plan, &start_ns);

	for (unsigned i = 0; !err && start_ns && i < plan->beats; i++) {
		int64_t due_ns = start_ns + (i + 1) * plan->period_ns;
		err = sleep_until(due_ns);
		child->late_ns[i] = io_now_ns() - due_ns + 1;
	}
	return err;
}

/* The system call itself, as code does that knows nothing of where it runs. */
static void block(void *arg)
{
	const struct plan *plan = arg;
	struct timespec duration = { plan->block_ns / 1000000000, plan->block_ns % 1000000000 };

	nanosleep(&duration, NULL);
}

/* Between two beats, so that who comes first at the same time has no say. */
static int stall(void *arg)
{
	const struct plan *plan = arg;
	int64_t start_ns;
	int err = pass_gate(plan, &start_ns);

	if (!err && start_ns)
		err = sleep_until(
			start_ns + plan->beats / 2 * plan->period_ns + plan->period_ns / 2);
	if (err || !start_ns)
		return err;
	if (plan->offload)
		return io_offload(block, arg);
	block(arg);
	return 0;
}

static int run_children(struct plan *plan, struct timer_child *child, unsigned count)
{
	struct children timers, staller = { 0 };

	plan->begun_ns = io_now_ns();
	int err = children_start(&timers, count, beat, child, sizeof *child);

	if (!err)
		err = children_start(&staller, 1, stall, plan, 0);
	if (!err)
		plan->start_ns = io_now_ns();
	par_channel_close(plan->gate);
	int timers_err = children_join(&timers);
	return children_worse(err, children_worse(timers_err, children_join(&staller)));
}

static int compare(const void *left, const void *right)
{
	const int64_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* The smallest that so many per cent do not exceed. */
static int64_t percentile(const int64_t *sorted, size_t count, unsigned percent)
{
	return sorted[(count * percent + 99) / 100 - 1] - 1;
}

static uint64_t report(struct work *work, uint64_t i, int64_t *late_ns, size_t count)
{
	uint64_t in_time = 0;

	for (size_t k = 0; k < count; k++)
		in_time += late_ns[k] > 0; /* neither missing nor early */
	qsort(late_ns, count, sizeof *late_ns, compare);
	work_figure(work, i, LATENESS_P50, percentile(late_ns, count, 50));
	work_figure(work, i, LATENESS_P99, percentile(late_ns, count, 99));
	work_figure(work, i, LATENESS_MAX, percentile(late_ns, count, 100));
	return in_time;
}

static int with_plan(struct work *work, struct plan *plan, uint64_t i, uint64_t *digest)
{
	unsigned timers = param_number(work->params, "timers");
	struct timer_child *child = calloc(timers, sizeof *child);
	int err = child ? par_channel_open(&plan->gate, 1) : -ENOMEM;

	if (!err) {
		plan->period_ns = param_number(work->params, "period_us") * 1000;
		plan->block_ns = param_number(work->params, "block_ms") * 1000000;
		plan->beats = param_number(work->params, "beats");
		plan->offload = param_number(work->params, "offload");
		for (unsigned k = 0; k < timers; k++)
			child[k] = (struct timer_child){ plan,
				plan->late_ns + (size_t)k * plan->beats };
		err = run_children(plan, child, timers);
		par_channel_free(plan->gate);
	}
	if (!err)
		*digest = report(work, i, plan->late_ns, work->operations);
	free(child);
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	size_t size = sizeof(struct plan) + work->operations * sizeof(int64_t);
	struct plan *plan = par_share(size);

	if (!plan)
		return -ENOMEM;
	int err = with_plan(work, plan, i, digest);
	par_unshare(plan, size);
	return err;
}

const struct workload workload_stall = {
	.name = "stall",
	.summary = "lateness of timers while another task blocks",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.figures = figures,
	.tasks = 3,
	.needs = MODEL_SPAWN,
	.operation = "beats",
	.setup = setup,
	.task = task,
};
