/* SPDX-License-Identifier: MIT */
/* models/runtime/group: gather, as_completed, wait_for and timeouts, in the articles' examples. */
#include "tasks.h"

#include "../models/runtime/channel.h"
#include "../models/runtime/generator.h"
#include "../models/runtime/group.h"
#include "../models/runtime/offload.h"
#include "../models/runtime/sync.h"

#if defined(__SANITIZE_THREAD__)
enum { UNIT_MS = 100 }; /* three fibers are to be there within one, at 10 ms and more each */
#else
enum { UNIT_MS = 20 };
#endif

/* Makefile: WRAP_group_test. */
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

static bool no_memory;

void *__wrap_malloc(size_t size)
{
	return no_memory ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return no_memory ? NULL : __real_calloc(count, size);
}

/* A task that says hello after some time, and what became of it. */
struct greeter {
	struct story *story; /* may be NULL */
	char letter;         /* upper case: it has cleaned up after a cancellation */
	int units;
	int64_t result;
	bool stubborn; /* comes to its result though it is cancelled */
};

static int64_t greet(void *arg)
{
	struct greeter *self = arg;
	int err = io_sleep(self->units * UNIT_MS * ms_ns);

	if (err == -ECANCELED) {
		check_equal(io_sleep(ms_ns), 0); /* a clean-up that waits */
		if (self->story)
			tell(self->story, (char)(self->letter - 'a' + 'A'));
		return self->stubborn ? self->result : err;
	}
	if (self->story)
		tell(self->story, self->letter);
	return err ? err : self->result;
}

static double in_turn(void)
{
	struct greeter one = { .units = 1 }, two = { .units = 2 };
	int64_t start_ns = io_now_ns();

	check_equal(greet(&one), 0);
	check_equal(greet(&two), 0);
	return (double)(io_now_ns() - start_ns);
}

static double as_tasks(void)
{
	struct greeter one = { .units = 1 }, two = { .units = 2 };
	int64_t start_ns = io_now_ns();
	struct task *tasks[] = { start_task(greet, &one), start_task(greet, &two) };

	check_equal(task_join(tasks[0]), 0);
	check_equal(task_join(tasks[1]), 0);
	return (double)(io_now_ns() - start_ns);
}

/* 1 + 2 units in turn are 3, as tasks 2: half as much again. */
static void tasks_take_the_longest_not_the_sum(void)
{
	double ratio = 0;

	for (int tries = 0; tries < 5; tries++) { /* something else may have had the processor */
		ratio = in_turn() / as_tasks();
		if (ratio > 1.25 && ratio < 1.75)
			return;
	}
	fail_case("in turn they take %.2f times as long", ratio);
}

static void start_three(struct greeter greeters[3], struct task *tasks[3])
{
	for (int i = 0; i < 3; i++)
		tasks[i] = start_task(greet, &greeters[i]);
}

static void gather_keeps_the_order(void)
{
	struct story story = { 0 };
	struct greeter greeters[] = { { &story, 'a', 3, 30 }, { &story, 'b', 1, 10 },
		{ &story, 'c', 2, 20 } };
	struct task *tasks[3];
	int64_t results[3];

	start_three(greeters, tasks);
	check_equal(task_gather(tasks, 3, GATHER_FIRST_ERROR, results), 0);
	check_story(&story, "bca");
	for (int i = 0; i < 3; i++)
		check_equal(results[i], greeters[i].result);
	check_equal(task_gather(NULL, 0, GATHER_FIRST_ERROR, NULL), 0);
}

/* The others are cancelled, and have cleaned up when it returns. */
static void gather_stops_at_the_first_error(void)
{
	struct story story = { 0 };
	struct greeter greeters[] = { { &story, 'a', 500, 1 }, { &story, 'b', 1, -EIO },
		{ &story, 'c', 500, 1 } };
	struct task *tasks[3];
	int64_t results[3];

	start_three(greeters, tasks);
	check_equal(task_gather(tasks, 3, GATHER_FIRST_ERROR, results), -EIO);
	check_story(&story, "bAC");
	check_equal(results[0], -ECANCELED);
	check_equal(results[1], -EIO);
	check_equal(results[2], -ECANCELED);
}

static void gather_returns_all_errors(void)
{
	struct greeter greeters[] = { { .units = 2, .result = 1 }, { .units = 1, .result = -EIO },
		{ .units = 0, .result = -EPERM } };
	struct task *tasks[3];
	int64_t results[3];

	start_three(greeters, tasks);
	check_equal(task_gather(tasks, 3, GATHER_ALL_ERRORS, results), 0);
	for (int i = 0; i < 3; i++)
		check_equal(results[i], greeters[i].result);
}

