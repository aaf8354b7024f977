/* SPDX-License-Identifier: MIT */
#ifndef BENCH_STATS_H
#define BENCH_STATS_H

/*
 * Statistics of a cell's trials. A value is one trial's, never one request's.
 * All are thread-safe, work on a sorted copy and leave their input as it is.
 */
#include <stddef.h>

struct interval {
	double low, high;
	double confidence; /* the chance that it covers, 0 to 1 */
};

/*
 * A copy of the values, the least first, for the caller to free. 0; -EINVAL
 * when one is NAN, which has no place in an order; -ENOMEM.
 */
int stats_sorted(const double *values, size_t n, double **sorted);

/*
 * The median; of an even number of values, the mean of the middle two.
 * 0; -EINVAL when n is 0 or a value is NAN; -ENOMEM.
 */
int stats_median(const double *values, size_t n, double *median);

/*
 * A confidence interval of the median that assumes nothing of the values'
 * distribution but that they are independent: the k-th smallest to the k-th
 * largest value, for the greatest k whose binomial coverage
 * 1 - 2 P(X < k), X ~ B(n, 1/2), is at least wanted (0.95, say). Steps of k
 * being coarse, interval->confidence tells the coverage of this one.
 *
 * Where even the smallest and largest value cover less than wanted (n < 6 for
 * 0.95), it is from the one to the other, and confidence is less than wanted.
 *
 * 0; -EINVAL when n is 0 or 1, wanted not between 0 and 1, or a value NAN;
 * -ENOMEM. Nothing is stored on an error.
 *
 * J.-Y. Le Boudec, Performance Evaluation of Computer and Communication
 * Systems, 2010, chapter 2; W. J. Conover, Practical Nonparametric Statistics,
 * 3rd ed., 1999, section 3.2. Some tables drop one more value at one end where
 * the coverage allows it (n = 50: 18th to 32nd); the ranks here are symmetric,
 * so that neither end is favoured.
 */
int stats_median_interval(const double *values, size_t n, double wanted, struct interval *interval);

#endif
