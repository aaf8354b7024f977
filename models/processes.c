/* SPDX-License-Identifier: MIT */
/*
 * processes: a forked process for every task.
 *
 * How it works: fork, run the task, _exit; the parent waits for one to end
 * before it starts another beyond the concurrency. What a task yields comes
 * back through shared memory.
 * What it costs: a fork, an exit and a wait a task (some 100 us, more the
 * larger the parent's memory is), and every child opens its own connections.
 * What to watch: tasks are isolated. One that crashes is reported as its own
 * failure and spares the others; for the same reason they share nothing.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io.h"
#include "par_posix.h"
#include "service.h"

struct child {
	pid_t pid; /* 0 when the slot is free */
	uint64_t task;
};

static pid_t start(struct job *job, uint64_t i)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	par = &par_processes;
	if (getppid() == parent)
		job->task(job, i);
	_exit(0);
}

/* Wait for one of the children to end; returns its slot, free now. */
static struct child *reap(struct job *job, struct child *children)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, 0);
		if (pid < 0 && errno != EINTR)
			abort(); /* some child is ours: only a bug can lose it */
		for (unsigned slot = 0; pid > 0 && slot < job->concurrency; slot++) {
			struct child *child = &children[slot];
			if (child->pid != pid)
				continue;
			if (status != 0)
				job->fail(job, child->task, -ECHILD);
			child->pid = 0;
			return child;
		}
	}
}

static int run(struct job *job)
{
	struct child *children = calloc(job->concurrency, sizeof *children);
	struct child *free_slot = NULL;
	unsigned used = 0;

	if (!children)
		return -ENOMEM;
	for (uint64_t i = 0; i < job->tasks; i++) {
		if (!free_slot)
			free_slot = used < job->concurrency ? &children[used++]
							    : reap(job, children);
		pid_t pid = start(job, i);
		if (pid < 0) {
			job->fail(job, i, pid);
			continue;
		}
		*free_slot = (struct child){ .pid = pid, .task = i };
		free_slot = NULL;
	}
	for (unsigned left = used - (free_slot != NULL); left > 0; left--)
		reap(job, children);
	free(children);
	return 0;
}

/* A server: a process for every connection, which the parent only accepts. */
struct children {
	pid_t *pids; /* of the living, in no order */
	unsigned count;
};

/* Forget those that have ended; with wait, until all have. */
static void reap_children(struct children *children, bool wait)
{
	pid_t pid = 0;

	while (children->count > 0 && (pid = waitpid(-1, NULL, wait ? 0 : WNOHANG)) != 0) {
		for (unsigned i = 0; i < children->count; i++)
			if (children->pids[i] == pid)
				children->pids[i] = children->pids[--children->count];
		if (pid < 0 && errno != EINTR)
			return;
	}
}

static void start_child(struct children *children, struct connection *connection, int listener)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		io_close(listener);
		if (getppid() == parent)
			connection_serve(connection);
		_exit(0);
	}
	if (pid < 0) {
		connection_refuse(connection);
		return;
	}
	children->pids[children->count++] = pid;
	connection_leave(connection);
}

static int serve(struct service *service)
{
	struct connection *connection;
	struct children children = { .pids = calloc(service->connections_max, sizeof(pid_t)) };
	int listener = children.pids ? service_listen(service, false) : -ENOMEM;

	if (listener >= 0)
		service->ready(service);
	while (listener >= 0 && (connection = service_accept(service, listener))) {
		reap_children(&children, false);
		if (children.count < service->connections_max)
			start_child(&children, connection, listener);
		else
			connection_refuse(connection);
	}
	for (unsigned i = 0; i < children.count; i++)
		kill(children.pids[i], SIGTERM);
	reap_children(&children, true);
	free(children.pids);
	return listener < 0 ? listener : io_close(listener);
}

const struct model model_processes = {
	.name = "processes",
	.summary = "a forked process for every task",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE | MODEL_SPAWN | MODEL_RENDEZVOUS,
	.run = run,
	.serve = serve,
};
