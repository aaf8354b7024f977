/* SPDX-License-Identifier: MIT */
/*
 * eventloop: callbacks on one libuv loop, as in Node.
 *
 * How it works: a task is started and leaves behind the functions to be called
 * when what it waits for has happened; the end of one starts the next.
 * What it costs: one thread, one stack, a small heap object a task; a wait
 * costs its share of one epoll_wait.
 * What to watch: the straight-line task is of no use here: a workload that
 * waits has a callback form, turned inside out, which is what this model
 * teaches, or is unavailable here. One core only, and a task that computes holds up all the others.
 */
#include <errno.h>
#include <stddef.h>

#include "io.h"
#include "runtime/loop.h"
#include "service.h"

struct run {
	struct job *job;
	struct loop loop;
	uint64_t started, ended;
	bool starting; /* a task that ends while it is started must not start the next from there */
};

static void start_more(struct run *run);

static void task_done(void *arg)
{
	struct run *run = arg;

	run->ended++;
	if (!run->starting)
		start_more(run);
}

static void start_more(struct run *run)
{
	struct job *job = run->job;

	run->starting = true;
	while (run->started < job->tasks && run->started - run->ended < job->concurrency)
		job->start(job, run->started++, &run->loop, task_done, run);
	run->starting = false;
}

static int run(struct job *job)
{
	struct run run = { .job = job };
	int err = loop_init(&run.loop);

	if (err)
		return err;
	start_more(&run);
	while (run.ended < job->tasks) {
		loop_flush(&run.loop);
		if (run.ended == job->tasks)
			break;
		bool alive = loop_turn(&run.loop, true);
		if (!alive && run.ended < job->tasks) {
			err = -EDEADLK; /* a callback form forgot to call done */
			break;
		}
	}
	loop_close(&run.loop);
	return err;
}

/* A server: the callback form of each connection, on the same loop as the listener. */
struct server {
	struct service *service;
	struct loop loop;
	int listener;
	uv_poll_t poll;
	struct timer retry; /* while descriptors are out */
};

enum { ACCEPTS_A_TURN = 64 };

static void connection_ended(void *arg)
{
	connection_free(arg);
}

static void on_clients(uv_poll_t *poll, int status, int events)
{
	struct server *server = poll->data;
	struct connection *connection;
	int err = 0;

	(void)status, (void)events;
	for (int i = 0; i < ACCEPTS_A_TURN && !err; i++) {
		err = service_try_accept(server->service, server->listener, &connection);
		if (!err && connection)
			server->service->start(server->service, connection->fd, &server->loop,
				connection_ended, connection);
	}
	if (err == -EMFILE &&
		timers_start(
			&server->loop.timers, &server->retry, io_now_ns() + SERVICE_RETRY_NS) == 0)
		uv_poll_stop(poll);
	if (err == -ECANCELED)
		uv_close((uv_handle_t *)poll, NULL);
}

static void accept_again(struct timer *timer)
{
	struct server *server = (struct server *)((char *)timer - offsetof(struct server, retry));

	uv_poll_start(&server->poll, UV_READABLE, on_clients);
}

static int listen_on(struct server *server)
{
	server->listener = service_listen(server->service, false);
	if (server->listener < 0)
		return server->listener;
	int err = uv_poll_init(&server->loop.uv, &server->poll, server->listener);
	if (err)
		return err;
	server->poll.data = server;
	server->retry.fire = accept_again;
	return uv_poll_start(&server->poll, UV_READABLE, on_clients);
}

static int serve(struct service *service)
{
	struct server server = { .service = service };
	int err = loop_init(&server.loop);

	if (err)
		return err;
	err = listen_on(&server);
	if (!err)
		service->ready(service);
	do
		loop_flush(&server.loop);
	while (!err &&
		loop_turn(&server.loop,
			true)); /* until the listener and all connections are closed */
	loop_close(&server.loop);
	if (server.listener >= 0)
		io_close(server.listener);
	return err;
}

const struct model model_eventloop = {
	.name = "eventloop",
	.summary = "callbacks on one libuv loop",
	.features = MODEL_CONCURRENT | MODEL_SHARED_MEMORY | MODEL_CALLBACK,
	.run = run,
	.serve = serve,
};