struct gatherer {
	struct greeter greeters[3];
	enum gather_errors errors;
};

static int64_t gather_three(void *arg)
{
	struct gatherer *self = arg;
	struct task *tasks[3];

	start_three(self->greeters, tasks);
	return task_gather(tasks, 3, self->errors, NULL);
}

static void gather_is_cancelled_with_its_tasks(void)
{
	for (int way = 0; way < 4; way++) {
		struct story story = { 0 };
		struct gatherer gatherer = { { { &story, 'a', 500 }, { &story, 'b', 500 },
						     { &story, 'c', 500 } },
			way % 2 ? GATHER_ALL_ERRORS : GATHER_FIRST_ERROR };
		struct task *task = start_task(gather_three, &gatherer);
		settle();
		check_equal(task_cancel(task), 0);
		if (way >= 2) { /* once more, while they clean up */
			settle();
			check_equal(task_cancel(task), 0);
		}
		check_equal(task_join(task), -ECANCELED);
		check_story(&story, "ABC");
	}
}

/* The ones that never began end too. */
static void gather_of_tasks_that_ended_or_never_began(void)
{
	struct greeter quick = { .units = 0, .result = 5 };
	struct greeter failing = { .units = 0, .result = -EIO }, never = { .units = 500 };
	struct task *tasks[] = { start_task(greet, &quick), start_task(greet, &failing), NULL };
	int64_t results[3];

	check_equal(task_await(tasks[0]), 5);
	check_equal(task_await(tasks[1]), -EIO);
	tasks[2] = start_task(greet, &never);
	check_equal(task_gather(tasks, 3, GATHER_FIRST_ERROR, results), -EIO);
	check_equal(results[0], 5);
	check_equal(results[2], -ECANCELED);
}

static void as_completed_gives_them_as_they_end(void)
{
	struct greeter greeters[] = { { .units = 3, .result = 3 }, { .units = 1, .result = 1 },
		{ .units = 2, .result = 2 } };
	struct task *tasks[3], *task;
	struct as_completed all;

	start_three(greeters, tasks);
	check_equal(as_completed_start(&all, tasks, 3), 0);
	check_equal(as_completed_next(&all, &task, io_now_ns() + ms_ns), -ETIMEDOUT);
	for (int i = 1; i <= 3; i++) {
		check_equal(as_completed_next(&all, &task, IO_FOREVER), 1);
		check_equal(task_join(task), i);
	}
	check_equal(as_completed_next(&all, &task, IO_FOREVER), 0);
	as_completed_end(&all);
}

/* The fastest answer wins, the rest is cancelled. */
static void as_completed_left_early(void)
{
	struct greeter greeters[] = { { .units = 500 }, { .units = 0, .result = 9 },
		{ .units = 500 } };
	struct task *tasks[3], *task;
	struct as_completed all;

	start_three(greeters, tasks);
	check_equal(as_completed_start(&all, tasks, 3), 0);
	check_equal(as_completed_next(&all, &task, IO_FOREVER), 1);
	check(task == tasks[1]);
	as_completed_end(&all);
	for (int i = 0; i < 3; i++) {
		task_cancel(tasks[i]);
		check_equal(task_join(tasks[i]), i == 1 ? 9 : -ECANCELED);
	}
}

static int64_t await_next(void *arg)
{
	struct task *task;

	return as_completed_next(arg, &task, IO_FOREVER);
}

static void as_completed_is_cancelled_alone(void)
{
	struct greeter greeter = { .units = 1, .result = 4 };
	struct task *task = start_task(greet, &greeter), *ended;
	struct as_completed all;

	check_equal(as_completed_start(&all, &task, 1), 0);
	struct task *waiter = start_task(await_next, &all);
	settle();
	check_equal(task_cancel(waiter), 0);
	check_equal(task_join(waiter), -ECANCELED);
	check_equal(as_completed_next(&all, &ended, IO_FOREVER), 1);
	check_equal(task_join(ended), 4);
	as_completed_end(&all);
}

