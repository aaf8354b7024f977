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
#include <stdatomic.h>

#include "gang.h"
#include "io.h"
#include "par_threadpool.h"
#include "service.h"

struct pool {
	struct job *job;
	atomic_ullong next;
	struct par_pool children; /* that tasks start */
};

struct server {
	struct service *service;
	int listener;
};

static void *work(void *arg)
{
	struct pool *pool = arg;
	uint64_t i;

	par_pool_enter(&pool->children);
	do {
		while (par_pool_run_next(&pool->children))
			;
		i = atomic_fetch_add(&pool->next, 1);
		if (i < pool->job->tasks)
			pool->job->task(pool->job, i);
	} while (i < pool->job->tasks);
	par_pool_leave(&pool->children);
	return NULL;
}

static void pool_made(void *arg, int err)
{
	struct pool *pool = arg;

	if (err)
		atomic_store(&pool->next, pool->job->tasks); /* none is left to take */
}

static int run(struct job *job)
{
	struct pool pool = { .job = job };

	par_pool_init(&pool.children);
	int err = gang_run(job->concurrency, work, pool_made, &pool);
	par_pool_destroy(&pool.children);
	return err;
}

/* A server: every thread of the pool accepts, and serves one connection at a time. */
static void *accept_and_serve(void *arg)
{
	struct server *server = arg;
	struct connection *connection;

	while ((connection = service_accept(server->service, server->listener)))
		connection_serve(connection);
	return NULL;
}

static void server_made(void *arg, int err)
{
	struct server *server = arg;

	if (err)
		service_stop();
	else
		server->service->ready(server->service);
}

static int serve(struct service *service)
{
	struct server server = { service, service_listen(service, false) };

	if (server.listener < 0)
		return server.listener;
	int err = gang_run(service->workers, accept_and_serve, server_made, &server);
	io_close(server.listener);
	return err;
}

const struct model model_threadpool = {
	.name = "threadpool",
	.summary = "a pool of threads, each taking task after task",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SHARED_MEMORY | MODEL_SPAWN,
	.run = run,
	.serve = serve,
};
