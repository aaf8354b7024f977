/* SPDX-License-Identifier: MIT */
/*
 * uring: a stackful coroutine for every task, all on one thread and one ring
 * of io_uring.
 *
 * How it works: as coroutine, in another world of calls. Where that one tries,
 * and waits until it may try again, here a call is an operation that the kernel
 * is handed and that it completes; the task waits for its end. Operations of
 * all tasks go to the kernel together, in the one system call that also waits
 * (models/runtime/io_uring.c).
 * What it costs: as coroutine; a system call a turn instead of one a read, but
 * a longer way inside the kernel for each.
 * What to watch: files need no thread pool. The kernel must have it and allow
 * it: many containers do not.
 */
#include "coroutines.h"
#include "param.h"
#include "runtime/io_uring.h"
#include "runtime/reactor.h"
#include "runtime/task.h"
#include "service.h"

static const struct param table[] = { COROUTINES_TASKS, { 0 } };

static const char *unavailable(const struct params *params)
{
	(void)params;
	return reactor_uring.unavailable();
}

static struct runtime_options options_of(const struct params *params)
{
	struct runtime_options options = coroutines_task_options(params);

	options.reactor = &reactor_uring;
	options.io = &io_uring;
	return options;
}

static int run(struct job *job)
{
	struct runtime_options options = options_of(job->params);

	return coroutines_run(job, &options);
}

static int serve(struct service *service)
{
	struct runtime_options options = options_of(service->params);

	return coroutines_serve(service, &options);
}

const struct model model_uring = {
	.name = "uring",
	.summary = "a stackful coroutine for every task, on one io_uring",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY | MODEL_SPAWN | MODEL_RENDEZVOUS,
	.params = table,
	.unavailable = unavailable,
	.run = run,
	.serve = serve,
};
