/* SPDX-License-Identifier: MIT */
#include "workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "service.h"

pid_t worker_start(void (*work)(void *arg, unsigned number), void *arg, unsigned number)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid != 0)
		return pid < 0 ? -errno : pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == parent)
		work(arg, number);
	_exit(0);
}

int worker_wait(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* 0, or -errno and an empty seat. */
static int fill_seat(struct workers *workers, unsigned number)
{
	pid_t pid = worker_start(workers->work, workers->arg, number);

	workers->pids[number] = pid < 0 ? 0 : pid;
	return pid < 0 ? pid : 0;
}

int workers_start(struct workers *workers)
{
	int err = 0;

	workers->pids = calloc(workers->count, sizeof *workers->pids);
	if (!workers->pids)
		return -ENOMEM;
	for (unsigned i = 0; i < workers->count && !err; i++)
		err = fill_seat(workers, i);
	return err;
}

void workers_replace_dead(struct workers *workers)
{
	for (unsigned i = 0; i < workers->count; i++) {
		bool died = workers->pids[i] > 0 && waitpid(workers->pids[i], NULL, WNOHANG) > 0;
		if (died && workers->died)
			workers->died(workers->arg, i);
		if (died)
			workers->pids[i] = 0;
		if (workers->pids[i] == 0 && !service_stopped())
			fill_seat(workers, i); /* or the next time */
	}
}

void workers_look_after(struct workers *workers)
{
	while (!service_stopped()) {
		poll(NULL, 0, WORKERS_LOOK_MS);
		workers_replace_dead(workers);
	}
}

void workers_end(struct workers *workers)
{
	for (unsigned i = 0; workers->pids && i < workers->count; i++)
		if (workers->pids[i] > 0)
			kill(workers->pids[i], SIGTERM);
	for (unsigned i = 0; workers->pids && i < workers->count; i++)
		if (workers->pids[i] > 0)
			worker_wait(workers->pids[i]);
	free(workers->pids);
}
