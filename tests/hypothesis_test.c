/* SPDX-License-Identifier: MIT */
/* Edges, errors and examples done by hand; hypothesis.bats holds it against scipy. */
#include "../bench/hypothesis.h"
#include "../bench/rng.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof *(array))

static const double with_nan[] = { 1, NAN, 2 };

static bool is_near(double got, double expected)
{
	return fabs(got - expected) <= 1e-12 * fabs(expected);
}

static void sign_test_counts_what_is_above_only(void **state)
{
	const double values[] = { 1, 2, 3, 4, 5 };
	double p;

	(void)state;
	assert_int_equal(sign_test_above(values, 5, 0, &p), 0);
	assert_true(is_near(p, 1 / 32.0));
	/* The one that is equal counts against: 4 of 5, (1 + 5) / 32. */
	assert_int_equal(sign_test_above(values, 5, 1, &p), 0);
	assert_true(is_near(p, 6 / 32.0));
	assert_int_equal(sign_test_above(values, 5, 5, &p), 0);
	assert_true(p == 1);
	assert_int_equal(sign_test_above(values, 1, -INFINITY, &p), 0);
	assert_true(is_near(p, 0.5));
}

static void sign_test_is_exact_of_many(void **state)
{
	enum { MANY = 10000 };
	static double values[MANY];
	double p;

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		values[i] = (double)i;
	assert_int_equal(sign_test_above(values, 1000, -1, &p), 0);
	assert_true(fabs(log2(p) + 1000) < 1e-9);
	assert_int_equal(sign_test_above(values, MANY, -1, &p), 0);
	assert_true(p == 0); /* 2^-10000 is below every double */
	assert_int_equal(sign_test_above(values, MANY, MANY - 2, &p), 0);
	assert_true(p == 1); /* and so is what it lacks of 1 */
	/* P(X >= n / 2) is half, and half of P(X = n / 2), which is near sqrt(2 / (pi n)). */
	assert_int_equal(sign_test_above(values, MANY, MANY / 2 - 1, &p), 0);
	assert_true(fabs(p - 0.5 - sqrt(2 / (M_PI * MANY)) / 2) < 1e-6);
}

static void sign_test_needs_so_many(void **state)
{
	(void)state;
	assert_int_equal(sign_test_least(0.5), 1);
	assert_int_equal(sign_test_least(0.05), 5);
	assert_int_equal(sign_test_least(0.03125), 5);
	assert_int_equal(sign_test_least(0.03124), 6);
	assert_int_equal(sign_test_least(0.05 / 100), 11);
	assert_int_equal(sign_test_least(0), 1075);
}

/* C(6, 3) = 20 arrangements, of which the seen one is the most extreme. */
static void mann_whitney_by_hand(void **state)
{
	const double low[] = { 1, 2, 3 }, high[] = { 4, 5, 6 };
	struct mann_whitney result;

	(void)state;
	assert_int_equal(mann_whitney(low, 3, high, 3, &result), 0);
	assert_true(result.exact && result.u == 9);
	assert_true(is_near(result.p, 2 / 20.0) && is_near(result.p_greater, 1 / 20.0));
	assert_int_equal(mann_whitney(high, 3, low, 3, &result), 0);
	assert_true(result.exact && result.u == 0);
	assert_true(is_near(result.p, 2 / 20.0) && result.p_greater == 1);
	/* Of the 6 places for one among 6, U >= 2 in 4. */
	assert_int_equal(mann_whitney((double[]){ 1, 2, 4, 5, 6 }, 5, &low[2], 1, &result), 0);
	assert_true(result.u == 2 && result.p == 1 && is_near(result.p_greater, 4 / 6.0));
}

/*
 * Midranks 1.5 1.5 | 3.5 3.5: of the C(4, 2) = 6 choices of y, one has their sum, 7. Of
 * 1 | 2.5 2.5 4 with one x, y's sum is 9 for one of the 4.
 */
static void mann_whitney_with_ties_by_hand(void **state)
{
	struct mann_whitney result;

	(void)state;
	assert_int_equal(mann_whitney((double[]){ 1, 1 }, 2, (double[]){ 2, 2 }, 2, &result), 0);
	assert_true(result.exact && result.u == 4);
	assert_true(is_near(result.p, 2 / 6.0) && is_near(result.p_greater, 1 / 6.0));
	assert_int_equal(mann_whitney((double[]){ 1 }, 1, (double[]){ 2, 3, 2 }, 3, &result), 0);
	assert_true(result.exact && result.u == 3);
	assert_true(is_near(result.p, 2 / 4.0) && is_near(result.p_greater, 1 / 4.0));
}

