/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_SCHEDULER_H
#define RUNTIME_SCHEDULER_H

/* Private to models/runtime: a thread's tasks, and who runs next. */
#include <stdbool.h>

#include "reactor.h"
#include "stack.h"
#include "task.h"

enum task_state { TASK_NEW, TASK_READY, TASK_RUNNING, TASK_WAITING, TASK_ENDED };

struct task {
	struct future future; /* first, so that a task's future is its task */
	task_fn *fn;
	void *arg;
	struct stack *stack;          /* while it has begun and not ended */
	struct task *next, *previous; /* ready; or next alone: not in use */
	struct waiter *waiter;        /* while it waits */
	unsigned references;          /* its handle, and the scheduler until it has ended */
	enum task_state state;
	bool cancel_pending; /* to be told at its next wait */
	unsigned cancels;    /* requests to end that were not taken back */
};

struct scheduler {
	struct fiber loop_fiber; /* the stack runtime_run was called on: it turns the reactor */
	struct reactor *reactor;
	const struct runtime_options *options;
	struct task *current; /* NULL on the loop's own stack */
	struct task *first_ready, *last_ready;
	struct task *first_next; /* who goes on before those, the last first */
	unsigned jumps;          /* how many of these have in a row */
	struct stacks stacks, generator_stacks;
	struct generator *generator; /* the one that begins */
	struct task_chunk *chunks;
	struct task *unused; /* of the chunks' */
	size_t alive;
	size_t outside;         /* waits that something outside of the tasks can end */
	unsigned turns;         /* left before the reactor is turned */
	size_t lost;            /* errors that nobody asked for */
	unsigned calls;         /* of the current task, since it last gave way */
	unsigned long switches; /* for the watchdog, which reads it from its thread */
	struct io_watches *io;
};

extern _Thread_local struct scheduler *scheduler;

/* Let a task go on in its turn. */
void scheduler_ready(struct task *task);

/*
 * Let it go on before those that are ready: for one that another waits for, or
 * that waited for one which has ended, as a call and a return would. Those that
 * are ready are still reached now and then.
 */
static inline void scheduler_ready_next(struct task *task)
{
	task->state = TASK_READY;
	task->next = scheduler->first_next;
	scheduler->first_next = task;
}

/* The same for one that has not begun, and so is ready. */
void scheduler_begin_next(struct task *task);

_Noreturn void scheduler_must_not_wait(const struct scheduler *s);

/*
 * The current task, which is about to wait. Reports and aborts where none can:
 * in the reactor's callbacks, and in those at a task's end, which has no stack
 * any more.
 */
static inline struct task *scheduler_waits(const struct scheduler *s)
{
	struct task *self = s->current;

	if (!self || !self->stack)
		scheduler_must_not_wait(s);
	return self;
}

/* Leave the current task until it is made ready. */
void scheduler_park(void);

/* Whether nothing can be done but to wait for the reactor. */
bool scheduler_idle(void);

/* From the reactor's callbacks: let a task that waits go on now, until it gives way. */
void scheduler_resume(struct task *task);

/* The end of a task. */
void task_end(struct task *task, int64_t result);

/* Tell of each task that waits, and of each end whose error nobody asked for. */
void task_report_waiting(struct scheduler *s);
void task_report_lost(struct scheduler *s);

/* Release the memory of all tasks. */
void task_chunks_free(struct scheduler *s);

/* Print a line where the options want it. */
void scheduler_report(const struct runtime_options *options, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Name a stack's overflow on stderr before the fault kills the process (overflow.c). */
struct overflow;
struct overflow *overflow_watch(void);
void overflow_unwatch(struct overflow *overflow);

/* A thread that names a task which does not give way (watchdog.c). NULL: no memory or thread. */
struct watchdog;
struct watchdog *watchdog_start(struct scheduler *s);
void watchdog_stop(struct watchdog *watchdog);

#endif
