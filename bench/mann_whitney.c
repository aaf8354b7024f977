/* SPDX-License-Identifier: MIT */
#include "hypothesis.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

enum {
	EXACT_MAX = 50, /* values a side whose arrangements are counted, C(100, 50) < 2^128 */
	EXACT_TIED_MAX =
		200 /* the same with ties, where it takes the square of values x smaller side */
};

/* Both sides in one order. */
struct ranks {
	size_t nx, ny;
	struct pooled {
		double value;
		bool of_y;
		size_t twice; /* its rank, the mean of those that tie; twice, to be whole */
	} * all;
	size_t twice_y; /* the sum of y's */
	double ties;    /* sum of t^3 - t over the groups of t that tie */
};

static int by_value(const void *left, const void *right)
{
	const struct pooled *a = left, *b = right;

	return (a->value > b->value) - (a->value < b->value);
}

/* Rank the group of equals that begins at first; returns its end. */
static size_t rank_group(struct ranks *ranks, size_t first)
{
	size_t end = first, n = ranks->nx + ranks->ny;

	while (end < n && ranks->all[end].value == ranks->all[first].value)
		end++;
	double size = (double)(end - first);
	ranks->ties += size * size * size - size;
	for (size_t i = first; i < end; i++) {
		ranks->all[i].twice = first + end + 1;
		ranks->twice_y += ranks->all[i].of_y ? ranks->all[i].twice : 0;
	}
	return end;
}

/* To be freed with free(ranks->all). */
static int ranks_init(struct ranks *ranks, const double *x, size_t nx, const double *y, size_t ny)
{
	if (nx == 0 || ny == 0)
		return -EINVAL;
	*ranks = (struct ranks){ .nx = nx, .ny = ny };
	for (size_t i = 0; i < nx + ny; i++)
		if (isnan(i < nx ? x[i] : y[i - nx]))
			return -EINVAL;
	ranks->all = calloc(nx + ny, sizeof *ranks->all); /* NOLINT: neither is 0 */
	if (!ranks->all)
		return -ENOMEM;
	for (size_t i = 0; i < nx + ny; i++)
		ranks->all[i] = (struct pooled){ i < nx ? x[i] : y[i - nx], i >= nx, 0 };
	qsort(ranks->all, nx + ny, sizeof *ranks->all, by_value);
	for (size_t i = 0; i < nx + ny;)
		i = rank_group(ranks, i);
	return 0;
}

/*
 * P(U <= k) for k up to half of nx ny, without ties, to be freed; NULL without memory. The numbers
 * of arrangements are the coefficients of the Gaussian binomial, the product over i up to nx of
 * (1 - q^(ny + i)) / (1 - q^i). They fit 128 bits, and what wraps on the way wraps back.
 */
static double *distribution(size_t nx, size_t ny)
{
	size_t few = nx < ny ? nx : ny, many = nx < ny ? ny : nx, half = nx * ny / 2;
	unsigned __int128 *counts = calloc(half + 1, sizeof *counts), sum = 0;
	double *chances = calloc(half + 1, sizeof *chances), all = 1;

	if (!counts || !chances) {
		free(counts);
		free(chances);
		return NULL;
	}
	counts[0] = 1;
	for (size_t i = 1; i <= few; i++) {
		for (size_t k = half; k >= many + i; k--)
			counts[k] -= counts[k - many - i];
		for (size_t k = i; k <= half; k++)
			counts[k] += counts[k - i];
		all = all * (double)(many + i) / (double)i;
	}
	for (size_t k = 0; k <= half; k++)
		chances[k] = (double)(sum += counts[k]) / all;
	free(counts);
	return chances;
}

/* The chances of a U that is at least, and at most, the one that was seen. */
struct tails {
	double least, most;
};

static int count_untied(const struct ranks *ranks, size_t u, struct tails *tails)
{
	size_t pairs = ranks->nx * ranks->ny;
	size_t near = u < pairs - u ? u : pairs - u; /* the distribution is symmetric */
	double *chances = distribution(ranks->nx, ranks->ny);

	if (!chances)
		return -ENOMEM;
	double inner = chances[near], outer = near == 0 ? 1 : 1 - chances[near - 1];
	*tails = near == u ? (struct tails){ outer, inner } : (struct tails){ inner, outer };
	free(chances);
	return 0;
}

/*
 * How many ways there are to choose so many of all ranks with each sum below size: those of k
 * ranks are at counts[k * size]. To be freed; NULL without memory.
 */
static uint64_t *count_sums(const struct ranks *ranks, size_t chosen, size_t size)
{
	uint64_t *counts = calloc((chosen + 1) * size, sizeof *counts);

	if (!counts)
		return NULL;
	counts[0] = 1;
	for (size_t i = 0; i < ranks->nx + ranks->ny; i++) {
		size_t rank = ranks->all[i].twice;
		for (size_t k = i < chosen ? i + 1 : chosen; k > 0; k--)
			for (size_t sum = rank; sum < size; sum++)
				counts[k * size + sum] += counts[(k - 1) * size + sum - rank];
	}
	return counts;
}