static void equal_values_show_no_difference(void **state)
{
	static const double same[500];
	struct mann_whitney result;

	(void)state;
	for (size_t n = 1; n <= LENGTH(same); n = n * 2 + 1) {
		assert_int_equal(mann_whitney(same, n, same, LENGTH(same), &result), 0);
		assert_true(result.p == 1 && result.p_greater == 1);
		assert_true(result.u == (double)n * LENGTH(same) / 2);
	}
}

/* The differences are 2 3 3 4 4 5 5 6 7; all of them reach 1 - 2 / 20. */
static void shift_by_hand(void **state)
{
	const double x[] = { 3, 1, 2 }, y[] = { 5, 8, 6 };
	struct interval interval;
	double shift;

	(void)state;
	assert_int_equal(hodges_lehmann_shift(x, 3, y, 3, 0.9, &shift, &interval), 0);
	assert_true(shift == 4);
	assert_true(interval.low == 2 && interval.high == 7);
	assert_true(is_near(interval.confidence, 0.9));
	/* P(U < 2) = 2 of 20. */
	assert_int_equal(hodges_lehmann_shift(x, 3, y, 3, 0.8, &shift, &interval), 0);
	assert_true(interval.low == 3 && interval.high == 6);
	assert_true(is_near(interval.confidence, 0.8));
	/* Not to be had, and said. */
	assert_int_equal(hodges_lehmann_shift(x, 3, y, 3, 0.95, &shift, &interval), 0);
	assert_true(interval.low == 2 && interval.high == 7);
	assert_true(is_near(interval.confidence, 0.9));
	assert_int_equal(hodges_lehmann_shift(x, 1, y, 1, 0.95, &shift, &interval), 0);
	assert_true(shift == 2 && interval.low == 2 && interval.high == 2);
	assert_true(interval.confidence == 0);
}

