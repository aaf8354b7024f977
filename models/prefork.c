/* SPDX-License-Identifier: MIT */
/*
 * prefork: as many forked processes as tasks may be in flight, each taking one
 * task after the other.
 *
 * How it works: the thread pool with processes: the counter that is the queue
 * lies in memory they share.
 * What it costs: a fork a worker, once; a task costs one atomic add. Each
 * worker has its own heap, connections and page tables.
 * What to watch: a worker that crashes fails the task it was on; the others go
 * on with the rest. What the tasks would share must be put where all can see.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "descriptor.h"
#include "io.h"
#include "par_posix.h"
#include "service.h"
#include "workers.h"

/* A cache line each, as every worker writes to its own at every task. */
struct worker {
	pid_t pid;
	_Atomic uint64_t task; /* the one it is on; job->tasks when on none */
} __attribute__((aligned(64)));

/* In shared memory. */
struct pool {
	struct job *job;
	atomic_ullong next;
	struct worker workers[];
};

static void work(void *arg, unsigned number)
{
	struct pool *pool = arg;
	struct worker *self = &pool->workers[number];
	struct job *job = pool->job;
	uint64_t i;

	while ((i = atomic_fetch_add(&pool->next, 1)) < job->tasks) {
		self->task = i;
		job->task(job, i);
	}
	self->task = job->tasks;
}

static void reap(struct pool *pool, struct worker *worker)
{
	int status = worker_wait(worker->pid);

	if (status != 0 && worker->task < pool->job->tasks)
		pool->job->fail(pool->job, worker->task, -ECHILD);
}

static int run(struct job *job)
{
	unsigned workers = job->tasks < job->concurrency ? job->tasks : job->concurrency;
	size_t size = sizeof(struct pool) + workers * sizeof(struct worker);
	unsigned started = 0;
	int err = 0;
	struct pool *pool = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (pool == MAP_FAILED)
		return -errno;
	pool->job = job;
	while (started < workers && !err) {
		struct worker *worker = &pool->workers[started];
		worker->task = job->tasks;
		worker->pid = worker_start(work, pool, started);
		if (worker->pid < 0)
			err = worker->pid;
		else
			started++;
	}
	if (err) /* a smaller pool would not be what was asked for */
		atomic_store(&pool->next, job->tasks);
	for (unsigned i = 0; i < started; i++)
		reap(pool, &pool->workers[i]);
	uint64_t left; /* tasks that nobody took, as every worker had crashed */
	while ((left = atomic_fetch_add(&pool->next, 1)) < job->tasks)
		job->fail(job, left, -ECHILD);
	munmap(pool, size);
	return err;
}

/*
 * A server: the workers take connections, one at a time each, in one of the
 * ways that W. R. Stevens compares (UNIX Network Programming, vol. 1, ch. 30):
 * all of them at one socket, under a lock, or passed by the parent; or, younger
 * than that book, each at a socket of its own (SO_REUSEPORT).
 */
static const struct param params[] = {
	{ .name = "accept",
		.summary = "how workers take connections",
		.initial = "all",
		.choices = "all|lock|reuseport|passed" },
	{ 0 },
};

struct seat {
	int listener;   /* where it accepts; -1 when it is passed connections */
	int channel[2]; /* the parent's end and the worker's, for those */
};

struct server {
	struct service *service;
	pthread_mutex_t *lock; /* of shared memory; NULL but for "lock" */
	int idle[2];           /* a pipe of the numbers of idle workers, for "passed" */
	struct seat *seats;
	struct workers workers;
};

static struct connection *accept_next(struct server *server, struct seat *seat)
{
	struct connection *connection;

	if (!server->lock)
		return service_accept(server->service, seat->listener);
	posix_mutex_lock(server->lock);
	connection = service_accept(server->service, seat->listener);
	pthread_mutex_unlock(server->lock);
	return connection;
}

/* Say that this worker is idle, and wait for a connection from the parent. */
static struct connection *receive_next(struct server *server, struct seat *seat)
{
	unsigned number = seat - server->seats;
	int fd = -1;

