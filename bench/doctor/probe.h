/* SPDX-License-Identifier: MIT */
#ifndef DOCTOR_PROBE_H
#define DOCTOR_PROBE_H

/*
 * Who else uses the CPUs: on each that this process may use, a pinned thread does
 * nothing but read the clock. When it was away for longer than the threshold,
 * something else ran there: another process, an interrupt, or another guest of the
 * same host, which no counter of this machine shows but its steal time.
 */
#include <stdint.h>
#include <stdio.h>

enum { PROBE_THRESHOLD_NS = 50000 };

struct probe {
	double seconds;     /* how long it looked */
	int cpus;           /* how many it looked at; 0: no thread could be started */
	int worst_cpu;      /* that lost the most time */
	uint64_t gaps;      /* there, above the threshold */
	int64_t longest_ns; /* of them */
	double lost_share;  /* of its time, all of them together */
	double steal_share; /* of all CPUs' time, by the host; NAN: unknown */
};

/* Look for that long; takes that long. Not thread-safe with itself, as it would see itself. */
void probe_run(double seconds, struct probe *probe);

/* Ticks of all CPUs so far, and those that the host gave to others. */
struct steal {
	uint64_t total, stolen;
};

/* Read a /proc/stat. 0, or -EINVAL where it has no steal time. */
int steal_read(FILE *stat, struct steal *steal);

/* The share between two of them, or NAN where no time has passed. */
double steal_share(const struct steal *before, const struct steal *after);

#endif
