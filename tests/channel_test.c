/* SPDX-License-Identifier: MIT */
/* models/runtime/channel: order, bounds, closing, and what a broken-off wait leaves behind. */
#include "tasks.h"

#include "../models/runtime/channel.h"

static struct channel *channel;

static void open_for(unsigned capacity)
{
	check_equal(channel_open(&channel, "values", capacity), 0);
}

static void must_receive(uint64_t expected)
{
	uint64_t value = 0;

	check_equal(channel_receive(channel, &value, soon_ns()), 0);
	check_equal(value, expected);
}

static void without_waiting(void)
{
	uint64_t value;

	check_equal(channel_open(&channel, NULL, 0), -EINVAL);
	open_for(2);
	check_equal(channel_try_receive(channel, &value), -EAGAIN);
	for (uint64_t round = 0; round < 5; round++) {
		check_equal(channel_try_send(channel, 10 * round), 0);
		check_equal(channel_try_send(channel, 10 * round + 1), 0);
		check_equal(channel_try_send(channel, 99), -EAGAIN);
		check_equal(channel_count(channel), 2);
		must_receive(10 * round);
		must_receive(10 * round + 1);
	}
	check_equal(channel_count(channel), 0);
	channel_free(channel);
}

enum { VALUES = 1000 };

static int64_t send_all(void *arg)
{
	(void)arg;
	for (uint64_t i = 0; i < VALUES; i++)
		check_equal(channel_send(channel, i, IO_FOREVER), 0);
	channel_close(channel);
	return 0;
}

/* Through every capacity the values come in order, then the end. */
static void in_order(void)
{
	for (unsigned capacity = 1; capacity <= 65; capacity += 16) {
		uint64_t value;
		open_for(capacity);
		struct task *task = start_task(send_all, NULL);
		for (uint64_t i = 0; i < VALUES; i++) {
			must_receive(i);
			check(channel_count(channel) <= capacity);
		}
		check_equal(channel_receive(channel, &value, IO_FOREVER), -EPIPE);
		check_equal(channel_receive(channel, &value, IO_FOREVER), -EPIPE);
		check_equal(task_join(task), 0);
		channel_free(channel);
	}
}

struct party {
	int64_t deadline_ns;
	uint64_t value;
	int err, next_err;
};

static int64_t receive_one(void *arg)
{
	struct party *party = arg;

	party->err = channel_receive(channel, &party->value, party->deadline_ns);
	party->next_err = io_sleep(1);
	return 0;
}

static int64_t send_one(void *arg)
{
	struct party *party = arg;

	party->err = channel_send(channel, party->value, party->deadline_ns);
	party->next_err = io_sleep(1);
	return 0;
}

/* Each waiting receiver is handed its value, first come, first served; nothing is in the channel.
 */
static void handed_over(void)
{
	struct party parties[3];
	struct task *tasks[3];
	uint64_t value;

	open_for(1);
	for (int i = 0; i < 3; i++) {
		parties[i] = (struct party){ .deadline_ns = soon_ns() };
		tasks[i] = start_task(receive_one, &parties[i]);
	}
	settle();
	for (uint64_t i = 0; i < 3; i++)
		check_equal(channel_try_send(channel, 7 + i), 0);
	check_equal(channel_count(channel), 0);
	check_equal(channel_try_receive(channel, &value), -EAGAIN);
	for (uint64_t i = 0; i < 3; i++) {
		check_equal(task_join(tasks[i]), 0);
		check_equal(parties[i].err, 0);
		check_equal(parties[i].value, 7 + i);
	}
	channel_free(channel);
}

static void closing(void)
{
	struct party sender = { .deadline_ns = soon_ns(), .value = 3 };
	uint64_t value;

	open_for(2);
	check_equal(channel_try_send(channel, 1), 0);
	check_equal(channel_try_send(channel, 2), 0);
	struct task *task = start_task(send_one, &sender);
	settle();
	channel_close(channel);
	channel_close(channel);
	check_equal(task_join(task), 0);
	check_equal(sender.err, -EPIPE);
	check_equal(channel_send(channel, 4, IO_FOREVER), -EPIPE);
	check_equal(channel_try_send(channel, 4), -EPIPE);
	must_receive(1);
	must_receive(2);
	check_equal(channel_receive(channel, &value, IO_FOREVER), -EPIPE);
	check_equal(channel_try_receive(channel, &value), -EPIPE);
	channel_free(channel);

	struct party receiver = { .deadline_ns = soon_ns() };
	open_for(1);
	task = start_task(receive_one, &receiver);
	settle();
	channel_close(channel);
	check_equal(task_join(task), 0);
	check_equal(receiver.err, -EPIPE);
	channel_free(channel);
}

