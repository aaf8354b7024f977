/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COUNTS_PAGE_H
#define BENCH_COUNTS_PAGE_H

/*
 * Where everybody who counts does so: the tracer, and the allocator's stand-in
 * (bench/preload/allocations.c) in each process that is counted. In shared memory.
 */
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>

struct counts_page {
	atomic_bool open; /* whether what happens now counts */
	alignas(64) atomic_ulong system_calls;
	alignas(64) atomic_ulong allocations;
};

/* From now on count this process's allocations, and those of what it forks, there. */
void allocations_count_in(struct counts_page *page);

#endif
