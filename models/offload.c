/* SPDX-License-Identifier: MIT */
/*
 * offload: coroutines on one loop, and a thread pool for what only computes.
 *
 * How it works: as coroutine, in a world of calls that differs in one: a part
 * of a task that computes (io_compute) is queued for libuv's pool, and the task
 * waits for its end as for anything else. Elsewhere this is run_in_executor.
 * What it costs: for each such part a hand-over to a thread and back through
 * the loop, some 10 us; what is shorter is better done in place.
 * What to watch: the pool has one thread a CPU, as more would only take the CPU
 * from each other and from the loop (UV_THREADPOOL_SIZE says otherwise). Files
 * wait for the same threads, so they queue behind parts that compute. A part
 * runs beside the loop: what it shares with other tasks needs a lock.
 */
#include <stdio.h>
#include <stdlib.h>

#include "coroutines.h"
#include "cpus.h"
#include "io.h"
#include "runtime/io_coroutine.h"
#include "runtime/task.h"
#include "service.h"

static const struct param params[] = { COROUTINES_PARAMS, { 0 } };

/* The one difference to the coroutines' world. */
static struct io_ops offloading_world(void)
{
	struct io_ops world = io_coroutine;

	world.compute = io_coroutine.offload;
	return world;
}

/* libuv reads it when its pool is first used, once a process. */
static void size_pool(void)
{
	char threads[16];

	snprintf(threads, sizeof threads, "%d", cpus_count());
	setenv("UV_THREADPOOL_SIZE", threads, 0);
}

static int run(struct job *job)
{
	const struct io_ops world = offloading_world();
	struct runtime_options options;
	int err = coroutines_options(job->params, &options);

	size_pool();
	options.io = &world;
	return err ? err : coroutines_run(job, &options);
}

static int serve(struct service *service)
{
	const struct io_ops world = offloading_world();
	struct runtime_options options;
	int err = coroutines_options(service->params, &options);

	size_pool();
	options.io = &world;
	return err ? err : coroutines_serve(service, &options);
}

const struct model model_offload = {
	.name = "offload",
	.summary = "coroutines on one loop, and a thread pool for what computes",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SHARED_MEMORY | MODEL_SPAWN |
		MODEL_RENDEZVOUS,
	.params = params,
	.unavailable = coroutines_unavailable,
	.run = run,
	.serve = serve,
};
