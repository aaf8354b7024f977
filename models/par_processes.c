/* SPDX-License-Identifier: MIT */
/*
 * Children as forked processes. What a child returns comes back in its record,
 * which lies in memory that it shares with its parent; records are kept for
 * the next children and go with the process.
 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "par_posix.h"

enum { RECORDS = 128 }; /* mapped at a time, as each mapping makes every later fork slower */

struct par_child {
	struct par_child *next_free;
	pid_t pid;
	int result;
};

/* Of this process, which has one thread. */
static struct par_child *first_free;

static struct par_child *take_record(void)
{
	if (!first_free) {
		struct par_child *records = processes_share(RECORDS * sizeof *records);
		for (int i = 0; records && i < RECORDS; i++) {
			records[i].next_free = first_free;
			first_free = &records[i];
		}
	}
	struct par_child *record = first_free;
	if (record)
		first_free = record->next_free;
	return record;
}

static void put_record(struct par_child *record)
{
	record->next_free = first_free;
	first_free = record;
}

static int processes_spawn(struct par_child **spawned, int (*fn)(void *arg), void *arg)
{
	struct par_child *child = take_record();
	pid_t parent = getpid();

	if (!child)
		return -ENOMEM;
	pid_t pid = fork();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		first_free = NULL; /* those are the parent's to give away */
		child->result = fn(arg);
		_exit(0);
	}
	if (pid < 0) {
		int err = -errno;
		put_record(child);
		return err;
	}
	child->pid = pid;
	*spawned = child;
	return 0;
}

static int processes_join(struct par_child *child)
{
	int status;
	pid_t pid;

	do
		pid = waitpid(child->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	int result = pid > 0 && status == 0 ? child->result : -ECHILD;
	put_record(child);
	return result;
}

static int processes_channel_open(struct par_channel **channel, unsigned capacity)
{
	return posix_channel_open(channel, capacity, PAR_OF_PROCESSES);
}

const struct par_ops par_processes = {
	.spawn = processes_spawn,
	.join = processes_join,
	.share = processes_share,
	.unshare = processes_unshare,
	.lock_init = posix_shared_lock_init,
	.lock_destroy = posix_lock_destroy,
	.lock = posix_lock,
	.unlock = posix_unlock,
	.channel_open = processes_channel_open,
	.send = posix_send,
	.receive = posix_receive,
	.channel_close = posix_channel_close,
	.channel_free = posix_channel_free,
	.generate = child_generate,
	.emit = child_emit,
	.next = child_next,
	.generator_free = child_generator_free,
};
