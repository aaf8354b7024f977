/* SPDX-License-Identifier: MIT */
/* Children as threads, one each, on small stacks. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "par_posix.h"

struct par_child {
	pthread_t thread;
	int (*fn)(void *arg);
	void *arg;
	int result;
};

static void *run_child(void *arg)
{
	struct par_child *child = arg;

	par = &par_threads;
	child->result = child->fn(child->arg);
	return NULL;
}

/* What the C library itself takes of a stack is its minimum. */
static size_t stack_bytes(void)
{
	enum { OWN_BYTES = 64 * 1024 };
	size_t page = sysconf(_SC_PAGESIZE);
	size_t least = sysconf(_SC_THREAD_STACK_MIN);

	return (OWN_BYTES + least + page - 1) / page * page;
}

static int threads_spawn(struct par_child **spawned, int (*fn)(void *arg), void *arg)
{
	struct par_child *child = malloc(sizeof *child);
	pthread_attr_t attr;

	if (!child)
		return -ENOMEM;
	child->fn = fn;
	child->arg = arg;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, stack_bytes());
	int err = -pthread_create(&child->thread, &attr, run_child, child);
	pthread_attr_destroy(&attr);
	if (err)
		free(child);
	else
		*spawned = child;
	return err;
}

static int threads_join(struct par_child *child)
{
	pthread_join(child->thread, NULL);
	int result = child->result;
	free(child);
	return result;
}

static int threads_channel_open(struct par_channel **channel, unsigned capacity)
{
	return posix_channel_open(channel, capacity, PAR_OF_THREADS);
}

const struct par_ops par_threads = {
	.spawn = threads_spawn,
	.join = threads_join,
	.share = threads_share,
	.unshare = threads_unshare,
	.lock_init = posix_lock_init,
	.lock_destroy = posix_lock_destroy,
	.lock = posix_lock,
	.unlock = posix_unlock,
	.channel_open = threads_channel_open,
	.send = posix_send,
	.receive = posix_receive,
	.channel_close = posix_channel_close,
	.channel_free = posix_channel_free,
	.generate = child_generate,
	.emit = child_emit,
	.next = child_next,
	.generator_free = child_generator_free,
};
