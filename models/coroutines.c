/* SPDX-License-Identifier: MIT */
#include "coroutines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cpus.h"
#include "io.h"
#include "runtime/reactor.h"
#include "runtime/task.h"
#include "service.h"

const char *coroutines_unavailable(const struct params *params)
{
	if (!params) /* libuv always is */
		return NULL;
	return reactor_find(param_text(params, "reactor"))->unavailable();
}

struct runtime_options coroutines_task_options(const struct params *params)
{
	return (struct runtime_options){
		.watchdog_ms = param_number(params, "watchdog_ms"),
		.grouped_guards = strcmp(param_text(params, "guards"), "grouped") == 0,
	};
}

int coroutines_options(const struct params *params, struct runtime_options *options)
{
	*options = coroutines_task_options(params);
	options->reactor = reactor_find(param_text(params, "reactor"));
	return coroutines_unavailable(params) ? -ENOTSUP : 0;
}

unsigned coroutines_loops(int64_t wanted, unsigned at_once)
{
	unsigned loops = wanted > 0 ? wanted : cpus_count();

	return loops < at_once ? loops : at_once;
}

unsigned coroutines_share(unsigned at_once, unsigned loops, unsigned loop)
{
	return at_once / loops + (loop < at_once % loops);
}

unsigned coroutines_at_once(const struct job *job)
{
	return job->tasks < job->concurrency ? job->tasks : job->concurrency;
}

/* A task that begins is the job's next, wherever that is. */
static int64_t run_next(void *arg)
{
	struct coroutines_slot *slot = arg;
	struct coroutines_crew *crew = slot->crew;
	struct job *job = crew->job;
	uint64_t number = atomic_fetch_add(crew->next, 1);

	crew->unbegun--;
	if (number < job->tasks) {
		slot->number = number;
		job->task(job, number);
		slot->number = job->tasks;
	}
	return 0;
}

static void fail_next(struct coroutines_crew *crew, int err)
{
	uint64_t number = atomic_fetch_add(crew->next, 1);

	if (number < crew->job->tasks)
		crew->job->fail(crew->job, number, err);
}

/* One that ends with an error has not begun: there was no memory for its stack. */
static void free_slot(struct future_callback *callback, struct future *future)
{
	struct coroutines_slot *slot = (struct coroutines_slot *)callback;
	struct coroutines_crew *crew = slot->crew;
	int64_t err = future_result(future);

	if (err < 0) {
		crew->unbegun--;
		fail_next(crew, (int)err);
	}
	task_release(slot->task);
	slot->next_free = crew->first_free;
	crew->first_free = slot;
	wait_wake_first(&crew->full, 0);
}

static void start_one(struct coroutines_crew *crew)
{
	struct coroutines_slot *slot = crew->first_free;
	int err = task_spawn(&slot->task, "task", run_next, slot);

	if (err) {
		fail_next(crew, err);
		return;
	}
	crew->first_free = slot->next_free;
	crew->unbegun++;
	future_add_done_callback(task_future(slot->task), &slot->ended);
}

static int64_t start_all(void *arg)
{
	struct coroutines_crew *crew = arg;

	for (;;) {
		while (!crew->first_free) {
			struct waiter waiter = { .what = "a task to end" };
			wait_park(&waiter, &crew->full, IO_FOREVER);
		}
		if (atomic_load(crew->next) + crew->unbegun >= crew->job->tasks)
			return 0;
		start_one(crew);
	}
}

int coroutines_take(struct coroutines_crew *crew, const struct runtime_options *options)
{
	struct coroutines_slot *own = crew->slots ? NULL : calloc(crew->size, sizeof *own);

	if (own)
		crew->slots = own;
	if (!crew->slots)
		return -ENOMEM;
	for (unsigned i = crew->size; i-- > 0;) {
		struct coroutines_slot *slot = &crew->slots[i];
		*slot = (struct coroutines_slot){ .ended.fn = free_slot,
			.crew = crew,
			.next_free = crew->first_free,
			.number = crew->job->tasks };
		crew->first_free = slot;
	}
	int err = (int)runtime_run(options, start_all, crew);
	free(own);
	return err;
}

int coroutines_run(struct job *job, const struct runtime_options *options)
{
	atomic_ullong next = 0;
	struct coroutines_crew crew = {
		.job = job, .next = &next, .size = coroutines_at_once(job)
	};

	return coroutines_take(&crew, options);
}

/* A connection's task. */
struct guest {
	struct future_callback left; /* first, so that a callback is its guest */
	struct task *task;
	struct connection *connection; /* NULL once it has begun */
};

static int64_t serve_one(void *arg)
{
	struct guest *guest = arg;
	struct connection *connection = guest->connection;

	guest->connection = NULL;
	connection_serve(connection);
	return 0;
}

static void see_off(struct future_callback *callback, struct future *future)
{
	struct guest *guest = (struct guest *)callback;

	future_result(future); /* so that it counts as seen */
	if (guest->connection) /* there was no memory for its stack */
		connection_refuse(guest->connection);
	task_release(guest->task);
	free(guest);
}

static void receive(struct connection *connection)
{
	struct guest *guest = malloc(sizeof *guest);

	if (guest) {
		*guest = (struct guest){ .left.fn = see_off, .connection = connection };
		if (task_spawn(&guest->task, "connection", serve_one, guest) == 0) {
			future_add_done_callback(task_future(guest->task), &guest->left);
			return;
		}
	}
	free(guest);
	connection_refuse(connection);
}

struct host {
	struct service *service;
	int listener;
	void (*up)(void *arg);
	void *arg;
};

static int64_t receive_all(void *arg)
{
	struct host *host = arg;
	struct connection *connection;

	host->up(host->arg);
	while ((connection = service_accept(host->service, host->listener)))
		receive(connection);
	return 0;
}

int coroutines_listen(struct service *service, int *listeners, unsigned loops)
{
	int err = 0;

	for (unsigned i = 0; i < loops; i++) {
		listeners[i] = err ? -1 : service_listen(service, true);
		if (!err && listeners[i] < 0)
			err = listeners[i];
		else if (!err && fcntl(listeners[i], F_SETFL, O_NONBLOCK) != 0)
			err = -errno;
	}
	return err;
}

void coroutines_close(const int *listeners, unsigned loops)
{
	for (unsigned i = 0; i < loops; i++)
		if (listeners[i] >= 0)
			close(listeners[i]);
}

int coroutines_serve_at(struct service *service, int listener, void (*up)(void *arg), void *arg,
	const struct runtime_options *options)
{
	struct host host = { service, listener, up, arg };

	return (int)runtime_run(options, receive_all, &host);
}

static void ready(void *arg)
{
	struct service *service = arg;

	service->ready(service);
}

/* The listener is made inside, so that it is a socket of the scheduler's world. */
static int64_t listen_and_receive(void *arg)
{
	struct host host = { arg, service_listen(arg, false), ready, arg };

	if (host.listener < 0)
		return host.listener;
	receive_all(&host);
	return io_close(host.listener);
}

int coroutines_serve(struct service *service, const struct runtime_options *options)
{
	return (int)runtime_run(options, listen_and_receive, service);
}
