/* SPDX-License-Identifier: MIT */
/*
 * coroutine: a stackful coroutine for every task, all on one thread and one
 * libuv loop.
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
#include "runtime/coroutine.h"
#include "service.h"

struct run {
	struct job *job;
	uint64_t next; /* coroutines start in the order they were spawned in */
	unsigned in_flight;
	struct coroutine *starter; /* while it waits for one to end */
};

static void body(void *arg)
{
	struct run *run = arg;

	run->job->task(run->job, run->next++);
	run->in_flight--;
	if (run->starter) {
		coroutine_ready(run->starter);
		run->starter = NULL;
	}
}

static void start_all(void *arg)
{
	struct run *run = arg;

	for (uint64_t i = 0; i < run->job->tasks; i++) {
		if (run->in_flight == run->job->concurrency) {
			run->starter = coroutine_current();
			coroutine_park();
		}
		int err = coroutine_spawn(body, run);
		if (err)
			run->job->fail(run->job, run->next++, err);
		else
			run->in_flight++;
	}
}

static int run(struct job *job)
{
	struct run run = { .job = job };
	struct loop loop;
	int err = loop_init(&loop);

	if (err)
		return err;
	err = coroutine_run(&loop, start_all, &run);
	loop_close(&loop);
	return err;
}

/* A server: a coroutine for every connection, and one that accepts them. */
struct server {
	struct service *service;
	int err;
};

static void serve_one(void *arg)
{
	connection_serve(arg);
}

static void accept_all(void *arg)
{
	struct server *server = arg;
	struct connection *connection;
	int listener = service_listen(server->service, false);

	if (listener < 0) {
		server->err = listener;
		return;
	}
	server->service->ready(server->service);
	while ((connection = service_accept(server->service, listener)))
		if (coroutine_spawn(serve_one, connection) != 0)
			connection_refuse(connection);
	io_close(listener);
}

static int serve(struct service *service)
{
	struct server server = { .service = service };
	struct loop loop;
	int err = loop_init(&loop);

	if (err)
		return err;
	err = coroutine_run(&loop, accept_all, &server);
	loop_close(&loop);
	return err ? err : server.err;
}

const struct model model_coroutine = {
	.name = "coroutine",
	.summary = "a stackful coroutine for every task, on one libuv loop",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY,
	.run = run,
	.serve = serve,
};
