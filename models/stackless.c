/* SPDX-License-Identifier: MIT */
/*
 * stackless: resumable functions on one libuv loop, as a compiler makes them of
 * `async def`.
 *
 * How it works: a task is a switch over where it left off. Where it would wait
 * it notes how it goes on, says who shall wake it and returns; what it needs
 * afterwards lies in its frame. The executor calls those that are ready, one
 * after the other on the one stack (models/runtime/resumable.h).
 * What it costs: a frame a task in flight, of some 100 bytes, kept for the
 * next; a switch is a return and a call.
 * What to watch: only a resumable function can wait. What it calls must not,
 * or be resumable too: each workload that waits has a form for this
 * model, or is unavailable here. One core only, and a task that computes holds up all the
 * others. Between two waits no other task runs, so shared state needs no lock
 * there.
 */
#include <errno.h>

#include "io.h"
#include "runtime/resumable_watch.h"
#include "service.h"

struct run {
	struct executor executor; /* first, so that an executor is its run */
	struct job *job;
	struct resumable_pool frames;
	struct resumable starter;
	uint64_t next;
	unsigned in_flight;
	bool full; /* the starter waits for one to end */
};

static void task_ended(struct resumable *frame, struct executor *executor)
{
	struct run *run = (struct run *)executor;

	resumable_give(&run->frames, frame);
	run->in_flight--;
	if (run->full) {
		run->full = false;
		resumable_wake(&run->starter, executor, 0);
	}
}

/* Resumable as well, though it needs no switch: where it left off, run->next says. */
static enum resumed start_all(struct resumable *self, struct executor *executor)
{
	struct run *run = (struct run *)executor;

	(void)self;
	for (; run->next < run->job->tasks; run->next++) {
		if (run->in_flight == run->job->concurrency) {
			run->full = true;
			return RESUMED_WAITING;
		}
		struct resumable *frame = resumable_take(&run->frames);
		if (!frame) {
			run->job->fail(run->job, run->next, -ENOMEM);
			continue;
		}
		run->job->start_resumable(run->job, run->next, executor, frame);
		frame->ended = task_ended;
		run->in_flight++;
	}
	return RESUMED_DONE;
}

static int run(struct job *job)
{
	struct run run = { .job = job };
	struct loop loop;
	int err = loop_init(&loop);

	if (err)
		return err;
	executor_init(&run.executor, &loop);
	resumable_pool_init(&run.frames, job->frame_bytes);
	resumable_start(&run.starter, &run.executor, start_all);
	err = executor_run(&run.executor);
	resumable_pool_free(&run.frames);
	loop_close(&loop);
	return err;
}

/* A server: a frame for every connection, and one that accepts them. */
struct server {
	struct executor executor; /* first, so that an executor is its server */
	struct service *service;
	struct resumable_pool frames;
	int listener;
	struct resumable acceptor;
	struct resumable_watch watch; /* of the acceptor, as the next */
	struct resumable_timer pause;
};

enum { ACCEPTS_A_TURN = 64 };

static void connection_ended(struct resumable *frame, struct executor *executor)
{
	struct server *server = (struct server *)executor;

	connection_leave(((struct connection_frame *)frame)->connection);
	resumable_give(&server->frames, frame);
}

static void start_connection(struct server *server, struct connection *connection)
{
	struct resumable *frame = resumable_take(&server->frames);

	if (!frame) {
		connection_refuse(connection);
		return;
	}
	server->service->start_resumable(server->service, connection, &server->executor, frame);
	frame->ended = connection_ended;
}

/* What service_try_accept says when it has no more for now. */
static int accept_some(struct server *server)
{
	struct connection *connection;
	int err = 0;

	for (int i = 0; i < ACCEPTS_A_TURN && !err; i++) {
		err = service_try_accept(server->service, server->listener, &connection);
		if (!err && connection)
			start_connection(server, connection);
	}
	return err;
}

enum { ACCEPTING, CLOSED };

static enum resumed accept_all(struct resumable *self, struct executor *executor)
{
	struct server *server = (struct server *)executor;

	if (self->state == CLOSED)
		return RESUMED_DONE;
	switch (accept_some(server)) {
	case -ECANCELED:
		self->state = CLOSED;
		return resumable_watch_close(self, executor, &server->watch);
	case -EMFILE:
		return resumable_sleep(
			self, executor, &server->pause, io_now_ns() + SERVICE_RETRY_NS);
	default:
		return resumable_watch_wait(
			self, executor, &server->watch, UV_READABLE, IO_FOREVER);
	}
}

static int listen_and_serve(struct server *server)
{
	struct executor *executor = &server->executor;

	server->listener = service_listen(server->service, false);
	if (server->listener < 0)
		return server->listener;
	int err = resumable_watch_open(&server->watch, executor, server->listener);
	if (!err) {
		resumable_start(&server->acceptor, executor, accept_all);
		server->service->ready(server->service);
		err = executor_run(executor);
	}
	io_close(server->listener);
	return err;
}

static int serve(struct service *service)
{
	struct server server = { .service = service };
	struct loop loop;
	int err = loop_init(&loop);

	if (err)
		return err;
	executor_init(&server.executor, &loop);
	resumable_pool_init(&server.frames, service->frame_bytes);
	err = listen_and_serve(&server);
	resumable_pool_free(&server.frames);
	loop_close(&loop);
	return err;
}

const struct model model_stackless = {
	.name = "stackless",
	.summary = "resumable functions, a switch over a saved state, on one libuv loop",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY | MODEL_STACKLESS,
	.run = run,
	.serve = serve,
};
