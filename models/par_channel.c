/* SPDX-License-Identifier: MIT */
/* A channel: a ring of values, a mutex, and a condition for each end. */
#include <errno.h>

#include "par_posix.h"

struct par_channel {
	pthread_mutex_t mutex;
	pthread_cond_t readable, writable;
	enum par_sharing sharing;
	bool closed;
	unsigned capacity, first, count;
	uint64_t values[];
};

static size_t size_of(unsigned capacity)
{
	return sizeof(struct par_channel) + capacity * sizeof(uint64_t);
}

static int conditions_init(struct par_channel *channel)
{
	pthread_condattr_t attr;
	int err = pthread_condattr_init(&attr);

	if (!err && channel->sharing == PAR_OF_PROCESSES)
		err = pthread_condattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (!err)
		err = pthread_cond_init(&channel->readable, &attr);
	if (!err)
		err = pthread_cond_init(&channel->writable, &attr);
	pthread_condattr_destroy(&attr);
	return -err;
}

int posix_channel_open(struct par_channel **opened, unsigned capacity, enum par_sharing sharing)
{
	size_t size = size_of(capacity);
	struct par_channel *channel = sharing == PAR_OF_PROCESSES ? processes_share(size)
								  : threads_share(size);

	if (!channel)
		return -ENOMEM;
	channel->sharing = sharing;
	channel->capacity = capacity;
	int err = posix_mutex_init(&channel->mutex, sharing == PAR_OF_PROCESSES);
	if (!err)
		err = conditions_init(channel);
	if (err) {
		posix_channel_free(channel);
		return err;
	}
	*opened = channel;
	return 0;
}

/* Wait, with the mutex locked, until the channel has changed; -EDEADLK where that would be never.
 */
static int await_change(struct par_channel *channel, pthread_cond_t *condition)
{
	if (channel->sharing == PAR_NEVER_WAITS)
		return -EDEADLK;
	if (pthread_cond_wait(condition, &channel->mutex) == EOWNERDEAD)
		pthread_mutex_consistent(&channel->mutex);
	return 0;
}

int posix_send(struct par_channel *channel, uint64_t value)
{
	int err = 0;

	posix_mutex_lock(&channel->mutex);
	while (!err && !channel->closed && channel->count == channel->capacity)
		err = await_change(channel, &channel->writable);
	if (!err && channel->closed)
		err = -EPIPE;
	if (!err) {
		unsigned place = (channel->first + channel->count) % channel->capacity;
		channel->values[place] = value;
		channel->count++;
		pthread_cond_signal(&channel->readable);
	}
	pthread_mutex_unlock(&channel->mutex);
	return err;
}

int posix_receive(struct par_channel *channel, uint64_t *value)
{
	int err = 0;

	posix_mutex_lock(&channel->mutex);
	while (!err && !channel->closed && channel->count == 0)
		err = await_change(channel, &channel->readable);
	if (!err && channel->count == 0)
		err = -EPIPE;
	if (!err) {
		*value = channel->values[channel->first];
		channel->first = (channel->first + 1) % channel->capacity;
		channel->count--;
		pthread_cond_signal(&channel->writable);
	}
	pthread_mutex_unlock(&channel->mutex);
	return err;
}

void posix_channel_close(struct par_channel *channel)
{
	posix_mutex_lock(&channel->mutex);
	channel->closed = true;
	pthread_cond_broadcast(&channel->readable);
	pthread_cond_broadcast(&channel->writable);
	pthread_mutex_unlock(&channel->mutex);
}

/*
 * The conditions own nothing, and to destroy one would wait for ever for a
 * process that died while it waited.
 */
void posix_channel_free(struct par_channel *channel)
{
	size_t size = size_of(channel->capacity);

	if (channel->sharing == PAR_OF_PROCESSES)
		processes_unshare(channel, size);
	else
		threads_unshare(channel, size);
}
