/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LAUNCH_H
#define BENCH_LAUNCH_H

/* Run a program as a process group of its own, with a time limit, and read what it prints. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

struct launched {
	int status;           /* as wait4 gives it */
	bool timed_out;       /* killed at the limit */
	bool interrupted;     /* killed because *stop was set */
	char *output;         /* its stdout, with a 0 at the end; to be freed */
	struct rusage usage;  /* of it and of its children that it waited for */
	long peak_memory_kib; /* PSS, summed over its processes; -1 when none was read */
};

/*
 * Run argv (argv[0] is looked up in PATH) to its end, or to time_limit_s, or until *stop is set (by
 * a signal handler). When this returns no process of the group is left. With sample_memory its
 * memory is read from time to time (see docs/method.md). 0 or -errno: then it was not started.
 */
int launch(char *const argv[], double time_limit_s, bool sample_memory, const volatile int *stop,
	struct launched *result);

/*
 * Memory of pid and all that come from it in KiB, shared pages counted in
 * proportion (PSS), without the origin; -1 where /proc does not tell. Of many
 * children only some are read and the rest reckoned from their mean, as reading
 * all would slow what is measured.
 */
long memory_kib(pid_t pid);

/*
 * The same without the pages of files, whose share in it changes with how many
 * others run the same program or use the same libraries.
 */
long memory_of_its_own_kib(pid_t pid);

#endif