static void deadline_passes(void)
{
	uint64_t value = 5;

	open_for(1);
	check_equal(channel_receive(channel, &value, io_now_ns() + ms_ns), -ETIMEDOUT);
	check_equal(value, 5);
	check_equal(channel_send(channel, 1, io_now_ns() - 1), 0); /* it does not have to wait */
	check_equal(channel_send(channel, 2, io_now_ns() + ms_ns), -ETIMEDOUT);
	check_equal(channel_send(channel, 3, io_now_ns() - 1), -ETIMEDOUT);
	must_receive(1);
	check_equal(channel_try_receive(channel, &value), -EAGAIN);
	channel_free(channel);
}

/* A receiver that is cancelled takes nothing along: the value goes to the next. */
static void receiver_cancelled(void)
{
	struct party first = { .deadline_ns = soon_ns() }, second = first;

	open_for(1);
	struct task *tasks[] = { start_task(receive_one, &first),
		start_task(receive_one, &second) };
	settle();
	check_equal(task_cancel(tasks[0]), 0);
	check_equal(channel_try_send(channel, 8), 0);
	for (int i = 0; i < 2; i++)
		check_equal(task_join(tasks[i]), 0);
	check_equal(first.err, -ECANCELED);
	check_equal(second.err, 0);
	check_equal(second.value, 8);
	channel_free(channel);
}

/* One that was handed its value just before has it, and hears of the cancellation later. */
static void receiver_cancelled_too_late(void)
{
	struct party receiver = { .deadline_ns = soon_ns() };

	open_for(1);
	struct task *task = start_task(receive_one, &receiver);
	settle();
	check_equal(channel_try_send(channel, 9), 0);
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), 0);
	check_equal(receiver.err, 0);
	check_equal(receiver.value, 9);
	check_equal(receiver.next_err, -ECANCELED);
	channel_free(channel);
}

static void sender_cancelled(void)
{
	struct party first = { .deadline_ns = soon_ns(), .value = 2 };
	struct party second = { .deadline_ns = soon_ns(), .value = 3 };

	open_for(1);
	check_equal(channel_try_send(channel, 1), 0);
	struct task *tasks[] = { start_task(send_one, &first), start_task(send_one, &second) };
	settle();
	check_equal(task_cancel(tasks[0]), 0);
	must_receive(1);
	must_receive(3);
	for (int i = 0; i < 2; i++)
		check_equal(task_join(tasks[i]), 0);
	check_equal(first.err, -ECANCELED);
	check_equal(second.err, 0);

	struct party late = { .deadline_ns = soon_ns(), .value = 5 };
	check_equal(channel_try_send(channel, 4), 0);
	struct task *task = start_task(send_one, &late);
	settle();
	must_receive(4);
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), 0);
	check_equal(late.err, 0);
	check_equal(late.next_err, -ECANCELED);
	must_receive(5);
	channel_free(channel);
}

static int64_t send_for_ever(void *arg)
{
	int err = 0;

	(void)arg;
	while (!err) {
		uint64_t value;
		err = channel_try_send(channel, 1);
		if (!err)
			err = channel_receive(channel, &value, IO_FOREVER);
	}
	return err;
}

static void one_that_never_waits_gives_way(void)
{
	open_for(1);
	struct task *task = start_task(send_for_ever, NULL);
	for (int i = 0; i < 3; i++)
		check_equal(io_sleep(ms_ns), 0);
	channel_close(channel);
	check_equal(task_join(task), -EPIPE);
	channel_free(channel);
}

int main(void)
{
	static const struct task_case cases[] = {
		TASK_CASE(without_waiting),
		TASK_CASE(in_order),
		TASK_CASE(handed_over),
		TASK_CASE(closing),
		TASK_CASE(deadline_passes),
		TASK_CASE(receiver_cancelled),
		TASK_CASE(receiver_cancelled_too_late),
		TASK_CASE(sender_cancelled),
		TASK_CASE(one_that_never_waits_gives_way),
	};

	return tasks_run("channel", cases, sizeof cases / sizeof *cases);
}
