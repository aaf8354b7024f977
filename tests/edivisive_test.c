/* SPDX-License-Identifier: MIT */
/* Change points of series whose steps are known, and the statistic against its definition. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../bench/history/edivisive.h"
#include "../bench/rng.h"

enum { MOST = 80 };

static const struct edivisive_options options = {
	.least = 4,
	.significance = 0.01,
	.permutations = 999,
	.seed = 1,
};

static double values[MOST];
static struct edivisive_change changes[MOST];
static size_t count;

static double uniform(struct rng *rng)
{
	return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

/* Normal, by Box and Muller. */
static double normal(struct rng *rng)
{
	return sqrt(-2 * log(1 - uniform(rng))) * cos(2 * acos(-1) * uniform(rng));
}

/* Noise of 1 around levels[i * levels / n]. */
static void make(size_t n, const double *levels, size_t level_count, uint64_t seed)
{
	struct rng rng;

	rng_seed(&rng, seed);
	for (size_t i = 0; i < n; i++)
		values[i] = levels[i * level_count / n] + normal(&rng);
}

static void find(size_t n)
{
	assert_int_equal(edivisive(values, n, &options, changes, &count), 0);
}

static double mean_distance(size_t a, size_t a_end, size_t b, size_t b_end)
{
	double sum = 0, pairs = 0;

	for (size_t i = a; i < a_end; i++)
		for (size_t j = b; j < b_end; j++) {
			if (i == j)
				continue;
			sum += fabs(values[i] - values[j]);
			pairs++;
		}
	return sum / pairs;
}

/* By its definition: each cut and each end from the start again. */
static void naive(size_t n, size_t least, size_t *at, double *best)
{
	*best = -1;
	for (size_t m = least; m + least <= n; m++)
		for (size_t end = m + least; end <= n; end++) {
			double energy = 2 * mean_distance(0, m, m, end) -
				mean_distance(0, m, 0, m) - mean_distance(m, end, m, end);
			double q = (double)m * (end - m) / end * energy;
			if (q > *best + 1e-12 * fabs(*best)) {
				*best = q;
				*at = m;
			}
		}
}

static void is_what_its_definition_says(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 5);
	for (int round = 0; round < 200; round++) {
		size_t n = 6 + rng_below(&rng, 25), least = 2 + rng_below(&rng, 2);
		size_t at, expected_at = 0;
		double q, expected;
		for (size_t i = 0; i < n; i++)
			values[i] = 1e3 + 5 * (i > n / 2) * (round % 2) + normal(&rng);
		naive(n, least, &expected_at, &expected);
		assert_int_equal(edivisive_split(values, n, least, &at, &q), 0);
		assert_true(fabs(q - expected) <= 1e-9 * fabs(expected));
		assert_int_equal(at, expected_at);
	}
}

static void finds_one_step(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		make(30, (double[]){ 100, 106 }, 2, seed);
		find(30);
		assert_true(count >= 1 && count <= 2);
		assert_true(changes[0].at == 15 || changes[count - 1].at == 15);
		assert_true(changes[0].p <= 0.01);
	}
}

static void finds_two_steps_in_their_order(void **state)
{
	(void)state;
	make(45, (double[]){ 100, 110, 103 }, 3, 3);
	find(45);
	assert_int_equal(count, 2);
	assert_int_equal(changes[0].at, 15);
	assert_int_equal(changes[1].at, 30);
}

static void finds_a_change_that_ends_again(void **state)
{
	(void)state;
	make(40, (double[]){ 100, 100, 100, 120, 100, 100, 100, 100 }, 8, 4);
	find(40);
	assert_int_equal(count, 2);
	assert_int_equal(changes[0].at, 15);
	assert_int_equal(changes[1].at, 20);
}

/* At least ten values are needed: of fewer, too many orders look alike. */
static void finds_a_step_of_the_fewest_values(void **state)
{
	(void)state;
	make(10, (double[]){ 100, 200 }, 2, 1);
	find(10);
	assert_int_equal(count, 1);
	assert_int_equal(changes[0].at, 5);
	for (size_t n = 0; n < 10; n++) {
		make(n, (double[]){ 100, 200 }, 2, 1);
		find(n);
		assert_int_equal(count, 0);
	}
}

