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
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "model.h"

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

static void work(struct pool *pool, struct worker *self)
{
	struct job *job = pool->job;
	uint64_t i;

	while ((i = atomic_fetch_add(&pool->next, 1)) < job->tasks) {
		self->task = i;
		job->task(job, i);
	}
	self->task = job->tasks;
}

static pid_t start(struct pool *pool, struct worker *worker)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		work(pool, worker);
	_exit(0);
}

static void reap(struct pool *pool, struct worker *worker)
{
	int status;

	while (waitpid(worker->pid, &status, 0) < 0 && errno == EINTR)
		;
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
		worker->pid = start(pool, worker);
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

const struct model model_prefork = {
	.name = "prefork",
	.summary = "a pool of forked processes, each taking task after task",
	.features = MODEL_CONCURRENT | MODEL_MULTICORE,
	.run = run,
};