	if (write(server->idle[1], &number, sizeof number) == sizeof number)
		fd = descriptor_receive(seat->channel[1]);
	return fd < 0 ? NULL : service_adopt(server->service, fd);
}

static void work_seat(void *arg, unsigned number)
{
	struct server *server = arg;
	struct seat *seat = &server->seats[number];
	struct connection *connection;

	while ((connection = seat->listener >= 0 ? accept_next(server, seat)
						 : receive_next(server, seat)))
		connection_serve(connection);
}

/* Pass the next connection to worker `number`. */
static void pass_next(struct server *server, int listener, unsigned number)
{
	struct connection *connection = service_accept(server->service, listener);

	if (!connection)
		return;
	if (descriptor_pass(server->seats[number].channel[0], connection->fd) == 0)
		connection_leave(connection);
	else
		connection_refuse(connection);
}

/*
 * The parent's part: to look after the workers and, where it passes connections,
 * to take an idle worker first and then a client for it.
 */
static void look_after(struct server *server, int listener)
{
	bool passes = server->seats[0].listener < 0, has_worker = false;
	unsigned number;

	while (!service_stopped()) {
		struct pollfd next = { .fd = !passes ? -1
				: has_worker         ? listener
						     : server->idle[0],
			.events = POLLIN };
		if (poll(&next, 1, WORKERS_LOOK_MS) <= 0) {
			workers_replace_dead(&server->workers);
		} else if (has_worker) {
			pass_next(server, listener, number);
			has_worker = false;
		} else {
			has_worker = read(server->idle[0], &number, sizeof number) == sizeof number;
		}
	}
}

/* What each way of accepting needs. 0 or -errno; what was made goes with the process. */
static int prepare(struct server *server, int listener)
{
	const char *way = param_text(server->service->params, "accept");

	if (strcmp(way, "passed") == 0 && pipe2(server->idle, O_CLOEXEC) != 0)
		return -errno;
	if (strcmp(way, "lock") == 0) {
		server->lock = processes_share(sizeof *server->lock);
		int err = server->lock ? posix_mutex_init(server->lock, true) : -ENOMEM;
		if (err)
			return err;
	}
	for (unsigned i = 0; i < server->service->workers; i++) {
		struct seat *seat = &server->seats[i];
		seat->listener = listener;
		if (strcmp(way, "passed") == 0) {
			if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, seat->channel) != 0)
				return -errno;
			seat->listener = -1;
		} else if (strcmp(way, "reuseport") == 0 && i > 0) {
			seat->listener = service_listen(server->service, true);
			if (seat->listener < 0)
				return seat->listener;
		}
	}
	return 0;
}

static int serve(struct service *service)
{
	struct server server = { .service = service };
	bool share = strcmp(param_text(service->params, "accept"), "reuseport") == 0;

	if (service->workers > service->connections_max) /* a worker has one at a time */
		service->workers = service->connections_max;
	server.workers = (struct workers){
		.count = service->workers, .work = work_seat, .arg = &server
	};
	server.seats = calloc(service->workers, sizeof *server.seats);
	int listener = server.seats ? service_listen(service, share) : -ENOMEM;
	if (listener < 0) {
		free(server.seats);
		return listener;
	}
	int err = prepare(&server, listener);
	if (!err)
		err = workers_start(&server.workers);
	if (!err) {
		service->ready(service);
		look_after(&server, listener);
	}
	service_stop(); /* also where there are fewer workers than were asked for */
	for (unsigned i = 0; i < service->workers; i++)
		if (server.seats[i].listener < 0)
			shutdown(server.seats[i].channel[0],
				SHUT_RDWR); /* ends a wait for a descriptor */
	workers_end(&server.workers);
	free(server.seats);
	return err;
}

const struct model model_prefork = {
	.name = "prefork",
	.summary = "a pool of forked processes, each taking task after task",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE,
	.params = params,
	.run = run,
	.serve = serve,
};
