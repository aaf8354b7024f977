/* SPDX-License-Identifier: MIT */
#ifndef LOAD_ARRIVALS_H
#define LOAD_ARRIVALS_H

/*
 * When the requests of an open loop are to start: at constant gaps, or as a
 * Poisson process, whose gaps are exponential. A cursor, so that requests that
 * wait take no memory. For one thread.
 */
#include <stdbool.h>
#include <stdint.h>

#include "../rng.h"

struct arrivals {
	int64_t next_ns; /* the arrival at the cursor; INT64_MAX when the rate is 0 */

	/* private */
	int64_t start_ns;
	uint64_t rate_per_s, count;
	unsigned share, shares;
	bool poisson;
	double offset_ns; /* of a Poisson arrival */
	struct rng rng;
};

/*
 * The arrivals of one of `shares` threads, which together make rate_per_s from
 * start_ns on: every shares-th of the constant ones, or a Poisson process of
 * its part of the rate. The same seed gives the same arrivals.
 */
void arrivals_init(struct arrivals *arrivals, uint64_t rate_per_s, bool poisson, uint64_t seed,
	unsigned share, unsigned shares, int64_t start_ns);

/* Move the cursor to the next arrival. */
void arrivals_next(struct arrivals *arrivals);

#endif
