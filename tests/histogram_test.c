/* SPDX-License-Identifier: MIT */
#include "../bench/histogram.h"
#include "../bench/rng.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { VALUES_MAX = 100000 };

static struct histogram histogram, other, whole;
static int64_t values[VALUES_MAX];

static int64_t percentile_milli(const struct histogram *of, int milli)
{
	return histogram_percentile(of, milli / 1000.0);
}

/* From 0 to 1, neither of them. */
static double unit(struct rng *rng)
{
	return ((double)(rng_next(rng) >> 11) + 0.5) * 0x1p-53;
}

static int64_t uniform(struct rng *rng)
{
	return (int64_t)rng_below(rng, 10000000);
}

static int64_t exponential(struct rng *rng)
{
	return (int64_t)(-1e6 * log(unit(rng)));
}

static int64_t bimodal(struct rng *rng)
{
	return (rng_below(rng, 10) ? 100000 : 50000000) + (int64_t)rng_below(rng, 1000);
}

static int64_t constant(struct rng *rng)
{
	(void)rng;
	return 123457;
}

/* Pareto from 1 us with an infinite variance. */
static int64_t heavy_tailed(struct rng *rng)
{
	return (int64_t)fmin(1000 * pow(unit(rng), -1 / 1.1), (double)HISTOGRAM_MAX_NS);
}

static int by_value(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;

	return (a > b) - (a < b);
}

/* Against the definition on the sorted values, with ranks in whole numbers. */
static void check_percentiles(size_t n)
{
	static const int millis[] = { 1, 1000, 10000, 25000, 33333, 50000, 66667, 75000, 90000,
		95000, 99000, 99900, 99990, 99999 };

	qsort(values, n, sizeof *values, by_value);
	for (size_t i = 0; i < sizeof millis / sizeof *millis; i++) {
		size_t rank = (millis[i] * n + 99999) / 100000;
		int64_t exact = values[rank - 1];
		int64_t got = percentile_milli(&histogram, millis[i]);
		assert_true(got >= exact);
		assert_true((got - exact) * 1000 <= exact);
		assert_true(got >= values[0] && got <= values[n - 1]);
	}
	assert_int_equal(histogram_percentile(&histogram, 0), values[0]);
	assert_int_equal(histogram_percentile(&histogram, 100), values[n - 1]);
	assert_int_equal(histogram.min_ns, values[0]);
	assert_int_equal(histogram.max_ns, values[n - 1]);
}

static void check_mean(size_t n)
{
	long double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += values[i];
	double mean = (double)(sum / n);
	assert_true(fabs(histogram_mean(&histogram) - mean) <= 1e-12 * mean);
}

static void percentiles_match_an_exact_sort(void **state)
{
	int64_t (*const shapes[])(
		struct rng *) = { uniform, exponential, bimodal, constant, heavy_tailed };
	static const size_t sizes[] = { 1, 2, 10, 1000, VALUES_MAX };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1);
	for (size_t shape = 0; shape < sizeof shapes / sizeof *shapes; shape++) {
		for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
			size_t n = sizes[size];
			histogram_init(&histogram);
			for (size_t i = 0; i < n; i++) {
				values[i] = shapes[shape](&rng);
				histogram_record(&histogram, values[i]);
			}
			assert_int_equal(histogram.count, n);
			assert_int_equal(histogram.overflow, 0);
			check_percentiles(n);
			check_mean(n);
		}
	}
}

/* The values 1 .. n have exact slots, so a wrong rank is a wrong value. */
static void ranks_are_not_rounded_up(void **state)
{
	static const int sizes[] = { 1, 2, 3, 7, 10, 99, 100, 1000, 2000, 2047 };

	(void)state;
	for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
		int n = sizes[size];
		histogram_init(&histogram);
		for (int value = 1; value <= n; value++)
			histogram_record(&histogram, value);
		for (int milli = 100; milli < 100000; milli += 100) {
			int64_t rank = ((int64_t)milli * n + 99999) / 100000;
			assert_int_equal(percentile_milli(&histogram, milli), rank);
		}
	}
}

static void percentile_is_the_highest_of_its_slot(void **state)
{
	(void)state;
	histogram_init(&histogram);
	histogram_record(&histogram, 2048);
	histogram_record(&histogram, 1000000);
	histogram_record(&histogram, 9000000);
	assert_int_equal(histogram_percentile(&histogram, 0), 2048);
	assert_int_equal(histogram_percentile(&histogram, DBL_TRUE_MIN), 2049);
	assert_int_equal(histogram_percentile(&histogram, 1), 2049);
	/* 1,000,000 lies in 2^19 .. 2^20, where a slot is 2^9 wide: 1953 * 512 .. + 511. */
	assert_int_equal(histogram_percentile(&histogram, 50), 1000447);
	assert_int_equal(histogram_percentile(&histogram, 99), 9000000);
	assert_int_equal(histogram_percentile(&histogram, 200), 9000000);
	assert_int_equal(histogram_percentile(&histogram, -1), 2048);
}

