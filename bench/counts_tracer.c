/* SPDX-License-Identifier: MIT */
/*
 * A tracer that counts. It keeps nothing of those it traces: the kernel tells at
 * each stop whether a call begins or ends. PTRACE_SEIZE leaves signals and
 * stops as they are, and what is traced goes on by itself when the tracer dies.
 */
#include "counts_tracer.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

/* <linux/ptrace.h> has it too, but cannot be included beside <sys/ptrace.h>. */
enum { STOPPED_BY_TRACING = SIGTRAP, STOPPED_IN_CALL = SIGTRAP | 0x80 };

static const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
	PTRACE_O_TRACECLONE;

/* Seize a thread and stop it, so that it can be told to go on to its next call. 0 or -errno. */
static int seize_thread(pid_t tid, unsigned *seized)
{
	if (ptrace(PTRACE_SEIZE, tid, NULL, (void *)options) != 0)
		return errno == ESRCH ? 0 : -errno; /* it has just ended */
	if (ptrace(PTRACE_INTERRUPT, tid, NULL, NULL) == 0)
		(*seized)++;
	return 0;
}

static int seize(pid_t pid, bool with_children, unsigned *seized);

static int seize_children(pid_t pid, pid_t tid, unsigned *seized)
{
	char path[64];
	int child, err = 0;

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, tid);
	FILE *file = fopen(path, "re");
	while (file && !err && fscanf(file, "%d", &child) == 1)
		err = seize(child, true, seized);
	if (file)
		fclose(file);
	return err;
}

/* Every thread of a process, and with_children of those that it forked. */
static int seize(pid_t pid, bool with_children, unsigned *seized)
{
	char path[64];
	const struct dirent *entry;
	int err = 0;

	snprintf(path, sizeof path, "/proc/%d/task", pid);
	DIR *folder = opendir(path);
	if (!folder)
		return errno == ENOENT ? 0 : -errno;
	while (!err && (entry = readdir(folder))) {
		pid_t tid = atoi(entry->d_name);
		if (tid > 0)
			err = seize_thread(tid, seized);
		if (tid > 0 && !err && with_children)
			err = seize_children(pid, tid, seized);
	}
	closedir(folder);
	return err;
}

/* Whether a thread that stopped in a system call is at its begin. */
static bool begins(pid_t tid)
{
	struct __ptrace_syscall_info info = { 0 };
	long size = ptrace(PTRACE_GET_SYSCALL_INFO, tid, (void *)sizeof info, &info);

	if (size < 0 && errno != ESRCH)
		_exit(1); /* a kernel before 5.3: nobody may take what was counted for a number */
	return size > 0 && info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/*
 * Wait for a stop and let that thread go on, with its signal where it has one.
 * Whether it was at the begin of a call, or has ended. Whoever is killed meanwhile
 * is gone, and its end comes next.
 */
static bool step(struct counts_page *page)
{
	int status, injected = 0;
	bool begun = false, listen = false;
	pid_t tid = waitpid(-1, &status, __WALL);

	if (tid < 0 && errno == ECHILD)
		_exit(0);
	if (tid < 0 || !WIFSTOPPED(status))
		return tid > 0;
	int event = status >> 16, what = WSTOPSIG(status);
	if (what == STOPPED_IN_CALL) {
		begun = begins(tid);
		if (begun && atomic_load(&page->open))
			atomic_fetch_add_explicit(&page->system_calls, 1, memory_order_relaxed);
	} else if (event == PTRACE_EVENT_STOP) {
		listen = what != STOPPED_BY_TRACING; /* it is to stay stopped, until SIGCONT */
	} else if (event == 0) {
		injected = what;
	}
	ptrace(listen ? PTRACE_LISTEN : PTRACE_SYSCALL, tid, NULL, (void *)(long)injected);
	return begun;
}

/*
 * Being stopped interrupts the call that a thread rests in, and it makes it
 * once more: that must not be counted, so it is waited for. One that was about
 * to end makes none.
 */
void counts_tracer(struct counts_page *page, pid_t pid, bool with_children, int ready)
{
	unsigned seized = 0, resting = 0;
	int err = seize(pid, with_children, &seized);

	while (!err && resting < seized)
		resting += step(page);
	if (write(ready, &err, sizeof err) != sizeof err || err)
		_exit(1);
	close(ready);
	for (;;)
		step(page);
}
