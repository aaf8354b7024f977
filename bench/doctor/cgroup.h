/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_CGROUP_H
#define DOCTOR_CGROUP_H

/* What control groups of either version allow this process. */
#include "examine.h"

/* A limit by its files in a group's folder. */
struct cgroup_limit {
	const char *controller; /* "cpu", "memory" or "pids" */
	const char *v1, *v2;    /* the file that has it */
	const char *v1_unit;    /* a file to divide v1's number by, or NULL */
};

extern const struct cgroup_limit cgroup_cpus, cgroup_memory, cgroup_pids;

/*
 * The least of that limit over this process's group and all above it, as far as
 * they can be seen: INFINITY where there is none, NAN where nobody can tell.
 */
double cgroup_least(const struct machine *machine, const struct cgroup_limit *limit);

#endif
