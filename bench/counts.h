/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COUNTS_H
#define BENCH_COUNTS_H

/*
 * What can be counted of a trial while it is measured: system calls, by a
 * tracer that is a process of its own, and allocations, by a library that was
 * preloaded. What is traced is slow, so that its times stand for nothing.
 * Not thread-safe.
 */
#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "counts_page.h"

struct counts {
	struct counts_page
		*page;    /* NULL: nothing is counted, and all but counts_init does nothing */
	int fd;           /* of the page, for a program that is started; closed by exec */
	pid_t tracer;     /* 0: none */
	bool allocations; /* whether they are counted */
	bool complete;    /* whether the tracer saw the window to its end */
};

/*
 * Have this process's allocations counted by the library: the first time,
 * starts the program anew with it preloaded. Returns where it is there, or
 * where this build has none. argv is that of `trial`.
 */
void counts_preload(int argc, char **argv);

/* Make the page, closed. 0 or -errno. */
int counts_init(struct counts *counts);

/*
 * Trace process pid from now on: all its threads, with_children also those of
 * the processes that it has forked, and whatever these start. It must be at
 * rest, each thread in a system call. 0 or -errno; -EPERM where this machine does not
 * allow it, or pid is traced already.
 */
int counts_trace(struct counts *counts, pid_t pid, bool with_children);

/* Why counts_trace failed, for a person. */
const char *counts_lack(int err);

/* The window: what happens between the two counts. Neither makes a system call. */
void counts_open(struct counts *counts);
void counts_close(struct counts *counts);

/* Stop tracing; everything that was traced goes on. */
void counts_stop(struct counts *counts);

/* Count this process's allocations in the page of fd, which is closed, as a server that was started
 * is told to. */
void counts_adopt(int fd);

/*
 * Add "counted", "system_calls" and "allocations" to a trial's object; share of
 * what was counted. What was not counted is null.
 */
void counts_add(const struct counts *counts, double share, json_t *trial);

/* Undo counts_init. */
void counts_free(struct counts *counts);

#endif
