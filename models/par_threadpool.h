/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PAR_THREADPOOL_H
#define MODELS_PAR_THREADPOOL_H

/* The children of a pool's tasks: a queue that its threads work off beside their tasks. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct par_child;

struct par_pool {
	pthread_mutex_t lock;
	pthread_cond_t changed;         /* there is a child to run, or nobody is busy */
	struct par_child *first, *last; /* spawned and not begun, in that order */
	atomic_size_t queued;
	unsigned busy; /* threads that may still take a task */
};

void par_pool_init(struct par_pool *pool);
void par_pool_destroy(struct par_pool *pool);

/* From now on the calling thread is one of the pool, and its tasks can start others. */
void par_pool_enter(struct par_pool *pool);

/* Run the child that has waited longest. Whether there was one. */
bool par_pool_run_next(struct par_pool *pool);

/* The calling thread takes no more tasks: it runs children until no thread takes any. */
void par_pool_leave(struct par_pool *pool);

#endif
