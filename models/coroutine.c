/* SPDX-License-Identifier: MIT */
/*
 * coroutine: a stackful coroutine for every task, all on one thread and one
 * loop.
 *
 * How it works: the straight-line task runs on a small stack of its own. Where
 * it would wait, io_ parks the coroutine and another goes on; the loop wakes
 * it (models/runtime). Finished stacks are kept for the next task.
 * What it costs: a stack a task in flight (64 KiB of addresses, the pages that
 * were touched of memory) and a switch of a few ns, without the kernel.
 * What to watch: one core only, and a task that computes, or calls something
 * that blocks, holds up all the others. Between two io_ calls no other task
 * runs, so shared state needs no lock there.
 */
#include "coroutines.h"
#include "runtime/task.h"
#include "service.h"

static const struct param params[] = { COROUTINES_PARAMS, { 0 } };

static int run(struct job *job)
{
	struct runtime_options options;
	int err = coroutines_options(job->params, &options);

	return err ? err : coroutines_run(job, &options);
}

static int serve(struct service *service)
{
	struct runtime_options options;
	int err = coroutines_options(service->params, &options);

	return err ? err : coroutines_serve(service, &options);
}

const struct model model_coroutine = {
	.name = "coroutine",
	.summary = "a stackful coroutine for every task, on one loop",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY | MODEL_SPAWN | MODEL_RENDEZVOUS,
	.params = params,
	.unavailable = coroutines_unavailable,
	.run = run,
	.serve = serve,
};
