/* SPDX-License-Identifier: MIT */
#include "scheduler.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "../io.h"
#include "../trace.h"
#include "io_coroutine.h"
#include "par_coroutine.h"

enum {
	TURNS_BETWEEN_POLLS = 256, /* runs of tasks before the reactor is looked at again */
	TURNS_ALONE = 8192,        /* the same where nobody waits for it */
	JUMPS = 256,               /* of the queue of those that are ready, in a row */
	CALLS_BETWEEN_PARKS = 64,  /* that did not wait, before a task gives way */
};

_Thread_local struct scheduler *scheduler;

void scheduler_report(const struct runtime_options *options, const char *format, ...)
{
	char line[512];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof line, format, args);
	va_end(args);
	if (options->report)
		options->report(options->report_arg, line);
	else
		fprintf(stderr, "%s\n", line);
}

void scheduler_ready(struct task *task)
{
	struct scheduler *s = scheduler;

	if (task->state != TASK_NEW)
		task->state = TASK_READY;
	task->next = NULL;
	task->previous = s->last_ready;
	*(s->first_ready ? &s->last_ready->next : &s->first_ready) = task;
	s->last_ready = task;
}

/* What lies before the first and behind the last is not looked at. */
static void remove_ready(struct scheduler *s, struct task *task)
{
	if (task == s->first_ready)
		s->first_ready = task->next;
	else
		task->previous->next = task->next;
	if (task == s->last_ready)
		s->last_ready = task->previous;
	else
		task->next->previous = task->previous;
}

void scheduler_begin_next(struct task *task)
{
	remove_ready(scheduler, task);
	scheduler_ready_next(task);
}

static void set_current(struct scheduler *s, struct task *task)
{
	__atomic_store_n(&s->switches, s->switches + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&s->current, task, __ATOMIC_RELEASE);
	s->calls = 0;
}

static void on_stack(struct fiber *from);

/* Where a task goes on; one that begins is given a stack. NULL: it is not to begin, and has ended.
 */
static struct fiber *fiber_of(struct scheduler *s, struct task *task)
{
	if (task->stack)
		return &task->stack->fiber;
	struct stack *stack = task->cancel_pending ? NULL : stacks_take(&s->stacks, on_stack);
	if (!stack) {
		set_current(s, NULL); /* the one before has given way, and callbacks are not its */
		task_end(task, task->cancel_pending ? -ECANCELED : -ENOMEM);
		return NULL;
	}
	task->stack = stack;
	stack->task = task;
	return &stack->fiber;
}

void scheduler_must_not_wait(const struct scheduler *s)
{
	scheduler_report(s->options, "what is called at an end or from the reactor must not wait");
	abort();
}

/* Those that came first would wait for ever for the last to stop jumping. */
static void end_jumps(struct scheduler *s)
{
	struct task *task;

	while ((task = s->first_next)) {
		s->first_next = task->next;
		scheduler_ready(task);
	}
}

static struct task *take_next(struct scheduler *s)
{
	struct task *next = s->first_next;

	if (next && s->jumps++ < JUMPS) {
		s->first_next = next->next;
		return next;
	}
	if (next)
		end_jumps(s);
	s->jumps = 0;
	next = s->first_ready;
	if (next)
		s->first_ready = next->next;
	return next;
}

/*
 * Who runs now: the next that is ready, straight from the one that gives way,
 * with the reactor's turn in between only when nobody is or it has waited long.
 */
static struct fiber *next_fiber(struct scheduler *s)
{
	struct task *next;

	while (s->turns > 0 && (next = take_next(s))) {
		s->turns--;
		struct fiber *fiber = fiber_of(s, next);
		if (fiber) {
			next->state = TASK_RUNNING;
			set_current(s, next);
			return fiber;
		}
	}
	set_current(s, NULL);
	return &s->loop_fiber;
}

void scheduler_park(void)
{
	struct scheduler *s = scheduler;
	uint32_t strand = trace_leave();
	struct fiber *self = &s->current->stack->fiber, *next = next_fiber(s);

	if (next != self)
		fiber_switch(self, next);
	trace_return(strand);
}

