/* SPDX-License-Identifier: MIT */
/*
 * multiprocess-coroutine: forked processes, a loop with coroutines in each: how
 * real servers combine prefork and coroutine.
 *
 * How it works: as multicore, with processes for its threads. The counter that
 * deals the tasks lies in memory they share, and so do the slots that tell
 * which tasks each of them is on. Every worker has a listening socket of its
 * own at one address (SO_REUSEPORT): with one socket for all, a connection
 * would wake every loop that waits for it, and the one that was idle last would
 * get most of them. The parent holds these sockets too, so what waits at a
 * worker that died is served by the one that takes its place.
 * What it costs: a fork a worker, once; then as coroutine, and one atomic add a
 * task. Each worker has its own heap, pool of threads and connections.
 * What to watch: a worker that crashes fails all tasks it was on, as they share
 * its memory; those of the others go on. Nothing else is shared.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "coroutines.h"
#include "runtime/task.h"
#include "service.h"
#include "workers.h"

enum { WORKERS_MAX = 1000 };

static const struct param params[] = { COROUTINES_PARAMS,
	{ .name = "workers",
		.unit = "",
		.summary = "how many; 0: one for each CPU it may run on",
		.initial = "0",
		.max = WORKERS_MAX },
	{ 0 } };

/* In shared memory. */
struct deal {
	struct job *job;
	struct runtime_options options;
	unsigned workers, at_once; /* at_once: tasks in flight, over all workers */
	atomic_ullong next;
	atomic_int err;                 /* the first of theirs */
	struct coroutines_slot slots[]; /* of the first worker, then of the second, .. */
};

/* Those of one worker: where they begin, and how many. */
static struct coroutines_slot *slots_of(struct deal *deal, unsigned number, unsigned *count)
{
	struct coroutines_slot *slots = deal->slots;

	for (unsigned i = 0; i < number; i++)
		slots += coroutines_share(deal->at_once, deal->workers, i);
	*count = coroutines_share(deal->at_once, deal->workers, number);
	return slots;
}

/* Tasks that have begun still end. */
static void end_deal(struct deal *deal, int err)
{
	int none = 0;

	if (err) {
		atomic_compare_exchange_strong(&deal->err, &none, err);
		atomic_store(&deal->next, deal->job->tasks);
	}
}

static void take(void *arg, unsigned number)
{
	struct deal *deal = arg;
	struct coroutines_crew crew = { .job = deal->job, .next = &deal->next };

	crew.slots = slots_of(deal, number, &crew.size);
	end_deal(deal, coroutines_take(&crew, &deal->options));
}

/*
 * One that crashed was on all the tasks in its slots. One that crashed on none
 * fails the run, as nothing else would tell of it.
 */
static void reap(struct deal *deal, unsigned number, pid_t pid)
{
	unsigned count, lost = 0;
	struct coroutines_slot *slots = slots_of(deal, number, &count);
	struct job *job = deal->job;

	if (worker_wait(pid) == 0)
		return;
	for (unsigned i = 0; i < count; i++)
		if (slots[i].number < job->tasks) {
			job->fail(job, slots[i].number, -ECHILD);
			lost++;
		}
	if (lost == 0)
		end_deal(deal, -ECHILD);
}

static int run_deal(struct deal *deal)
{
	struct job *job = deal->job;
	pid_t pids[WORKERS_MAX];
	unsigned started = 0;
	uint64_t left; /* tasks that nobody took, as every worker had crashed */

	for (unsigned i = 0; i < deal->at_once; i++)
		deal->slots[i].number = job->tasks;
	while (started < deal->workers && !deal->err) {
		pids[started] = worker_start(take, deal, started);
		if (pids[started] < 0) /* fewer would not be what was asked for */
			end_deal(deal, pids[started]);
		else
			started++;
	}
	for (unsigned i = 0; i < started; i++)
		reap(deal, i, pids[i]);
	while ((left = atomic_fetch_add(&deal->next, 1)) < job->tasks)
		job->fail(job, left, -ECHILD);
	return deal->err;
}

