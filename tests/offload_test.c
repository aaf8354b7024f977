/* SPDX-License-Identifier: MIT */
/* models/runtime/offload: work in the thread pool, and cancelling it in each of its states. */
#include "tasks.h"

#include <semaphore.h>

#include "../models/runtime/group.h"
#include "../models/runtime/offload.h"
#include "../models/runtime/reactor.h"

static sem_t go; /* blocked work waits for it, in its thread */
static _Atomic int begun;

static int64_t work(void *arg)
{
	begun++;
	return *(int64_t *)arg;
}

static int64_t blocked_work(void *arg)
{
	begun++;
	while (sem_wait(&go) != 0)
		;
	return *(int64_t *)arg;
}

static struct task *start_work(task_fn *fn, int64_t *result)
{
	struct task *task;

	check_equal(task_offload(&task, "work", fn, result), 0);
	return task;
}

static void until_begun(int count)
{
	while (begun < count)
		check_equal(io_sleep(ms_ns / 10), 0);
}

static void gives_the_result(void)
{
	int64_t number = 17, err = -EIO;

	check_equal(task_join(start_work(work, &number)), 17);
	check_equal(task_join(start_work(work, &err)), -EIO);
	check_equal(task_offload(NULL, "work", work, &number), 0); /* nobody asks */
	until_begun(3);
}

static int64_t count_turns(void *arg)
{
	int *turns = arg;

	while (*turns >= 0) {
		++*turns;
		task_yield();
	}
	return 0;
}

/* Four at once in their threads, while the tasks go on. */
static void runs_beside_the_tasks(void)
{
	int64_t number = 3;
	int turns = 0;
	struct task *counter = start_task(count_turns, &turns);
	struct task *tasks[4];
	int64_t results[4];

	sem_init(&go, 0, 0);
	for (int i = 0; i < 4; i++)
		tasks[i] = start_work(blocked_work, &number);
	until_begun(4);
	check(turns > 0);
	for (int i = 0; i < 4; i++)
		sem_post(&go);
	check_equal(task_gather(tasks, 4, GATHER_FIRST_ERROR, results), 0);
	for (int i = 0; i < 4; i++)
		check_equal(results[i], 3);
	turns = -1;
	check_equal(task_join(counter), 0);
}

static void cancelled_before_it_begins(void)
{
	int64_t number = 3;
	struct task *task = start_work(work, &number);

	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), -ECANCELED);
	check_equal(begun, 0);
}

/* Every thread is taken: what waits for one is withdrawn, at once. */
static void cancelled_in_the_queue(void)
{
	int64_t number = 3;
	struct task *running[4];

	sem_init(&go, 0, 0);
	for (int i = 0; i < 4; i++)
		running[i] = start_work(blocked_work, &number);
	until_begun(4);
	struct task *queued = start_work(work, &number);
	settle();
	check_equal(task_cancel(queued), 0);
	check_equal(task_join(queued), -ECANCELED);
	for (int i = 0; i < 4; i++)
		sem_post(&go);
	for (int i = 0; i < 4; i++)
		check_equal(task_join(running[i]), 3);
	check_equal(begun, 4);
}

/* It cannot be stopped: the task ends when it has, for its memory is in use till then. */
static void cancelled_while_it_runs(void)
{
	int64_t number = 3;

	sem_init(&go, 0, 0);
	struct task *task = start_work(blocked_work, &number);
	until_begun(1);
	check_equal(task_cancel(task), 0);
	check_equal(io_sleep(ms_ns), 0);
	check(!future_done(task_future(task)));
	sem_post(&go);
	check_equal(task_join(task), -ECANCELED);
}

static int64_t let_go(void *arg)
{
	(void)arg;
	int err = io_sleep(5 * ms_ns);
	sem_post(&go);
	return err;
}

static void deadline_passes(void)
{
	int64_t number = 3;

	sem_init(&go, 0, 0);
	struct task *task = start_work(blocked_work, &number), *helper = start_task(let_go, NULL);
	until_begun(1);
	check_equal(task_wait_for(task, io_now_ns() + ms_ns), -ETIMEDOUT);
	task_release(task);
	check_equal(task_join(helper), 0);
}

static void run_nothing(uv_work_t *request)
{
	(void)request;
}

static void end_future(uv_work_t *request, int status)
{
	check_equal(status, 0);
	check_equal(future_set_result(request->data, 5), 0);
}

/* Ended by a callback of the loop, when no task can run: that is no deadlock. */
static void future_from_outside(void)
{
	struct future future;
	uv_work_t request = { .data = &future };

	future_init(&future, "the work");
	future.outside = true;
	check_equal(uv_queue_work(&task_reactor()->loop.uv, &request, run_nothing, end_future), 0);
	check_equal(future_wait(&future, IO_FOREVER), 0);
	check_equal(future_result(&future), 5);
}

int main(void)
{
	static const struct task_case cases[] = {
		TASK_CASE(gives_the_result),
		TASK_CASE(runs_beside_the_tasks),
		TASK_CASE(cancelled_before_it_begins),
		TASK_CASE(cancelled_in_the_queue),
		TASK_CASE(cancelled_while_it_runs),
		TASK_CASE(deadline_passes),
		TASK_CASE(future_from_outside),
	};

	return tasks_run("offload", cases, sizeof cases / sizeof *cases);
}