static void empty_has_no_percentile_and_no_mean(void **state)
{
	(void)state;
	memset(&histogram, 0, sizeof histogram);
	histogram_init(&other);
	assert_memory_equal(&histogram, &other, sizeof histogram);
	assert_int_equal(histogram_percentile(&histogram, 0), -1);
	assert_int_equal(histogram_percentile(&histogram, 50), -1);
	assert_int_equal(histogram_percentile(&histogram, 100), -1);
	assert_true(isnan(histogram_mean(&histogram)));
	histogram_record(&histogram, 5);
	histogram_init(&histogram);
	assert_memory_equal(&histogram, &other, sizeof histogram);
}

static void check_alone(int64_t value, int64_t kept, uint64_t overflow)
{
	histogram_init(&histogram);
	histogram_record(&histogram, value);
	assert_int_equal(histogram.count, 1);
	assert_int_equal(histogram.overflow, overflow);
	assert_int_equal(histogram.min_ns, kept);
	assert_int_equal(histogram.max_ns, kept);
	assert_int_equal(histogram_percentile(&histogram, 50), kept);
	assert_true(histogram_mean(&histogram) == (double)kept);
}

static void edges(void **state)
{
	static const int64_t inside[] = { 0, 1, 2, 1023, 1024, 2047, 2048, 2049, 4095, 4096,
		HISTOGRAM_MAX_NS - 1, HISTOGRAM_MAX_NS };

	(void)state;
	for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
		check_alone(inside[i], inside[i], 0);
	check_alone(HISTOGRAM_MAX_NS + 1, HISTOGRAM_MAX_NS, 1);
	check_alone(INT64_MAX, HISTOGRAM_MAX_NS, 1);
	check_alone(-1, 0, 0);
	check_alone(INT64_MIN, 0, 0);
}

/* Which slot a value alone fell into. */
static int slot_with(int64_t value)
{
	histogram_init(&histogram);
	histogram_record(&histogram, value);
	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++)
		if (histogram.slots[slot])
			return slot;
	return -1;
}

static void slots_follow_without_a_gap(void **state)
{
	(void)state;
	assert_int_equal(histogram_slot_low(0), 0);
	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
		int64_t low = histogram_slot_low(slot), high = histogram_slot_high(slot);
		assert_true(high >= low);
		assert_true(slot < 2048 ? high == low : (high - low) * 1000 <= low);
		if (slot < HISTOGRAM_SLOTS - 1)
			assert_int_equal(histogram_slot_low(slot + 1), high + 1);
	}
	assert_true(histogram_slot_high(HISTOGRAM_SLOTS - 1) >= HISTOGRAM_MAX_NS);
}

static void values_fall_into_their_slot(void **state)
{
	(void)state;
	for (int slot = 0; histogram_slot_high(slot) <= HISTOGRAM_MAX_NS; slot += 31) {
		assert_int_equal(slot_with(histogram_slot_low(slot)), slot);
		assert_int_equal(slot_with(histogram_slot_high(slot)), slot);
	}
	/* HdrHistogram's own index: bucket 25, sub-bucket 6e10 >> 25. */
	assert_int_equal(slot_with(HISTOGRAM_MAX_NS), 25 * 1024 + 1788);
}

static void merge_equals_recording_all_in_one(void **state)
{
	struct rng rng;

	(void)state;
	rng_seed(&rng, 2);
	histogram_init(&whole);
	histogram_init(&other);
	for (int part = 0; part < 4; part++) {
		histogram_init(&histogram);
		for (int i = 0; i < 1000 * part; i++) {
			int64_t value = i % 100 ? heavy_tailed(&rng) : HISTOGRAM_MAX_NS + i;
			histogram_record(&histogram, value);
			histogram_record(&whole, value);
		}
		histogram_merge(&other, &histogram);
	}
	assert_int_equal(whole.count, 6000);
	assert_int_equal(whole.overflow, 60 - 3); /* i = 0 is not over the maximum */
	assert_memory_equal(&other, &whole, sizeof whole);
}

static void merge_with_an_empty_one_changes_nothing(void **state)
{
	(void)state;
	histogram_init(&histogram);
	histogram_init(&other);
	histogram_record(&histogram, 70);
	histogram_record(&histogram, 7000);
	whole = histogram;
	histogram_merge(&histogram, &other);
	assert_memory_equal(&histogram, &whole, sizeof whole);
	histogram_merge(&other, &histogram);
	assert_memory_equal(&other, &whole, sizeof whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(percentiles_match_an_exact_sort),
		cmocka_unit_test(ranks_are_not_rounded_up),
		cmocka_unit_test(percentile_is_the_highest_of_its_slot),
		cmocka_unit_test(empty_has_no_percentile_and_no_mean),
		cmocka_unit_test(edges),
		cmocka_unit_test(slots_follow_without_a_gap),
		cmocka_unit_test(values_fall_into_their_slot),
		cmocka_unit_test(merge_equals_recording_all_in_one),
		cmocka_unit_test(merge_with_an_empty_one_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
