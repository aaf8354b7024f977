/* SPDX-License-Identifier: MIT */
/*
 * Children of the blocking world: a child runs to its end where it is spawned,
 * and nothing runs beside it. So a lock is always free, and what would wait
 * for another child would wait for ever.
 */
#include <errno.h>
#include <stdlib.h>

#include "par_posix.h"

struct par_child {
	int result;
};

static int blocking_spawn(struct par_child **child, int (*fn)(void *arg), void *arg)
{
	*child = malloc(sizeof **child);
	if (!*child)
		return -ENOMEM;
	(*child)->result = fn(arg);
	return 0;
}

static int blocking_join(struct par_child *child)
{
	int result = child->result;

	free(child);
	return result;
}

static int blocking_lock_init(struct par_lock *lock)
{
	(void)lock;
	return 0;
}

static void blocking_no_lock(struct par_lock *lock)
{
	(void)lock;
}

static int blocking_channel_open(struct par_channel **channel, unsigned capacity)
{
	return posix_channel_open(channel, capacity, PAR_NEVER_WAITS);
}

const struct par_ops par_blocking = {
	.spawn = blocking_spawn,
	.join = blocking_join,
	.share = threads_share,
	.unshare = threads_unshare,
	.lock_init = blocking_lock_init,
	.lock_destroy = blocking_no_lock,
	.lock = blocking_no_lock,
	.unlock = blocking_no_lock,
	.channel_open = blocking_channel_open,
	.send = posix_send,
	.receive = posix_receive,
	.channel_close = posix_channel_close,
	.channel_free = posix_channel_free,
	.generate = no_generate, /* it needs a second stack */
};
