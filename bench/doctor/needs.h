/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_NEEDS_H
#define DOCTOR_NEEDS_H

/* What a profile asks of a machine's limits, read off its cells. */
#include <stdint.h>

struct profile;

struct needs {
	uint64_t descriptors; /* in one process */
	uint64_t tasks;       /* threads or processes at once, where a model takes one a task */
	uint64_t mappings;    /* of memory, where each task's stack has a guard */
};

/* Thread-safe. */
struct needs needs_of(const struct profile *profile);

#endif