static void cancelled_cleans_up(void)
{
	struct story story = { 0 };
	struct greeter greeter = { &story, 'a', 500 };
	struct task *task = start_task(greet, &greeter);

	settle();
	check(!future_done(task_future(task)));
	check_equal(task_cancel(task), 0);
	check(!future_done(task_future(task)));
	check_equal(task_await(task), -ECANCELED);
	check(future_cancelled(task_future(task)));
	check_equal(task_cancel(task), -EALREADY);
	check_story(&story, "A");
	task_release(task);
}

static void wait_for_cancels_at_the_deadline(void)
{
	struct story story = { 0 };
	struct greeter slow = { &story, 'a', 500 }, quick = { &story, 'b', 1, 6 };
	struct task *task = start_task(greet, &slow);

	check_equal(task_wait_for(task, io_now_ns() + UNIT_MS * ms_ns), -ETIMEDOUT);
	check_story(&story, "A");
	task_release(task);

	task = start_task(greet, &quick);
	check_equal(task_wait_for(task, soon_ns()), 6);
	check_equal(task_wait_for(task, io_now_ns() - 1), 6);
	task_release(task);
}

static void wait_for_takes_a_late_result(void)
{
	struct greeter greeter = { .units = 500, .result = 7, .stubborn = true };
	struct task *task = start_task(greet, &greeter);

	check_equal(task_wait_for(task, io_now_ns() + ms_ns), 7);
	task_release(task);
	greeter.result = -EIO;
	task = start_task(greet, &greeter);
	check_equal(task_wait_for(task, io_now_ns() + ms_ns), -EIO);
	task_release(task);
}

static int64_t wait_for_slow(void *arg)
{
	struct task *task = start_task(greet, arg);
	int64_t result = task_wait_for(task, soon_ns());

	check(future_done(task_future(task)));
	task_release(task);
	return result;
}

static void wait_for_is_cancelled_with_its_task(void)
{
	struct story story = { 0 };
	struct greeter greeter = { &story, 'a', 500 };
	struct task *task = start_task(wait_for_slow, &greeter);

	settle();
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), -ECANCELED);
	check_story(&story, "A");
}

/* Awaiting is what asyncio calls a shield: who waits is cancelled, what it waits for runs on. */
static int64_t await_it(void *arg)
{
	return task_await(arg);
}

static void await_is_a_shield(void)
{
	struct greeter greeter = { .units = 1, .result = 8 };
	struct task *inner = start_task(greet, &greeter), *outer = start_task(await_it, inner);

	settle();
	check_equal(task_cancel(outer), 0);
	check_equal(task_join(outer), -ECANCELED);
	check_equal(task_join(inner), 8);
}

static int64_t sleep_within(int64_t units, int64_t limit_units)
{
	struct timeout timeout;

	check_equal(timeout_begin(&timeout, io_now_ns() + limit_units * UNIT_MS * ms_ns), 0);
	int64_t err = io_sleep(units * UNIT_MS * ms_ns);
	return timeout_end(&timeout, err);
}

static void timeout_cuts_short(void)
{
	struct timeout timeout;

	int64_t start_ns = io_now_ns();
	check_equal(sleep_within(500, 1), -ETIMEDOUT);
	check(io_now_ns() - start_ns >= UNIT_MS * ms_ns);
	check_equal(sleep_within(1, 500), 0);
	check_equal(io_sleep(ms_ns), 0);
	check_equal(timeout_begin(&timeout, IO_FOREVER), 0);
	check_equal(timeout_end(&timeout, 5), 5);
}

/* Only the scope whose time has come ends with it. */
static void timeouts_nest(void)
{
	for (int inner = 1; inner <= 500; inner += 499) {
		int outer = 501 - inner;
		struct timeout scope;
		check_equal(timeout_begin(&scope, io_now_ns() + outer * UNIT_MS * ms_ns), 0);
		int64_t err = sleep_within(1000, inner);
		check_equal(err, inner < outer ? -ETIMEDOUT : -ECANCELED);
		check_equal(io_sleep(1), 0);
		check_equal(timeout_end(&scope, err), -ETIMEDOUT);
		check_equal(io_sleep(1), 0);
	}
}

/* Both in one turn: the inner one sees that more than its own deadline has come. */
static void timeouts_pass_together(void)
{
	struct timeout outer, inner;
	int64_t deadline_ns = io_now_ns() + ms_ns;

	check_equal(timeout_begin(&outer, deadline_ns), 0);
	check_equal(timeout_begin(&inner, deadline_ns), 0);
	int64_t err = timeout_end(&inner, io_sleep(1000 * ms_ns));
	check(err == -ECANCELED || err == -ETIMEDOUT);
	check_equal(timeout_end(&outer, err == -ETIMEDOUT ? -ECANCELED : err), -ETIMEDOUT);
	check_equal(io_sleep(1), 0);
}

