/* SPDX-License-Identifier: MIT */
/*
 * threads: a POSIX thread for every task.
 *
 * How it works: as many slots as tasks may be in flight. A finished thread puts
 * its slot back; whoever takes it joins that thread and starts the next one.
 * What it costs: a clone and a join a task (about 10 us), a stack each, and a
 * switch through the kernel whenever a task waits.
 * What to watch: tasks share memory and run on every core, so shared state
 * needs a lock; a crash in one task takes all of them along.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "io.h"
#include "par_posix.h"
#include "service.h"

/* Enough for any task here; glibc keeps 40 MiB of stacks for the next threads: 160 of this size. */
enum { STACK_BYTES = 256 * 1024 };

struct slot {
	struct run *run;
	struct slot *next_free;
	pthread_t thread;
	bool joinable;
	uint64_t task;
};

struct run {
	struct job *job;
	pthread_mutex_t lock;
	pthread_cond_t freed;
	struct slot *first_free;
};

static void put_slot(struct slot *slot)
{
	struct run *run = slot->run;

	pthread_mutex_lock(&run->lock);
	slot->next_free = run->first_free;
	run->first_free = slot;
	pthread_cond_signal(&run->freed);
	pthread_mutex_unlock(&run->lock);
}

/* A slot whose thread, if it had one, has ended. */
static struct slot *take_slot(struct run *run)
{
	pthread_mutex_lock(&run->lock);
	while (!run->first_free)
		pthread_cond_wait(&run->freed, &run->lock);
	struct slot *slot = run->first_free;
	run->first_free = slot->next_free;
	pthread_mutex_unlock(&run->lock);
	if (slot->joinable)
		pthread_join(slot->thread, NULL);
	slot->joinable = false;
	return slot;
}

static void *body(void *arg)
{
	struct slot *slot = arg;

	par = &par_threads;
	slot->run->job->task(slot->run->job, slot->task);
	put_slot(slot);
	return NULL;
}

static int run(struct job *job)
{
	struct run run = {
		.job = job, .lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER
	};
	struct slot *slots = calloc(job->concurrency, sizeof *slots);
	pthread_attr_t attr;

	if (!slots)
		return -ENOMEM;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	for (unsigned i = 0; i < job->concurrency; i++) {
		slots[i].run = &run;
		put_slot(&slots[i]);
	}
	for (uint64_t i = 0; i < job->tasks; i++) {
		struct slot *slot = take_slot(&run);
		slot->task = i;
		int err = -pthread_create(&slot->thread, &attr, body, slot);
		slot->joinable = !err;
		if (err) {
			job->fail(job, i, err);
			put_slot(slot);
		}
	}
	for (unsigned i = 0; i < job->concurrency; i++)
		take_slot(&run);
	pthread_attr_destroy(&attr);
	free(slots);
	return 0;
}

static void *serve_one(void *arg)
{
	connection_serve(arg);
	return NULL;
}

/* A server: a thread for every connection. Nobody joins them, so they are detached. */
static int serve(struct service *service)
{
	struct connection *connection;
	pthread_attr_t attr;
	pthread_t thread;
	int listener = service_listen(service, false);

	if (listener < 0)
		return listener;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	service->ready(service);
	while ((connection = service_accept(service, listener)))
		if (pthread_create(&thread, &attr, serve_one, connection) != 0)
			connection_refuse(connection);
	service_wait();
	pthread_attr_destroy(&attr);
	return io_close(listener);
}

const struct model model_threads = {
	.name = "threads",
	.summary = "a POSIX thread for every task",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SHARED_MEMORY | MODEL_SPAWN |
		MODEL_RENDEZVOUS,
	.run = run,
	.serve = serve,
};
