/* SPDX-License-Identifier: MIT */
#ifndef BENCH_CPUS_H
#define BENCH_CPUS_H

/* Which CPUs this process may use, and how --pin shares them out. */
#include <sched.h>

#include "../models/cpus.h"

struct cpus {
	cpu_set_t model, origin; /* disjoint */
};

/*
 * Share out the CPUs this process may run on: a quarter of them, at least one,
 * to the origin and the harness, the rest to the model. 0, or -ENODEV where
 * there is only one.
 */
int cpus_split(struct cpus *cpus);

#endif
