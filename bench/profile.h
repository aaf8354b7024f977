/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PROFILE_H
#define BENCH_PROFILE_H

/* Named selections of cells, sized for a purpose. */
#include <stdint.h>

/* As a concurrency: as many as there are CPUs. */
enum { PROFILE_CORES = 0 };

enum { PROFILE_POINTS = 6 };

/* One workload of a profile. Every model does the same tasks. */
struct profile_row {
	const char *workload;  /* NULL ends the rows */
	const char *params[4]; /* NAME=VALUE, where not the default */
	struct {
		unsigned concurrency;
		uint64_t tasks;    /* 0 ends the points */
		int whole_process; /* hyperfine times it too */
	} points[PROFILE_POINTS];
};

struct profile {
	const char *name, *summary;
	unsigned trials;
	unsigned whole_process_rounds;
	const struct profile_row *rows;
};

/* Closed by a row without a name. */
extern const struct profile profiles[];

/* The profile of that name, or NULL. */
const struct profile *profile_find(const char *name);

#endif
