/* SPDX-License-Identifier: MIT */
#ifndef BENCH_HYPOTHESIS_H
#define BENCH_HYPOTHESIS_H

/*
 * Whether two sets of trials differ, and by how much. A value is one trial's,
 * never one request's. All are thread-safe and leave their input as it is; they
 * return 0, -EINVAL where a value is NAN or there are too few, or -ENOMEM, and
 * store nothing on an error.
 */
#include <stdbool.h>
#include <stddef.h>

#include "stats.h"

/*
 * The exact sign test of "the median is not above `than`" against "it is": the
 * one-sided p. Values equal to `than` count against the difference, so that p is
 * never too small. n >= 1.
 */
int sign_test_above(const double *values, size_t n, double than, double *p);

/* The smallest number of values for which sign_test_above can give p <= alpha: 2^-n <= alpha. */
size_t sign_test_least(double alpha);

struct mann_whitney {
	double u;         /* pairs with y > x, those with y = x half */
	double p;         /* two-sided */
	double p_greater; /* one-sided: y tends to be greater than x */
	bool exact;       /* by counting all arrangements; else by the normal approximation */
};

/*
 * The test of Mann and Whitney (Wilcoxon's rank sum) that x and y come from one
 * distribution. Exact where both are at most 50 and no values tie, or where some
 * do and (nx + ny) * min(nx, ny) <= 200, which is 10 and 10 (all arrangements of
 * the midranks are counted); else normal with the correction for ties and for
 * continuity. nx, ny >= 1.
 */
int mann_whitney(
	const double *x, size_t nx, const double *y, size_t ny, struct mann_whitney *result);

/*
 * The shift of y over x of Hodges and Lehmann, the median of all differences
 * y - x, and the distribution-free interval that the Mann-Whitney test inverts
 * to; its confidence is the one it has, at least wanted where n allows, and with
 * ties it covers no less. Exact where both are at most 50, else by the normal
 * approximation. Of logarithms it is that of a ratio. -EINVAL, too, where both
 * have the same infinity.
 */
int hodges_lehmann_shift(const double *x, size_t nx, const double *y, size_t ny, double wanted,
	double *shift, struct interval *interval);

/* The same of one set: the median of the means of all pairs, each with itself included. n >= 1. */
int hodges_lehmann(const double *values, size_t n, double *center);

/*
 * Adjust n p-values for their number: adjusted[i] <= alpha is the verdict of p[i].
 * Holm keeps the chance of any false one below alpha; Benjamini and Hochberg the
 * share of false ones among all that are found. adjusted may be p itself.
 */
int adjust_holm(const double *p, size_t n, double *adjusted);
int adjust_benjamini_hochberg(const double *p, size_t n, double *adjusted);

/* The interval of Clopper and Pearson for a rate of which `hits` of n were seen. n >= 1. */
int rate_interval(size_t hits, size_t n, double wanted, struct interval *interval);

#endif
