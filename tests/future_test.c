/* SPDX-License-Identifier: MIT */
/* models/runtime/future: who waits, who is called, and what is told of a result. */
#include "tasks.h"

#include "../models/runtime/future.h"

/* A future, and what happened to those that ask for it. */
struct asked {
	struct future future;
	struct story story;
};

static int64_t wait_for_it(void *arg)
{
	struct asked *asked = arg;
	int err = future_wait(&asked->future, soon_ns());

	tell(&asked->story, err ? 'e' : 'w');
	return err ? err : future_result(&asked->future);
}

static void is_pending_until_it_is_set(void)
{
	struct asked asked = { 0 };
	struct task *tasks[2];

	future_init(&asked.future, "answer");
	check(!future_done(&asked.future));
	check_equal(future_result(&asked.future), -EAGAIN);
	for (int i = 0; i < 2; i++)
		check_equal(task_spawn(&tasks[i], "asker", wait_for_it, &asked), 0);
	task_yield();
	check_story(&asked.story, "");
	check_equal(future_set_result(&asked.future, 42), 0);
	check(future_done(&asked.future));
	check(!future_cancelled(&asked.future));
	check_equal(future_set_result(&asked.future, 43), -EALREADY);
	check_equal(future_set_error(&asked.future, -EIO), -EALREADY);
	check_equal(future_cancel(&asked.future), -EALREADY);
	for (int i = 0; i < 2; i++)
		check_equal(task_join(tasks[i]), 42);
	check_story(&asked.story, "ww");
	check_equal(future_wait(&asked.future, 0), 0); /* done: whatever the deadline */
}

static void error_is_its_result(void)
{
	struct asked asked = { 0 };
	struct task *task;

	future_init(&asked.future, NULL);
	check_equal(task_spawn(&task, "asker", wait_for_it, &asked), 0);
	task_yield();
	check_equal(future_set_error(&asked.future, -ECONNRESET), 0);
	check_equal(task_join(task), -ECONNRESET);
}

/* The one that waits is told by its own result; the waiting itself went well. */
static void cancelling_ends_it(void)
{
	struct asked asked = { 0 };
	struct task *task;

	future_init(&asked.future, NULL);
	check_equal(task_spawn(&task, "asker", wait_for_it, &asked), 0);
	task_yield();
	check_equal(future_cancel(&asked.future), 0);
	check(future_cancelled(&asked.future));
	check_equal(task_join(task), -ECANCELED);
	check_story(&asked.story, "w");
}

/* Neither a deadline nor a cancelled waiter touches it. */
static void waiting_may_end_before_it(void)
{
	struct asked asked = { 0 };
	struct task *task;

	future_init(&asked.future, NULL);
	check_equal(future_wait(&asked.future, io_now_ns() + ms_ns), -ETIMEDOUT);
	check_equal(task_spawn(&task, "asker", wait_for_it, &asked), 0);
	task_yield();
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), -ECANCELED);
	check_story(&asked.story, "e");
	check(!future_done(&asked.future));
	check_equal(future_set_result(&asked.future, 1), 0);
}

static void called_first(struct future_callback *self, struct future *future)
{
	check_equal(future_result(future), 7);
	tell(self->arg, '1');
}

static void called_second(struct future_callback *self, struct future *future)
{
	check(future_done(future));
	tell(self->arg, '2');
}

static void callbacks_are_called_in_order_and_once(void)
{
	struct asked asked = { 0 };
	struct future_callback first = { .fn = called_first, .arg = &asked.story };
	struct future_callback taken_back = { .fn = called_first, .arg = &asked.story };
	struct future_callback second = { .fn = called_second, .arg = &asked.story };
	struct future_callback late = { .fn = called_second, .arg = &asked.story };

	future_init(&asked.future, NULL);
	future_add_done_callback(&asked.future, &first);
	future_add_done_callback(&asked.future, &taken_back);
	future_add_done_callback(&asked.future, &second);
	future_remove_done_callback(&asked.future, &taken_back);
	check_story(&asked.story, "");
	check_equal(future_set_result(&asked.future, 7), 0);
	check_story(&asked.story, "12");
	future_add_done_callback(&asked.future, &late); /* at once */
	check_story(&asked.story, "122");
	future_remove_done_callback(&asked.future, &first);
}

int main(void)
{
	static const struct task_case cases[] = {
		TASK_CASE(is_pending_until_it_is_set),
		TASK_CASE(error_is_its_result),
		TASK_CASE(cancelling_ends_it),
		TASK_CASE(waiting_may_end_before_it),
		TASK_CASE(callbacks_are_called_in_order_and_once),
	};

	return tasks_run("future", cases, sizeof cases / sizeof *cases);
}