static void a_constant_series_has_none(void **state)
{
	(void)state;
	for (size_t i = 0; i < 60; i++)
		values[i] = 0.1;
	find(60);
	assert_int_equal(count, 0);
}

/* Wherever it stands, at the end too. */
static void one_outlier_is_no_change(void **state)
{
	(void)state;
	for (size_t place = 0; place < 40; place++) {
		make(40, (double[]){ 100 }, 1, 100 + place);
		values[place] = 1000;
		find(40);
		assert_int_equal(count, 0);
	}
}

/*
 * The rate is 0.01 by construction. Over 1000 series more than 30 false changes
 * would come up once in 10^7 times.
 */
static void noise_seldom_has_one(void **state)
{
	static const size_t lengths[] = { 12, 20, 60 };

	(void)state;
	for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
		size_t found = 0;
		for (uint64_t seed = 0; seed < 1000; seed++) {
			make(lengths[i], (double[]){ 100 }, 1, 5000 + seed);
			find(lengths[i]);
			found += count > 0;
		}
		print_message("# false changes: in %zu of 1000 series of %zu values\n", found,
			lengths[i]);
		assert_true(found <= 30);
	}
}

/* Of 50 series of 20 values, then some that are higher: how many show a change within 2 values. */
static size_t steps_found(double step, size_t later)
{
	size_t found = 0;

	for (uint64_t seed = 0; seed < 50; seed++) {
		bool near = false;
		make(20 + later, (double[]){ 100 }, 1, 9000 + seed);
		for (size_t i = 20; i < 20 + later; i++)
			values[i] += step;
		find(20 + later);
		for (size_t i = 0; i < count; i++)
			near |= changes[i].at >= 18 && changes[i].at <= 22;
		found += near;
	}
	print_message("# found: %zu of 50 steps of %g standard deviations, %zu values after\n",
		found, step, later);
	return found;
}

/* What docs/history.md tells. */
static void large_steps_are_found_soon_and_small_ones_later(void **state)
{
	(void)state;
	assert_int_equal(steps_found(2, 5), 14);
	assert_int_equal(steps_found(2, 10), 31);
	assert_int_equal(steps_found(3, 5), 42);
	assert_int_equal(steps_found(3, 10), 48);
}

static void the_seed_decides(void **state)
{
	struct edivisive_change again[MOST];
	size_t again_count;

	(void)state;
	make(40, (double[]){ 100, 102 }, 2, 9);
	find(40);
	assert_int_equal(edivisive(values, 40, &options, again, &again_count), 0);
	assert_int_equal(again_count, count);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(again[i].at, changes[i].at);
		assert_true(again[i].p == changes[i].p);
	}
}

static void refuses_what_is_no_number(void **state)
{
	struct edivisive_options few = options;

	(void)state;
	make(20, (double[]){ 100 }, 1, 1);
	few.least = 1;
	assert_int_equal(edivisive(values, 20, &few, changes, &count), -EINVAL);
	values[7] = NAN;
	assert_int_equal(edivisive(values, 20, &options, changes, &count), -EINVAL);
	assert_int_equal(count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_its_definition_says),
		cmocka_unit_test(finds_one_step),
		cmocka_unit_test(finds_two_steps_in_their_order),
		cmocka_unit_test(finds_a_change_that_ends_again),
		cmocka_unit_test(finds_a_step_of_the_fewest_values),
		cmocka_unit_test(a_constant_series_has_none),
		cmocka_unit_test(one_outlier_is_no_change),
		cmocka_unit_test(noise_seldom_has_one),
		cmocka_unit_test(large_steps_are_found_soon_and_small_ones_later),
		cmocka_unit_test(the_seed_decides),
		cmocka_unit_test(refuses_what_is_no_number),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
