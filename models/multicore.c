/* SPDX-License-Identifier: MIT */
/*
 * multicore: a loop with coroutines for every core, in threads.
 *
 * How it works: each thread runs a scheduler of its own, and between them they
 * share nothing but the job. A loop with room for one more task takes the next
 * number from a shared counter. Tasks are dealt so, not stolen: one that has
 * begun belongs to its loop, whose descriptors and timers it waits for, and one
 * that has not is only a number, so taking from the counter is all that
 * stealing could do, without a queue. A server has a socket a loop at one
 * address (SO_REUSEPORT), and a connection stays with the loop that took it.
 * What it costs: a thread and a loop a core, once; then as coroutine, and one
 * atomic add a task.
 * What to watch: state that tasks share needs a lock again, and one that
 * belongs to a loop (a channel, a lock of models/par.h) stays with it. The
 * kernel deals connections out by a hash, so with few of them some loops have
 * more than others; none is moved later.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "coroutines.h"
#include "gang.h"
#include "runtime/task.h"
#include "service.h"

static const struct param params[] = { COROUTINES_PARAMS,
	{ .name = "loops",
		.unit = "",
		.summary = "how many; 0: one for each CPU it may run on",
		.initial = "0",
		.max = 1000 },
	{ 0 } };

/* What the loops share. */
struct loops {
	struct runtime_options options;
	unsigned count;
	atomic_uint arrived; /* threads that have begun */
	atomic_int err;      /* the first of theirs */
};

static int loops_init(struct loops *loops, const struct params *values, unsigned at_once)
{
	*loops = (struct loops){ .count = coroutines_loops(
					 param_number(values, "loops"), at_once) };
	return coroutines_options(values, &loops->options);
}

/* Which loop the calling thread is to be. */
static unsigned arrive(struct loops *loops)
{
	unsigned number = atomic_fetch_add(&loops->arrived, 1);
	char name[16];

	snprintf(name, sizeof name, "loop %u", number);
	pthread_setname_np(pthread_self(), name);
	return number;
}

static void note(struct loops *loops, int err)
{
	int none = 0;

	atomic_compare_exchange_strong(&loops->err, &none, err);
}

struct deal {
	struct loops loops; /* first, so that the loops are their deal */
	struct job *job;
	atomic_ullong next;
	unsigned at_once; /* tasks in flight, over all loops */
};

/* Tasks that have begun still end. */
static void end_deal(void *arg, int err)
{
	struct deal *deal = arg;

	if (err)
		atomic_store(&deal->next, deal->job->tasks);
}

static void *take(void *arg)
{
	struct deal *deal = arg;
	unsigned number = arrive(&deal->loops);
	struct coroutines_crew crew = {
		.job = deal->job,
		.next = &deal->next,
		.size = coroutines_share(deal->at_once, deal->loops.count, number),
	};
	int err = coroutines_take(&crew, &deal->loops.options);
	note(&deal->loops, err);
	end_deal(deal, err);
	return NULL;
}

static int run(struct job *job)
{
	struct deal deal = { .job = job, .at_once = coroutines_at_once(job) };
	int err = loops_init(&deal.loops, job->params, deal.at_once);

	if (!err)
		err = gang_run(deal.loops.count, take, end_deal, &deal);
	return err ? err : deal.loops.err;
}

struct server {
	struct loops loops;
	struct service *service;
	atomic_uint up; /* loops that run */
	int *listeners; /* one a loop */
};

/* The last one to run tells that the server is ready. */
static void loop_is_up(void *arg)
{
	struct server *server = arg;

	if (atomic_fetch_add(&server->up, 1) + 1 == server->loops.count)
		server->service->ready(server->service);
}

static void end_service(void *arg, int err)
{
	(void)arg;
	if (err)
		service_stop();
}

static void *serve_one_loop(void *arg)
{
	struct server *server = arg;
	int listener = server->listeners[arrive(&server->loops)];
	int err = coroutines_serve_at(
		server->service, listener, loop_is_up, server, &server->loops.options);

	note(&server->loops, err);
	end_service(server, err);
	return NULL;
}

static int serve(struct service *service)
{
	struct server server = { .service = service };
	int err = loops_init(&server.loops, service->params, service->connections_max);

	if (err)
		return err;
	server.listeners = calloc(server.loops.count, sizeof *server.listeners);
	if (!server.listeners)
		return -ENOMEM;
	err = coroutines_listen(service, server.listeners, server.loops.count);
	if (!err)
		err = gang_run(server.loops.count, serve_one_loop, end_service, &server);
	service_stop(); /* also where the loops were not all made */
	coroutines_close(server.listeners, server.loops.count);
	free(server.listeners);
	return err ? err : server.loops.err;
}

const struct model model_multicore = {
	.name = "multicore",
	.summary = "a loop with coroutines for every core, in threads",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SHARED_MEMORY | MODEL_SPAWN |
		MODEL_RENDEZVOUS,
	.params = params,
	.unavailable = coroutines_unavailable,
	.run = run,
	.serve = serve,
};