/* It came, but nothing waited: the result stands, and nothing later is cancelled for it. */
static void timeout_that_came_too_late(void)
{
	struct timeout timeout;
	struct event event;

	event_init(&event, NULL);
	check_equal(timeout_begin(&timeout, io_now_ns() + ms_ns), 0);
	while (!timeout.expired)
		task_yield();
	check_equal(timeout_end(&timeout, 3), 3);
	check_equal(io_sleep(1), 0);
	check_equal(event_wait(&event, io_now_ns() + 1), -ETIMEDOUT);
}

static int64_t sleep_in_a_scope(void *arg)
{
	struct timeout timeout;

	check_equal(timeout_begin(&timeout, *(int64_t *)arg), 0);
	return timeout_end(&timeout, io_sleep(1000 * ms_ns));
}

/* Cancelled by another, before the deadline or in the same turn as it: that stays a cancellation.
 */
static void cancelled_within_a_timeout(void)
{
	int64_t later_ns = soon_ns();
	struct task *task = start_task(sleep_in_a_scope, &later_ns);

	settle();
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), -ECANCELED);

	int64_t passed_ns = io_now_ns() + ms_ns;
	task = start_task(sleep_in_a_scope, &passed_ns);
	settle();
	while (io_now_ns() <= passed_ns)
		;
	/* This one goes on just before the task. */
	check_equal(io_sleep(passed_ns - 10 * ms_ns - io_now_ns()), 0);
	check(!future_done(task_future(task)));
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), -ECANCELED);
}

/* What could not be watched is cancelled, and its end waited for, for which no memory is needed. */
static void gather_without_memory(void)
{
	struct story story = { 0 };
	struct greeter greeters[] = { { &story, 'a', 500 }, { &story, 'b', 500 },
		{ &story, 'c', 500 } };
	struct task *tasks[3];
	int64_t results[3];

	start_three(greeters, tasks);
	settle();
	no_memory = true;
	check_equal(task_gather(tasks, 3, GATHER_FIRST_ERROR, results), -ENOMEM);
	no_memory = false;
	check_story(&story, "ABC");
	for (int i = 0; i < 3; i++)
		check_equal(results[i], -ECANCELED);
}

static int64_t no_value(struct generator *self, void *arg)
{
	(void)self, (void)arg;
	return 0;
}

static void starts_without_memory(void)
{
	struct greeter greeter = { .units = 0, .result = 3 };
	struct task *task = start_task(greet, &greeter), *offloaded;
	struct as_completed all;
	struct channel *channel;
	struct generator *generator;

	no_memory = true;
	check_equal(as_completed_start(&all, &task, 1), -ENOMEM);
	check_equal(channel_open(&channel, NULL, 1), -ENOMEM);
	check_equal(generator_open(&generator, no_value, NULL), -ENOMEM);
	check_equal(task_offload(&offloaded, NULL, greet, &greeter), -ENOMEM);
	no_memory = false;
	check_equal(task_join(task), 3);
}

int main(void)
{
	static const struct task_case cases[] = {
		TASK_CASE(tasks_take_the_longest_not_the_sum),
		TASK_CASE(gather_keeps_the_order),
		TASK_CASE(gather_stops_at_the_first_error),
		TASK_CASE(gather_returns_all_errors),
		TASK_CASE(gather_is_cancelled_with_its_tasks),
		TASK_CASE(gather_of_tasks_that_ended_or_never_began),
		TASK_CASE(as_completed_gives_them_as_they_end),
		TASK_CASE(as_completed_left_early),
		TASK_CASE(as_completed_is_cancelled_alone),
		TASK_CASE(cancelled_cleans_up),
		TASK_CASE(wait_for_cancels_at_the_deadline),
		TASK_CASE(wait_for_takes_a_late_result),
		TASK_CASE(wait_for_is_cancelled_with_its_task),
		TASK_CASE(await_is_a_shield),
		TASK_CASE(timeout_cuts_short),
		TASK_CASE(timeouts_nest),
		TASK_CASE(timeouts_pass_together),
		TASK_CASE(timeout_that_came_too_late),
		TASK_CASE(cancelled_within_a_timeout),
		TASK_CASE(gather_without_memory),
		TASK_CASE(starts_without_memory),
	};

	return tasks_run("group", cases, sizeof cases / sizeof *cases);
}