/* From 0 to 1. */
static double unit(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

/* The interval covers a shift that is known, as often as it says. */
static void check_coverage(size_t nx, size_t ny)
{
	enum { SAMPLES = 1000 };
	double x[80], y[80], shift;
	struct interval interval;
	struct rng rng;
	int covered = 0;

	rng_seed(&rng, nx * 100 + ny);
	for (int sample = 0; sample < SAMPLES; sample++) {
		for (size_t i = 0; i < nx; i++)
			x[i] = unit(&rng);
		for (size_t i = 0; i < ny; i++)
			y[i] = unit(&rng) + 7;
		assert_int_equal(hodges_lehmann_shift(x, nx, y, ny, 0.9, &shift, &interval), 0);
		assert_true(interval.low <= shift && shift <= interval.high);
		covered += interval.low <= 7 && 7 <= interval.high;
	}
	double sigma = sqrt(interval.confidence * (1 - interval.confidence) / SAMPLES);
	assert_true(fabs((double)covered / SAMPLES - interval.confidence) < 3.5 * sigma);
}

static void shift_covers_as_often_as_it_says(void **state)
{
	(void)state;
	check_coverage(4, 4);
	check_coverage(7, 10);
	check_coverage(60, 20);
}

static void center_by_hand(void **state)
{
	double center;

	(void)state;
	assert_int_equal(hodges_lehmann((double[]){ 7 }, 1, &center), 0);
	assert_true(center == 7);
	/* The means are 1 2 5.5 3 6.5 10. */
	assert_int_equal(hodges_lehmann((double[]){ 1, 10, 3 }, 3, &center), 0);
	assert_true(center == (3 + 5.5) / 2);
	assert_int_equal(hodges_lehmann((double[]){ 1.5e308, 1.5e308 }, 2, &center), 0);
	assert_true(center == 1.5e308);
}

static void check_adjusted(int (*adjust)(const double *, size_t, double *), const double *p,
	const double *expected, size_t n)
{
	double adjusted[8];

	assert_int_equal(adjust(p, n, adjusted), 0);
	for (size_t i = 0; i < n; i++)
		assert_true(is_near(adjusted[i], expected[i]));
}

static void adjusted_by_hand(void **state)
{
	const double p[] = { 0.03, 0.01, 0.04, 0.5 };

	(void)state;
	check_adjusted(adjust_holm, p, (double[]){ 0.09, 0.04, 0.09, 0.5 }, 4);
	check_adjusted(adjust_benjamini_hochberg, p,
		(double[]){ 0.04 * 4 / 3, 0.04, 0.04 * 4 / 3, 0.5 }, 4);
	check_adjusted(adjust_holm, (double[]){ 0.6, 0.7 }, (double[]){ 1, 1 }, 2);
	check_adjusted(adjust_holm, p, p, 1);
	check_adjusted(adjust_benjamini_hochberg, p, p, 1);
	assert_int_equal(adjust_holm(p, 0, NULL), 0);
	assert_int_equal(adjust_benjamini_hochberg(p, 0, NULL), 0);
}

static void adjusted_in_place(void **state)
{
	double p[] = { 0.03, 0.01, 0.04, 0.5 };

	(void)state;
	assert_int_equal(adjust_holm(p, 4, p), 0);
	assert_true(is_near(p[0], 0.09) && is_near(p[1], 0.04));
	assert_true(is_near(p[2], 0.09) && is_near(p[3], 0.5));
}

/* 0 of n: 1 - (alpha / 2)^(1 / n); and the classic 0.003 .. 0.445 of 1 of 10. */
static void rate_interval_by_hand(void **state)
{
	struct interval interval;

	(void)state;
	for (size_t n = 1; n < 2000; n += 111) {
		assert_int_equal(rate_interval(0, n, 0.95, &interval), 0);
		assert_true(interval.low == 0 && interval.confidence == 0.95);
		assert_true(fabs(interval.high - -expm1(log(0.025) / (double)n)) < 1e-12);
		assert_int_equal(rate_interval(n, n, 0.95, &interval), 0);
		assert_true(fabs(interval.low - exp(log(0.025) / (double)n)) < 1e-12);
		assert_true(interval.high == 1);
	}
	assert_int_equal(rate_interval(1, 10, 0.95, &interval), 0);
	assert_true(fabs(interval.low - 0.0025) < 5e-5 && fabs(interval.high - 0.4450) < 5e-5);
}

static void bad_input_is_refused_and_stores_nothing(void **state)
{
	const double good[] = { 1, 2, 3 }, bad_p[] = { 0.5, 1.5 };
	struct mann_whitney result = { -7, -7, -7, false };
	struct interval interval = { -7, -7, -7 };
	double out[3] = { -7, -7, -7 };

	(void)state;
	assert_int_equal(sign_test_above(good, 0, 0, out), -EINVAL);
	assert_int_equal(sign_test_above(good, 3, NAN, out), -EINVAL);
	assert_int_equal(sign_test_above(with_nan, 3, 0, out), -EINVAL);
	assert_int_equal(mann_whitney(good, 0, good, 3, &result), -EINVAL);
	assert_int_equal(mann_whitney(good, 3, good, 0, &result), -EINVAL);
	assert_int_equal(mann_whitney(good, 3, with_nan, 3, &result), -EINVAL);
	assert_int_equal(mann_whitney(with_nan, 3, good, 3, &result), -EINVAL);
	assert_int_equal(hodges_lehmann_shift(good, 0, good, 3, 0.9, out, &interval), -EINVAL);
	assert_int_equal(hodges_lehmann_shift(good, 3, good, 0, 0.9, out, &interval), -EINVAL);
	assert_int_equal(hodges_lehmann_shift(with_nan, 3, good, 3, 0.9, out, &interval), -EINVAL);
	assert_int_equal(hodges_lehmann_shift(good, 3, good, 3, 1, out, &interval), -EINVAL);
	assert_int_equal(hodges_lehmann_shift(good, 3, good, 3, NAN, out, &interval), -EINVAL);
	assert_int_equal(hodges_lehmann(good, 0, out), -EINVAL);
	assert_int_equal(hodges_lehmann(with_nan, 3, out), -EINVAL);
	assert_int_equal(adjust_holm(with_nan, 3, out), -EINVAL);
	assert_int_equal(adjust_benjamini_hochberg(bad_p, 2, out), -EINVAL);
	assert_int_equal(rate_interval(0, 0, 0.95, &interval), -EINVAL);
	assert_int_equal(rate_interval(4, 3, 0.95, &interval), -EINVAL);
	assert_int_equal(rate_interval(1, 3, 95, &interval), -EINVAL);
	assert_true(out[0] == -7 && out[1] == -7 && out[2] == -7);
	assert_true(result.u == -7 && result.p == -7 && result.p_greater == -7);
	assert_true(interval.low == -7 && interval.high == -7 && interval.confidence == -7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sign_test_counts_what_is_above_only),
		cmocka_unit_test(sign_test_is_exact_of_many),
		cmocka_unit_test(sign_test_needs_so_many),
		cmocka_unit_test(mann_whitney_by_hand),
		cmocka_unit_test(mann_whitney_with_ties_by_hand),
		cmocka_unit_test(equal_values_show_no_difference),
		cmocka_unit_test(shift_by_hand),
		cmocka_unit_test(shift_covers_as_often_as_it_says),
		cmocka_unit_test(center_by_hand),
		cmocka_unit_test(adjusted_by_hand),
		cmocka_unit_test(adjusted_in_place),
		cmocka_unit_test(rate_interval_by_hand),
		cmocka_unit_test(bad_input_is_refused_and_stores_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
