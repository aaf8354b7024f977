/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_CEILING_H
#define WORKLOADS_CEILING_H

/* What keeps a program from starting one task more: the limits of the system, as /proc tells. */
#include <stddef.h>
#include <stdint.h>

struct ceiling {
	const char *name; /* "kernel.pid_max"; NULL: none is near */
	const char *unit; /* "", " KiB" */
	uint64_t used, limit;
};

/*
 * Of the limits on processes, threads, mappings and memory the one that is
 * most used up, if it is by nine tenths. To be asked while the tasks that
 * were started are still alive.
 */
struct ceiling ceiling_nearest(void);

/*
 * For a person: how many were alive when starting another failed with err, a
 * -errno, and what imposed it: "32600 alive, then: Resource temporarily
 * unavailable (kernel.pid_max is 32768)".
 */
void ceiling_tell(const struct ceiling *ceiling, uint64_t alive, int err, char *text, size_t size);

#endif
