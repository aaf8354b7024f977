/* SPDX-License-Identifier: MIT */
#include "arrivals.h"

#include <math.h>

/* From the number of the arrival, so that gaps that are no whole ns add up to no drift. */
static int64_t constant_ns(const struct arrivals *arrivals)
{
	__uint128_t place = (__uint128_t)arrivals->count * arrivals->shares + arrivals->share;

	return arrivals->start_ns + (int64_t)(place * 1000000000 / arrivals->rate_per_s);
}

/* Above 0, so that its logarithm is finite; at most 1. */
static double uniform(struct rng *rng)
{
	return (double)((rng_next(rng) >> 11) + 1) * 0x1p-53;
}

static int64_t poisson_ns(struct arrivals *arrivals)
{
	double mean_ns = 1e9 * arrivals->shares / (double)arrivals->rate_per_s;

	arrivals->offset_ns -= log(uniform(&arrivals->rng)) * mean_ns;
	return arrivals->start_ns + (int64_t)arrivals->offset_ns;
}

static void set_next(struct arrivals *arrivals)
{
	arrivals->next_ns = arrivals->poisson ? poisson_ns(arrivals) : constant_ns(arrivals);
}

void arrivals_init(struct arrivals *arrivals, uint64_t rate_per_s, bool poisson, uint64_t seed,
	unsigned share, unsigned shares, int64_t start_ns)
{
	struct rng seeds;

	*arrivals = (struct arrivals){ .next_ns = INT64_MAX,
		.start_ns = start_ns,
		.rate_per_s = rate_per_s,
		.share = share,
		.shares = shares,
		.poisson = poisson };
	if (rate_per_s == 0)
		return;
	rng_seed(&seeds, seed);
	for (unsigned i = 0; i < share; i++)
		rng_next(&seeds);
	rng_seed(&arrivals->rng, rng_next(&seeds));
	set_next(arrivals);
}

void arrivals_next(struct arrivals *arrivals)
{
	if (arrivals->rate_per_s == 0)
		return;
	arrivals->count++;
	set_next(arrivals);
}