/* What a stack does: a task after the other. One that begins after one that ended has its stack. */
static void on_stack(struct fiber *from)
{
	struct scheduler *s = scheduler;
	struct stack *stack = s->current->stack;

	fiber_arrived(&stack->fiber, from);
	for (;;) {
		struct task *task = stack->task;
		int64_t result = task->fn(task->arg);
		stacks_put(&s->stacks, stack);
		task->stack = NULL;
		task_end(task, result);
		struct fiber *next = next_fiber(s);
		if (next != &stack->fiber)
			fiber_switch(&stack->fiber, next);
	}
}

/* On the loop's own stack: let tasks run until they have all given way. */
static void run_ready(struct scheduler *s)
{
	struct fiber *next = next_fiber(s);

	if (next != &s->loop_fiber)
		fiber_switch(&s->loop_fiber, next);
}

void scheduler_resume(struct task *task)
{
	struct scheduler *s = scheduler;

	task->state = TASK_RUNNING;
	set_current(s, task);
	fiber_switch(&s->loop_fiber, &task->stack->fiber);
}

void task_yield(void)
{
	scheduler_ready(scheduler_waits(scheduler));
	scheduler_park();
}

void task_spend(void)
{
	if (++scheduler->calls < CALLS_BETWEEN_PARKS)
		return;
	scheduler->turns = 0; /* who could run next may still be in the reactor */
	task_yield();
}

static bool has_ready(const struct scheduler *s)
{
	return s->first_ready || s->first_next;
}

/* Nothing outside of the tasks can wake one. */
static bool is_alone(const struct scheduler *s)
{
	return s->outside == 0 && s->reactor->loop.timers.count == 0;
}

bool scheduler_idle(void)
{
	return scheduler->alive > 0 && !has_ready(scheduler) && !is_alone(scheduler);
}

/* Runs on the loop's own stack until no task is left. */
static int turn_until_done(struct scheduler *s)
{
	while (s->alive > 0) {
		s->turns = is_alone(s) ? TURNS_ALONE : TURNS_BETWEEN_POLLS;
		run_ready(s);
		s->turns = 0; /* one that the reactor resumes comes back to it when it gives way */
		loop_flush(&s->reactor->loop);
		if (s->alive == 0)
			break;
		if (!has_ready(s) && is_alone(s)) {
			task_report_waiting(s);
			return -EDEADLK;
		}
		s->reactor->ops->turn(s->reactor, !has_ready(s));
	}
	return 0;
}

static int64_t run_all(struct scheduler *s, task_fn *fn, void *arg)
{
	struct task *task;
	int64_t result = task_spawn(&task, "main", fn, arg);

	if (result)
		return result;
	result = turn_until_done(s);
	if (!result)
		result = future_result(&task->future);
	task_release(task);
	return result;
}

int64_t runtime_run(const struct runtime_options *options, task_fn *fn, void *arg)
{
	static const struct runtime_options defaults;
	struct scheduler s = { .options = options ? options : &defaults };
	struct scheduler *scheduler_before = scheduler;
	const struct io_ops *io_before = io;
	const struct par_ops *par_before = par;
	struct watchdog *watchdog = NULL;

	options = s.options;
	int64_t result = (options->reactor ? options->reactor : reactors[0])->open(&s.reactor);
	if (result)
		return result;
	struct overflow *overflow = overflow_watch();
	s.stacks.grouped = s.generator_stacks.grouped = options->grouped_guards;
	scheduler = &s;
	io = options->io ? options->io : &io_coroutine;
	par = &par_coroutine;
	if (options->watchdog_ms)
		watchdog = watchdog_start(&s);
	result = options->watchdog_ms && !watchdog ? -ENOMEM : run_all(&s, fn, arg);
	watchdog_stop(watchdog);
	task_report_lost(&s);
	io_watches_close(s.io);
	s.reactor->ops->close(s.reactor);
	io = io_before;
	par = par_before;
	scheduler = scheduler_before;
	overflow_unwatch(overflow);
	stacks_close(&s.stacks);
	stacks_close(&s.generator_stacks);
	task_chunks_free(&s);
	return result;
}
