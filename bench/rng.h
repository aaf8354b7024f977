/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RNG_H
#define BENCH_RNG_H

/*
 * Random numbers that a seed repeats on every machine: xoshiro256**, its state
 * filled by splitmix64 as its authors advise. D. Blackman and S. Vigna,
 * Scrambled Linear Pseudorandom Number Generators, ACM Transactions on
 * Mathematical Software 47(4), 2021; prng.di.unimi.it. Not for secrets.
 * Calls on the same generator need the caller's lock.
 */
#include <stddef.h>
#include <stdint.h>

struct rng {
	uint64_t state[4]; /* not all zero */
};

/* Start the sequence of this seed; every seed is good, 0 too. */
void rng_seed(struct rng *rng, uint64_t seed);

/* The next 64 random bits. */
uint64_t rng_next(struct rng *rng);

/*
 * A number from 0 to limit - 1, each equally likely; 0 when limit is 0.
 * D. Lemire, Fast Random Integer Generation in an Interval, ACM Transactions
 * on Modeling and Computer Simulation 29(1), 2019.
 */
uint64_t rng_below(struct rng *rng, uint64_t limit);

/*
 * Put an array of count elements of size bytes in random order, each order
 * equally likely (Fisher-Yates; D. E. Knuth, The Art of Computer Programming,
 * vol. 2, algorithm 3.4.2P).
 */
void rng_shuffle(struct rng *rng, void *array, size_t count, size_t size);

#endif