/* By the ranks of the smaller side, whose sums are fewer. */
static int count_tied(const struct ranks *ranks, struct tails *tails)
{
	size_t n = ranks->nx + ranks->ny;
	bool of_y = ranks->ny <= ranks->nx;
	size_t chosen = of_y ? ranks->ny : ranks->nx, size = chosen * 2 * n + 1;
	size_t seen = of_y ? ranks->twice_y : n * (n + 1) - ranks->twice_y;
	uint64_t *counts = count_sums(ranks, chosen, size), all = 0, least = 0, most = 0;

	if (!counts)
		return -ENOMEM;
	for (size_t sum = 0; sum < size; sum++) {
		uint64_t count = counts[chosen * size + sum];
		all += count;
		least += sum >= seen ? count : 0;
		most += sum <= seen ? count : 0;
	}
	free(counts);
	double upper = (double)least / (double)all, lower = (double)most / (double)all;
	*tails = of_y ? (struct tails){ upper, lower } : (struct tails){ lower, upper };
	return 0;
}

/* P(U >= u) of the normal approximation, half a step allowed for its being whole. */
static double normal_tail(double nx, double ny, double ties, double u)
{
	double n = nx + ny;
	double variance = nx * ny / 12 * (n + 1 - ties / (n * (n - 1)));

	return variance > 0 ? erfc((u - nx * ny / 2 - 0.5) / sqrt(2 * variance)) / 2 : 1;
}

int mann_whitney(
	const double *x, size_t nx, const double *y, size_t ny, struct mann_whitney *result)
{
	struct ranks ranks;
	struct tails tails;
	int err = ranks_init(&ranks, x, nx, y, ny);

	if (err)
		return err;
	bool tied = ranks.ties > 0, exact = false;
	double u = (double)(ranks.twice_y - ny * (ny + 1)) / 2;
	if (tied ? (nx + ny) * (nx < ny ? nx : ny) <= EXACT_TIED_MAX
		 : nx <= EXACT_MAX && ny <= EXACT_MAX) {
		exact = true;
		err = tied ? count_tied(&ranks, &tails) : count_untied(&ranks, (size_t)u, &tails);
	} else {
		tails.least = normal_tail((double)nx, (double)ny, ranks.ties, u);
		tails.most = normal_tail(
			(double)nx, (double)ny, ranks.ties, (double)nx * (double)ny - u);
	}
	free(ranks.all);
	if (!err)
		*result = (struct mann_whitney){ u, fmin(1, 2 * fmin(tails.least, tails.most)),
			tails.least, exact };
	return err;
}

/*
 * The greatest k for which the k-th smallest to the k-th largest difference cover at least wanted,
 * or 1 where none does, and their coverage: 1 - 2 P(U < k). Ties only make it greater.
 */
static int shift_rank(size_t nx, size_t ny, double wanted, size_t *rank, double *coverage)
{
	bool exact = nx <= EXACT_MAX && ny <= EXACT_MAX;
	double *chances = exact ? distribution(nx, ny) : NULL;
	double pairs = (double)nx * (double)ny;

	if (exact && !chances)
		return -ENOMEM;
	*rank = 0;
	do {
		double k = (double)*rank;
		double below = exact ? chances[*rank]
				     : normal_tail((double)nx, (double)ny, 0, pairs - k);
		if (*rank > 0 && 1 - 2 * below < wanted)
			break;
		*coverage = fmax(0, 1 - 2 * below);
	} while (++*rank < (nx * ny + 1) / 2);
	free(chances);
	return 0;
}

/* The caller frees *differences, which are in no order. */
static int all_differences(
	const double *x, size_t nx, const double *y, size_t ny, double **differences)
{
	bool known = true;

	*differences = calloc(nx, ny * sizeof **differences);
	if (!*differences)
		return -ENOMEM;
	for (size_t i = 0; i < nx * ny; i++) {
		(*differences)[i] = y[i % ny] - x[i / ny];
		known = known && !isnan((*differences)[i]);
	}
	if (known)
		return 0;
	free(*differences);
	return -EINVAL;
}

/* The k-th smallest, from 0, of n: Hoare's FIND, which leaves values in another order. */
static double find(double *values, size_t n, size_t k)
{
	ptrdiff_t low = 0, high = (ptrdiff_t)n - 1, wanted = (ptrdiff_t)k;

	while (low < high) {
		double pivot = values[wanted];
		ptrdiff_t i = low, j = high;
		while (i <= j) {
			while (values[i] < pivot)
				i++;
			while (pivot < values[j])
				j--;
			if (i > j)
				break;
			double moved = values[i];
			values[i++] = values[j];
			values[j--] = moved;
		}
		if (j < wanted)
			low = i;
		if (wanted < i)
			high = j;
	}
	return values[k];
}

int hodges_lehmann_shift(const double *x, size_t nx, const double *y, size_t ny, double wanted,
	double *shift, struct interval *interval)
{
	double *all, confidence;
	size_t n = nx * ny, rank;

	if (n == 0 || !(wanted > 0 && wanted < 1))
		return -EINVAL;
	int err = all_differences(x, nx, y, ny, &all);
	if (err)
		return err;
	err = shift_rank(nx, ny, wanted, &rank, &confidence);
	if (!err) {
		*shift = find(all, n, (n - 1) / 2) / 2 + find(all, n, n / 2) / 2;
		*interval = (struct interval){ find(all, n, rank - 1), find(all, n, n - rank),
			confidence };
	}
	free(all);
	return err;
}

int hodges_lehmann(const double *values, size_t n, double *center)
{
	size_t count = n * (n + 1) / 2, at = 0;
	double *means = n > 0 ? calloc(count, sizeof *means) : NULL;

	if (n == 0)
		return -EINVAL;
	if (!means)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		for (size_t k = i; k < n; k++)
			means[at++] = values[i] / 2 + values[k] / 2;
	int err = stats_median(means, count, center);
	free(means);
	return err;
}
