/* SPDX-License-Identifier: MIT */
/*
 * threadpool: as many threads as tasks may be in flight, each taking one task
 * after the other.
 *
 * How it works: a shared counter is the queue, as the tasks are only numbers.
 * What it costs: the threads are paid for once; a task costs one atomic add,
 * and a switch through the kernel whenever it waits.
 * What to watch: the size of the pool is the concurrency: too few threads and
 * tasks queue behind waits, too many and memory and the scheduler pay.
 */
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "model.h"

enum { STACK_BYTES = 256 * 1024 };

struct pool {
	struct job *job;
	atomic_ullong next;
};

static void *work(void *arg)
{
	struct pool *pool = arg;
	uint64_t i;

	while ((i = atomic_fetch_add(&pool->next, 1)) < pool->job->tasks)
		pool->job->task(pool->job, i);
	return NULL;
}

static int run(struct job *job)
{
	struct pool pool = { .job = job };
	unsigned workers = job->tasks < job->concurrency ? job->tasks : job->concurrency;
	unsigned started = 0;
	pthread_t *threads = calloc(workers, sizeof *threads);
	pthread_attr_t attr;
	int err = 0;

	if (!threads)
		return -ENOMEM;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	while (started < workers && !err) {
		err = -pthread_create(&threads[started], &attr, work, &pool);
		if (!err)
			started++;
	}
	if (err) /* a smaller pool would not be what was asked for */
		atomic_store(&pool.next, job->tasks);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_attr_destroy(&attr);
	free(threads);
	return err;
}

const struct model model_threadpool = {
	.name = "threadpool",
	.summary = "a pool of threads, each taking task after task",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SHARED_MEMORY,
	.run = run,
};
