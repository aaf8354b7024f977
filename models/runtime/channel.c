/* SPDX-License-Identifier: MIT */
#include "channel.h"

#include <errno.h>
#include <stdlib.h>

#include "task.h"

/*
 * Receivers wait only where there is no value, senders only where there is no
 * room: never both, and a new one never overtakes them.
 */
struct channel {
	const char *name;
	bool closed;
	struct wait_list senders, receivers;
	unsigned capacity, count;
	unsigned head; /* of the oldest value */
	uint64_t values[];
};

/* One that waits, and the value it brings or was brought. */
struct party {
	struct waiter waiter; /* first, so that a waiter is its party */
	uint64_t value;
};

int channel_open(struct channel **channel, const char *name, unsigned capacity)
{
	if (capacity == 0)
		return -EINVAL;
	*channel = malloc(sizeof **channel + capacity * sizeof *(*channel)->values);
	if (!*channel)
		return -ENOMEM;
	**channel = (struct channel){ .name = name, .capacity = capacity };
	return 0;
}

void channel_free(struct channel *channel)
{
	free(channel);
}

static void append(struct channel *channel, uint64_t value)
{
	unsigned place = channel->head + channel->count++;

	if (place >= channel->capacity)
		place -= channel->capacity;
	channel->values[place] = value;
}

static uint64_t take_oldest(struct channel *channel)
{
	uint64_t value = channel->values[channel->head];

	if (++channel->head == channel->capacity)
		channel->head = 0;
	channel->count--;
	return value;
}

int channel_try_send(struct channel *channel, uint64_t value)
{
	struct party *receiver = (struct party *)channel->receivers.first;

	if (channel->closed)
		return -EPIPE;
	if (receiver) {
		receiver->value = value;
		wait_wake(&receiver->waiter, 0);
		return 0;
	}
	if (channel->count == channel->capacity)
		return -EAGAIN;
	append(channel, value);
	return 0;
}

int channel_try_receive(struct channel *channel, uint64_t *value)
{
	struct party *sender = (struct party *)channel->senders.first;

	if (channel->count == 0)
		return channel->closed ? -EPIPE : -EAGAIN;
	*value = take_oldest(channel);
	if (sender) {
		append(channel, sender->value);
		wait_wake(&sender->waiter, 0);
	}
	return 0;
}

int channel_send(struct channel *channel, uint64_t value, int64_t deadline_ns)
{
	int err = channel_try_send(channel, value);

	if (err != -EAGAIN) {
		task_spend();
		return err;
	}
	struct party self = {
		.waiter = { .what = "room in channel", .name = channel->name },
		.value = value,
	};
	return (int)wait_park(&self.waiter, &channel->senders, deadline_ns);
}

int channel_receive(struct channel *channel, uint64_t *value, int64_t deadline_ns)
{
	int err = channel_try_receive(channel, value);

	if (err != -EAGAIN) {
		task_spend();
		return err;
	}
	struct party self = { .waiter = { .what = "value in channel", .name = channel->name } };
	err = (int)wait_park(&self.waiter, &channel->receivers, deadline_ns);
	if (!err)
		*value = self.value;
	return err;
}

void channel_close(struct channel *channel)
{
	channel->closed = true;
	wait_wake_all(&channel->senders, -EPIPE);
	wait_wake_all(&channel->receivers, -EPIPE);
}

unsigned channel_count(const struct channel *channel)
{
	return channel->count;
}
