/* SPDX-License-Identifier: MIT */
#ifndef LOAD_INTERVAL_H
#define LOAD_INTERVAL_H

/*
 * The response times of one second, kept small: only the slots of a histogram
 * that are not empty. A load of hours keeps thousands of them.
 */
#include "../histogram.h"

struct interval {
	uint64_t count, overflow, sum_ns;
	int64_t min_ns, max_ns;
	unsigned used; /* slots that follow */
	struct {
		uint32_t slot;
		uint64_t count;
	} slots[];
};

/* What histogram holds, to be freed; NULL without memory. */
struct interval *interval_make(const struct histogram *histogram);

/* Add what interval holds, which may be NULL, as if recorded here. */
void interval_merge(struct histogram *into, const struct interval *interval);

#endif
