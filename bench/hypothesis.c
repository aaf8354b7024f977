/* SPDX-License-Identifier: MIT */
#include "hypothesis.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* ln of P(X = k), X ~ B(n, rate), 0 < rate < 1. */
static double log_chance(size_t n, size_t k, double rate)
{
	int sign;

	return lgamma_r((double)n + 1, &sign) - lgamma_r((double)k + 1, &sign) -
		lgamma_r((double)(n - k) + 1, &sign) + (double)k * log(rate) +
		(double)(n - k) * log1p(-rate);
}

/*
 * P(X >= k), X ~ B(n, rate), k >= 1: the smaller of the two tails is summed, from its greatest
 * term outwards, and of the other it is what is left.
 */
static double chance_of_at_least(size_t n, size_t k, double rate)
{
	double odds = rate / (1 - rate);
	bool upper = (double)k > (double)n * rate;
	size_t i = upper ? k : k - 1;
	double term = exp(log_chance(n, i, rate)), sum = term;

	while (term > sum * 1e-18 && (upper ? i < n : i > 0)) {
		term *= upper ? (double)(n - i) / (double)(i + 1) * odds
			      : (double)i / (double)(n - i + 1) / odds;
		sum += term;
		i += upper ? 1 : -1;
	}
	sum = fmin(sum, 1);
	return upper ? sum : 1 - sum;
}

int sign_test_above(const double *values, size_t n, double than, double *p)
{
	size_t above = 0;

	if (n == 0 || isnan(than))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		if (isnan(values[i]))
			return -EINVAL;
		above += values[i] > than;
	}
	*p = above == 0 ? 1 : chance_of_at_least(n, above, 0.5);
	return 0;
}

size_t sign_test_least(double alpha)
{
	size_t n = 1;

	while (n < 1075 && !(ldexp(1, -(int)n) <= alpha)) /* 2^-1075 is 0 */
		n++;
	return n;
}

/* A p-value and where it stood. */
struct place {
	double p;
	size_t i;
};

static int by_p(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	return (a->p > b->p) - (a->p < b->p);
}

/* The p-values in order, to be freed; the least first. */
static int in_order(const double *p, size_t n, struct place **places)
{
	for (size_t i = 0; i < n; i++)
		if (!(p[i] >= 0 && p[i] <= 1))
			return -EINVAL;
	*places = calloc(n ? n : 1, sizeof **places);
	if (!*places)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		(*places)[i] = (struct place){ p[i], i };
	qsort(*places, n, sizeof **places, by_p);
	return 0;
}

int adjust_holm(const double *p, size_t n, double *adjusted)
{
	struct place *places;
	double most = 0;
	int err = in_order(p, n, &places);

	if (err)
		return err;
	for (size_t k = 0; k < n; k++) {
		most = fmax(most, fmin(1, (double)(n - k) * places[k].p));
		adjusted[places[k].i] = most;
	}
	free(places);
	return 0;
}

int adjust_benjamini_hochberg(const double *p, size_t n, double *adjusted)
{
	struct place *places;
	double least = 1;
	int err = in_order(p, n, &places);

	if (err)
		return err;
	for (size_t k = n; k-- > 0;) {
		least = fmin(least, (double)n / (double)(k + 1) * places[k].p);
		adjusted[places[k].i] = least;
	}
	free(places);
	return 0;
}

/* The rate at which at least k of n are seen with this chance, which grows with the rate. */
static double rate_of(size_t n, size_t k, double chance)
{
	double low = 0, high = 1, middle;

	while ((middle = low / 2 + high / 2) > low && middle < high)
		*(chance_of_at_least(n, k, middle) < chance ? &low : &high) = middle;
	return high;
}

int rate_interval(size_t hits, size_t n, double wanted, struct interval *interval)
{
	if (n == 0 || hits > n || !(wanted > 0 && wanted < 1))
		return -EINVAL;
	double tail = (1 - wanted) / 2;
	interval->low = hits == 0 ? 0 : rate_of(n, hits, tail);
	interval->high = hits == n ? 1 : rate_of(n, hits + 1, 1 - tail);
	interval->confidence = wanted;
	return 0;
}
