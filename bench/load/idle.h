/* SPDX-License-Identifier: MIT */
#ifndef LOAD_IDLE_H
#define LOAD_IDLE_H

/* How idle the CPUs were that the generator did not use, from /proc/stat. */
#include <sched.h>
#include <stdint.h>

struct idle {
	cpu_set_t cpus; /* that are looked at */
	int left;       /* of these, how many are not the generator's */
	int64_t start_ns, start_ticks;
};

/*
 * Begin to look at the CPUs of the server; where cpus is NULL at those that this
 * process may use, of which the generator's threads take one each.
 */
void idle_begin(struct idle *idle, const cpu_set_t *cpus, unsigned threads);

/* The share of the time that these CPUs were idle, up to 1; NAN where it cannot be told. */
double idle_end(const struct idle *idle);

#endif
