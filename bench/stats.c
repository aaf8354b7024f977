/* SPDX-License-Identifier: MIT */
#include "stats.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;

	return (a > b) - (a < b);
}

int stats_sorted(const double *values, size_t n, double **sorted)
{
	for (size_t i = 0; i < n; i++)
		if (isnan(values[i]))
			return -EINVAL;
	*sorted = calloc(n, sizeof **sorted);
	if (!*sorted)
		return -ENOMEM;
	memcpy(*sorted, values, n * sizeof **sorted);
	qsort(*sorted, n, sizeof **sorted, by_value);
	return 0;
}

int stats_median(const double *values, size_t n, double *median)
{
	double *sorted;

	if (n == 0)
		return -EINVAL;
	int err = stats_sorted(values, n, &sorted);
	if (err)
		return err;
	/* Halved first, so that the sum of two huge values does not overflow. */
	*median = n % 2 ? sorted[n / 2] : sorted[n / 2 - 1] / 2 + sorted[n / 2] / 2;
	free(sorted);
	return 0;
}

/*
 * The greatest k with 1 - 2 P(X < k) >= wanted, or 1 where none has, and that
 * coverage. The binomial coefficients C(n, i) and their sum grow past any
 * double, so both are kept divided by 2^scale; 2^-n joins them at the end.
 * As long as the coefficients fit a double's 53 bits, nothing is rounded, and
 * a wanted coverage that is reached exactly counts as reached.
 */
static size_t symmetric_rank(size_t n, double wanted, double *coverage)
{
	double term = 1, sum = 1;
	int scale = 0;
	size_t k = 1;

	*coverage = 1 - 2 * ldexp(sum, -(int)n);
	while (k + 1 <= n / 2) {
		term = term * (double)(n - k + 1) / (double)k;
		sum += term;
		if (sum > 0x1p500) {
			term *= 0x1p-500;
			sum *= 0x1p-500;
			scale += 500;
		}
		double next = 1 - 2 * ldexp(sum, scale - (int)n);
		if (next < wanted)
			break;
		*coverage = next;
		k++;
	}
	return k;
}

int stats_median_interval(const double *values, size_t n, double wanted, struct interval *interval)
{
	double *sorted;

	if (n < 2 || !(wanted > 0 && wanted < 1))
		return -EINVAL;
	int err = stats_sorted(values, n, &sorted);
	if (err)
		return err;
	size_t k = symmetric_rank(n, wanted, &interval->confidence);
	interval->low = sorted[k - 1];
	interval->high = sorted[n - k];
	free(sorted);
	return 0;
}