static void *map_shared(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

static int run(struct job *job)
{
	unsigned at_once = coroutines_at_once(job);
	size_t size = sizeof(struct deal) + at_once * sizeof(struct coroutines_slot);
	struct deal *deal = map_shared(size);

	if (!deal)
		return -ENOMEM;
	deal->job = job;
	deal->at_once = at_once;
	deal->workers = coroutines_loops(param_number(job->params, "workers"), at_once);
	int err = coroutines_options(job->params, &deal->options);
	if (!err)
		err = run_deal(deal);
	munmap(deal, size);
	return err;
}

struct server {
	struct service *service;
	struct runtime_options options;
	struct workers workers;
	int *listeners; /* one a worker */
	int told[2];    /* a pipe: 0 from each worker that is up, or its -errno */
};

static void tell(const struct server *server, int err)
{
	if (write(server->told[1], &err, sizeof err) < 0)
		return; /* one that takes a dead one's place is not listened to */
}

static void worker_is_up(void *arg)
{
	tell(arg, 0);
}

static void serve_seat(void *arg, unsigned number)
{
	struct server *server = arg;

	server->service->process = number;
	int err = coroutines_serve_at(
		server->service, server->listeners[number], worker_is_up, server, &server->options);
	if (err)
		tell(server, err);
}

static void worker_died(void *arg, unsigned number)
{
	struct server *server = arg;

	atomic_store(&server->service->held[number], 0);
}

/* Until all workers are up. 0, or the -errno of one that is not. */
static int await_workers(struct server *server)
{
	int err = 0;

	close(server->told[1]); /* so that the pipe ends if they die */
	server->told[1] = -1;
	for (unsigned up = 0; up < server->workers.count && !err;) {
		ssize_t n = read(server->told[0], &err, sizeof err);
		if (n == sizeof err)
			up++;
		else if (n == 0 || errno != EINTR)
			err = -ECHILD;
	}
	return err;
}

static int prepare(struct server *server, size_t held_size)
{
	struct service *service = server->service;

	server->listeners = calloc(server->workers.count, sizeof *server->listeners);
	service->held = map_shared(held_size);
	service->processes = server->workers.count;
	if (!server->listeners || !service->held)
		return -ENOMEM;
	int err = coroutines_listen(service, server->listeners, server->workers.count);
	if (!err && pipe2(server->told, O_CLOEXEC) != 0)
		err = -errno;
	return err;
}

static void release(struct server *server, size_t held_size)
{
	struct service *service = server->service;

	if (server->listeners)
		coroutines_close(server->listeners, server->workers.count);
	for (int end = 0; end < 2; end++)
		if (server->told[end] >= 0)
			close(server->told[end]);
	free(server->listeners);
	if (service->held)
		munmap(service->held, held_size);
	service->held = NULL;
}

static int serve(struct service *service)
{
	struct server server = { .service = service, .told = { -1, -1 } };
	unsigned count = coroutines_loops(
		param_number(service->params, "workers"), service->connections_max);
	size_t held_size = count * sizeof *service->held;
	int err = coroutines_options(service->params, &server.options);

	if (err)
		return err;
	server.workers = (struct workers){
		.count = count, .work = serve_seat, .died = worker_died, .arg = &server
	};
	err = prepare(&server, held_size);
	if (!err)
		err = workers_start(&server.workers);
	if (!err)
		err = await_workers(&server);
	if (!err) {
		service->ready(service);
		workers_look_after(&server.workers);
	}
	service_stop(); /* also where there are fewer workers than were asked for */
	workers_end(&server.workers);
	release(&server, held_size);
	return err;
}

const struct model model_multiprocess_coroutine = {
	.name = "multiprocess-coroutine",
	.summary = "forked processes, a loop with coroutines in each",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SPAWN | MODEL_RENDEZVOUS,
	.params = params,
	.unavailable = coroutines_unavailable,
	.run = run,
	.serve = serve,
};
