/* SPDX-License-Identifier: MIT */
#include "task.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scheduler.h"

/* Tasks are allocated many at a time, and found here by the reports. */
enum { CHUNK_TASKS = 128 };

/* Lines of a kind; then only how many more there are. */
enum { REPORTS_MAX = 100 };

struct task_chunk {
	struct task_chunk *next;
	struct task tasks[CHUNK_TASKS];
};

static bool new_chunk(struct scheduler *s)
{
	struct task_chunk *chunk = calloc(1, sizeof *chunk);

	if (!chunk)
		return false;
	chunk->next = s->chunks;
	s->chunks = chunk;
	for (int i = CHUNK_TASKS - 1; i >= 0; i--) {
		chunk->tasks[i].next = s->unused;
		s->unused = &chunk->tasks[i];
	}
	return true;
}

void task_chunks_free(struct scheduler *s)
{
	while (s->chunks) {
		struct task_chunk *chunk = s->chunks;
		s->chunks = chunk->next;
		free(chunk);
	}
}

static void report_lost(struct scheduler *s, const struct task *task)
{
	const struct future *future = &task->future;

	if (!future->done || future->seen || future->result >= 0 || future->result == -ECANCELED)
		return;
	if (s->lost++ < REPORTS_MAX)
		scheduler_report(s->options, "task '%s' failed and nobody asked: %s",
			task_name(task), strerror((int)-future->result));
}

static void drop_reference(struct task *task)
{
	struct scheduler *s = scheduler;

	if (--task->references > 0)
		return;
	report_lost(s, task);
	task->next = s->unused;
	s->unused = task;
}

void task_report_lost(struct scheduler *s)
{
	for (struct task_chunk *chunk = s->chunks; chunk; chunk = chunk->next)
		for (int i = 0; i < CHUNK_TASKS; i++)
			if (chunk->tasks[i].references > 0)
				report_lost(s, &chunk->tasks[i]);
	if (s->lost > REPORTS_MAX)
		scheduler_report(s->options, "and so did %zu more", s->lost - REPORTS_MAX);
}

static void report_waiting(const struct scheduler *s, const struct task *task)
{
	const struct waiter *waiter = task->waiter;
	const struct task *holder = waiter->holder ? *waiter->holder : NULL;

	scheduler_report(s->options, "task '%s' waits for %s%s%s%s%s%s%s", task_name(task),
		waiter->what ? waiter->what : "a wake-up", waiter->name ? " '" : "",
		waiter->name ? waiter->name : "", waiter->name ? "'" : "",
		holder ? ", which task '" : "", holder ? task_name(holder) : "",
		holder ? "' has" : "");
}

void task_report_waiting(struct scheduler *s)
{
	size_t waiting = 0;

	scheduler_report(s->options, "deadlock: %zu tasks wait for one another", s->alive);
	for (struct task_chunk *chunk = s->chunks; chunk; chunk = chunk->next)
		for (int i = 0; i < CHUNK_TASKS; i++) {
			const struct task *task = &chunk->tasks[i];
			if (task->references > 0 && task->waiter && waiting++ < REPORTS_MAX)
				report_waiting(s, task);
		}
	if (waiting > REPORTS_MAX)
		scheduler_report(s->options, "and %zu more wait", waiting - REPORTS_MAX);
}

/* Cancelling its future is cancelling the task. */
static void on_cancel(struct future *future)
{
	struct task *task = (struct task *)future;
	struct waiter *waiter = task->waiter;

	task->cancels++;
	if (!waiter)
		task->cancel_pending = true;
	else
		wait_break_off(waiter, -ECANCELED);
}

int task_spawn(struct task **handle, const char *name, task_fn *fn, void *arg)
{
	struct scheduler *s = scheduler;

	if (!s->unused && !new_chunk(s))
		return -ENOMEM;
	struct task *task = s->unused;
	s->unused = task->next;
	future_init(&task->future, name);
	task->future.on_cancel = on_cancel;
	task->fn = fn;
	task->arg = arg;
	task->stack = NULL;
	task->waiter = NULL;
	task->references = handle ? 2 : 1;
	task->state = TASK_NEW;
	task->cancel_pending = false;
	task->cancels = 0;
	s->alive++;
	scheduler_ready(task);
	if (handle)
		*handle = task;
	return 0;
}

void task_end(struct task *task, int64_t result)
{
	task->state = TASK_ENDED;
	scheduler->alive--;
	if (task->future.waiters.first)
		wait_wake_next(task->future.waiters.first, 0);
	future_end(&task->future, result);
	drop_reference(task);
}

/* One that has not begun goes first: to wait for it is then like calling it. */
int64_t task_await(struct task *task)
{
	if (task->state == TASK_NEW)
		scheduler_begin_next(task);
	int err = future_wait(&task->future, INT64_MAX);
	return err ? err : future_result(&task->future);
}

int64_t task_join(struct task *task)
{
	int64_t result = task_await(task);

	task_release(task);
	return result;
}

void task_release(struct task *task)
{
	drop_reference(task);
}

int task_cancel(struct task *task)
{
	return future_cancel(&task->future);
}

unsigned task_cancelling(const struct task *task)
{
	return task->cancels;
}

unsigned task_uncancel(struct task *task)
{
	if (task->cancels > 0)
		task->cancels--;
	if (task->cancels == 0)
		task->cancel_pending = false;
	return task->cancels;
}

struct future *task_future(struct task *task)
{
	return &task->future;
}

struct task *task_current(void)
{
	return scheduler ? scheduler->current : NULL;
}

const char *task_name(const struct task *task)
{
	const char *name = __atomic_load_n(&task->future.name, __ATOMIC_RELAXED);

	return name ? name : "task";
}

struct reactor *task_reactor(void)
{
	return scheduler->reactor;
}

size_t task_count(void)
{
	return scheduler->alive;
}
