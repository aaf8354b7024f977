/* SPDX-License-Identifier: MIT */
#include "../bench/rng.h"
#include "../bench/stats.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static double values[10000];

/* The values 1 .. n in random order: a value is its own rank. */
static void fill_ranks(size_t n)
{
	struct rng rng;

	for (size_t i = 0; i < n; i++)
		values[i] = (double)i + 1;
	rng_seed(&rng, n);
	rng_shuffle(&rng, values, n, sizeof *values);
}

static void check_median(const double *of, size_t n, double expected)
{
	double median = -1;

	assert_int_equal(stats_median(of, n, &median), 0);
	assert_true(median == expected);
}

static void median_of_odd_and_even(void **state)
{
	(void)state;
	check_median((double[]){ 4 }, 1, 4);
	check_median((double[]){ 4, 1 }, 2, 2.5);
	check_median((double[]){ 9, -3, 5 }, 3, 5);
	check_median((double[]){ 8, 2, 100, 4 }, 4, 6);
	check_median((double[]){ 1, 1, 1, 7, 1 }, 5, 1);
	check_median((double[]){ 1e308, 1.5e308 }, 2, 1.25e308);
	check_median((double[]){ INFINITY, 1, 2 }, 3, 2);
	fill_ranks(9999);
	check_median(values, 9999, 5000);
	fill_ranks(10000);
	check_median(values, 10000, 5000.5);
}

static void input_is_left_as_it_is(void **state)
{
	const double before[] = { 3, 1, 2 };
	double array[] = { 3, 1, 2 };
	double median;
	struct interval interval;

	(void)state;
	assert_int_equal(stats_median(array, 3, &median), 0);
	assert_int_equal(stats_median_interval(array, 3, 0.95, &interval), 0);
	assert_memory_equal(array, before, sizeof before);
}

static void bad_input_is_refused_and_stores_nothing(void **state)
{
	const double with_nan[] = { 1, NAN, 2 }, good[] = { 1, 2, 3 };
	struct interval interval = { -7, -7, -7 };
	double median = -7;

	(void)state;
	assert_int_equal(stats_median(good, 0, &median), -EINVAL);
	assert_int_equal(stats_median(with_nan, 3, &median), -EINVAL);
	assert_int_equal(stats_median_interval(good, 0, 0.95, &interval), -EINVAL);
	assert_int_equal(stats_median_interval(good, 1, 0.95, &interval), -EINVAL);
	assert_int_equal(stats_median_interval(good, 3, 0, &interval), -EINVAL);
	assert_int_equal(stats_median_interval(good, 3, 1, &interval), -EINVAL);
	assert_int_equal(stats_median_interval(good, 3, 95, &interval), -EINVAL);
	assert_int_equal(stats_median_interval(good, 3, NAN, &interval), -EINVAL);
	assert_int_equal(stats_median_interval(with_nan, 3, 0.95, &interval), -EINVAL);
	assert_true(median == -7);
	assert_true(interval.low == -7 && interval.high == -7 && interval.confidence == -7);
}

/*
 * Ranks and coverage from whole-number binomials (Python's math.comb and
 * fractions, rounded at the end), by the rule of Conover, section 3.2. Up to
 * n = 20 they are the symmetric ranks that textbooks print.
 */
