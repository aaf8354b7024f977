/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_EDIVISIVE_H
#define HISTORY_EDIVISIVE_H

/*
 * Where the distribution of a series of numbers changes: E-divisive with its
 * permutation test, distances to the power of alpha = 1. D. S. Matteson and
 * N. A. James, A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data, Journal of the American Statistical Association 109(505),
 * 2014. It assumes that the values between two changes are independent and of
 * one distribution, whatever that is. Thread-safe.
 */
#include <stddef.h>
#include <stdint.h>

struct edivisive_options {
	size_t least;          /* values between two changes, 2 or more */
	double significance;   /* a change is one whose p is at most this */
	unsigned permutations; /* of each test: no p is below 1 / (permutations + 1) */
	uint64_t seed;         /* the same one gives the same changes */
};

struct edivisive_change {
	size_t at;        /* the first value of the new distribution */
	double statistic; /* the scaled energy distance between what is before and after, Q */
	double p;
};

/*
 * Of all ways to cut values[0..n) at `at` and to end it at some later place, each
 * side having at least `least` values: the greatest Q, and in *at where that cut
 * is (the first of several). -1 where n is too small for a cut.
 * 0, -EINVAL (least < 2, a value that is not finite) or -ENOMEM.
 */
int edivisive_split(const double *values, size_t n, size_t least, size_t *at, double *statistic);

/*
 * Find the changes of values[0..n), in their order; there is room for n / least.
 * Takes O(n^2) memory, and O(n^2) time a permutation. 0, -EINVAL or -ENOMEM.
 */
int edivisive(const double *values, size_t n, const struct edivisive_options *options,
	struct edivisive_change *changes, size_t *count);

#endif
