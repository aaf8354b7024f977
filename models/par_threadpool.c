/* SPDX-License-Identifier: MIT */
/*
 * Children in a pool: queued for whichever thread is free. Who joins one that
 * has not begun runs it on the spot, so that a pool whose threads all wait for
 * children still gets on. A child may wait for its own children and for
 * nothing else, or the pool could come to a stand: hence no rendezvous.
 */
#include "par_threadpool.h"

#include <errno.h>
#include <stdlib.h>

#include "par_posix.h"

enum state { QUEUED, RUNNING, ENDED };

struct par_child {
	struct par_child *next, *previous; /* in the queue */
	enum state state;                  /* of this and result: the pool's lock */
	pthread_cond_t ended;
	int (*fn)(void *arg);
	void *arg;
	int result;
};

static _Thread_local struct par_pool *own_pool;

/* The functions below that take a pool are called with its lock held. */
static void append(struct par_pool *pool, struct par_child *child)
{
	child->previous = pool->last;
	child->next = NULL;
	*(pool->last ? &pool->last->next : &pool->first) = child;
	pool->last = child;
	pool->queued++;
}

static void take_out(struct par_pool *pool, struct par_child *child)
{
	*(child->previous ? &child->previous->next : &pool->first) = child->next;
	*(child->next ? &child->next->previous : &pool->last) = child->previous;
	pool->queued--;
}

/* Run a child of the queue, unlocked meanwhile. */
static void run_child(struct par_pool *pool, struct par_child *child)
{
	take_out(pool, child);
	child->state = RUNNING;
	pthread_mutex_unlock(&pool->lock);
	int result = child->fn(child->arg);
	pthread_mutex_lock(&pool->lock);
	child->result = result;
	child->state = ENDED;
	pthread_cond_signal(&child->ended);
}

static int pool_spawn(struct par_child **spawned, int (*fn)(void *arg), void *arg)
{
	struct par_pool *pool = own_pool;
	struct par_child *child = calloc(1, sizeof *child);

	if (!child)
		return -ENOMEM;
	child->fn = fn;
	child->arg = arg;
	pthread_cond_init(&child->ended, NULL);
	pthread_mutex_lock(&pool->lock);
	append(pool, child);
	pthread_cond_signal(&pool->changed);
	pthread_mutex_unlock(&pool->lock);
	*spawned = child;
	return 0;
}

static int pool_join(struct par_child *child)
{
	struct par_pool *pool = own_pool;

	pthread_mutex_lock(&pool->lock);
	if (child->state == QUEUED)
		run_child(pool, child);
	while (child->state != ENDED)
		pthread_cond_wait(&child->ended, &pool->lock);
	pthread_mutex_unlock(&pool->lock);
	int result = child->result;
	pthread_cond_destroy(&child->ended);
	free(child);
	return result;
}

static int pool_channel_open(struct par_channel **channel, unsigned capacity)
{
	return posix_channel_open(channel, capacity, PAR_NEVER_WAITS);
}

static const struct par_ops par_threadpool = {
	.spawn = pool_spawn,
	.join = pool_join,
	.share = threads_share,
	.unshare = threads_unshare,
	.lock_init = posix_lock_init,
	.lock_destroy = posix_lock_destroy,
	.lock = posix_lock,
	.unlock = posix_unlock,
	.channel_open = pool_channel_open,
	.send = posix_send,
	.receive = posix_receive,
	.channel_close = posix_channel_close,
	.channel_free = posix_channel_free,
	.generate = no_generate, /* its body would wait for who asks */
};

void par_pool_init(struct par_pool *pool)
{
	*pool = (struct par_pool){ .lock = PTHREAD_MUTEX_INITIALIZER,
		.changed = PTHREAD_COND_INITIALIZER };
}

void par_pool_destroy(struct par_pool *pool)
{
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
}

void par_pool_enter(struct par_pool *pool)
{
	own_pool = pool;
	par = &par_threadpool;
	pthread_mutex_lock(&pool->lock);
	pool->busy++;
	pthread_mutex_unlock(&pool->lock);
}

bool par_pool_run_next(struct par_pool *pool)
{
	if (atomic_load_explicit(&pool->queued, memory_order_relaxed) == 0)
		return false;
	pthread_mutex_lock(&pool->lock);
	struct par_child *child = pool->first;
	if (child)
		run_child(pool, child);
	pthread_mutex_unlock(&pool->lock);
	return child != NULL;
}

void par_pool_leave(struct par_pool *pool)
{
	pthread_mutex_lock(&pool->lock);
	if (--pool->busy == 0)
		pthread_cond_broadcast(&pool->changed);
	while (pool->busy > 0) {
		if (pool->first)
			run_child(pool, pool->first);
		else
			pthread_cond_wait(&pool->changed, &pool->lock);
	}
	pthread_mutex_unlock(&pool->lock);
}