static const struct {
	size_t n;
	double wanted;
	double low, high, coverage;
} ranks[] = {
	{ 2, 0.95, 1, 2, 0.5 },
	{ 3, 0.95, 1, 3, 0.75 },
	{ 4, 0.95, 1, 4, 0.875 },
	{ 5, 0.95, 1, 5, 0.9375 },
	{ 6, 0.95, 1, 6, 0.96875 },
	{ 7, 0.95, 1, 7, 0.984375 },
	{ 8, 0.95, 1, 8, 0.9921875 },
	{ 9, 0.95, 2, 8, 0.9609375 },
	{ 10, 0.95, 2, 9, 0.978515625 },
	{ 11, 0.95, 2, 10, 0.98828125 },
	{ 12, 0.95, 3, 10, 0.96142578125 },
	{ 15, 0.95, 4, 12, 0.96484375 },
	{ 20, 0.95, 6, 15, 0.958610534667969 },
	{ 30, 0.95, 10, 21, 0.957226054742932 },
	{ 50, 0.95, 18, 33, 0.967160862435732 },
	{ 70, 0.95, 27, 44, 0.958608571326085 },
	{ 100, 0.95, 40, 61, 0.964799799782295 },
	{ 1000, 0.95, 469, 532, 0.953708802639502 },
	{ 1001, 0.95, 470, 532, 0.950015476497246 },
	{ 10000, 0.95, 4902, 5099, 0.951167050103618 },
	{ 8, 0.99, 1, 8, 0.9921875 },
	{ 10, 0.99, 1, 10, 0.998046875 },
	{ 20, 0.99, 4, 17, 0.997423171997070 },
	{ 100, 0.99, 37, 64, 0.993362879484074 },
	{ 10000, 0.99, 4871, 5130, 0.990405841874164 },
	{ 10000, 0.999, 4835, 5166, 0.999067955584780 },
	/* Reached exactly is reached. */
	{ 5, 0.9375, 1, 5, 0.9375 },
	{ 6, 0.78125, 2, 5, 0.78125 },
	{ 10, 0.978515625, 2, 9, 0.978515625 },
	/* No narrower than the middle two, or the three round the middle one. */
	{ 10, 1e-9, 5, 6, 0.24609375 },
	{ 9, 1e-9, 4, 6, 0.4921875 },
};

static void interval_has_the_exact_ranks_and_coverage(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
		struct interval got;
		fill_ranks(ranks[i].n);
		assert_int_equal(
			stats_median_interval(values, ranks[i].n, ranks[i].wanted, &got), 0);
		assert_true(got.low == ranks[i].low);
		assert_true(got.high == ranks[i].high);
		assert_true(fabs(got.confidence - ranks[i].coverage) < 1e-12);
	}
}

/* From 0 to 1, neither of them. */
static double unit(struct rng *rng)
{
	return ((double)(rng_next(rng) >> 11) + 0.5) * 0x1p-53;
}

/* Box and Muller; median 0. */
static double normal(struct rng *rng)
{
	double radius = sqrt(-2 * log(unit(rng)));

	return radius * cos(2 * M_PI * unit(rng));
}

/* Skewed, and moved so that its median is 0. */
static double exponential(struct rng *rng)
{
	return -log(unit(rng)) - log(2);
}

static void check_coverage(double (*draw)(struct rng *), size_t n)
{
	enum { SAMPLES = 2000 };
	struct interval interval;
	struct rng rng;
	int covered = 0;

	rng_seed(&rng, n);
	for (int sample = 0; sample < SAMPLES; sample++) {
		for (size_t i = 0; i < n; i++)
			values[i] = draw(&rng);
		assert_int_equal(stats_median_interval(values, n, 0.95, &interval), 0);
		covered += interval.low <= 0 && interval.high >= 0;
	}
	double sigma = sqrt(interval.confidence * (1 - interval.confidence) / SAMPLES);
	assert_true(fabs((double)covered / SAMPLES - interval.confidence) < 3 * sigma);
}

static void interval_covers_the_true_median_as_often_as_it_says(void **state)
{
	(void)state;
	check_coverage(normal, 15);
	check_coverage(normal, 4);
	check_coverage(exponential, 15);
	check_coverage(exponential, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(median_of_odd_and_even),
		cmocka_unit_test(input_is_left_as_it_is),
		cmocka_unit_test(bad_input_is_refused_and_stores_nothing),
		cmocka_unit_test(interval_has_the_exact_ranks_and_coverage),
		cmocka_unit_test(interval_covers_the_true_median_as_often_as_it_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
