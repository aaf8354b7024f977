/* SPDX-License-Identifier: MIT */
#include "../bench/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* The reference xoshiro256starstar.c from state 1, 2, 3, 4, as other projects publish it too. */
static void xoshiro_known_answer(void **state)
{
	static const uint64_t expected[] = { 11520, 0, 1509978240, 1215971899390074240,
		1216172134540287360, 607988272756665600, 16172922978634559625U, 8476171486693032832,
		10595114339597558777U, 2904607092377533576 };
	struct rng rng = { { 1, 2, 3, 4 } };

	(void)state;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_true(rng_next(&rng) == expected[i]);
}

/* splitmix64 from the published example seed; the state is its first four numbers. */
static void splitmix_known_answer(void **state)
{
	static const uint64_t expected[] = { 1985237415132408290, 2979275885539914483,
		13511426838097143398U, 8488337342461049707 };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 1477776061723855037);
	assert_memory_equal(rng.state, expected, sizeof expected);
}

/* Both together; from a Python program written after the published algorithms. */
static const struct {
	uint64_t seed, first, second, thousandth;
} sequences[] = {
	{ 0, 0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x7aac8c483a2edd2f },
	{ 1, 0xb3f2af6d0fc710c5, 0x853b559647364cea, 0xb8517c33c344d153 },
	{ 42, 0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0x8de5848c61ab8968 },
	{ UINT64_MAX, 0x8f5520d52a7ead08, 0xc476a018caa1802d, 0xc3c93ea5cde434cc },
};

static void a_seed_gives_its_sequence(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
		struct rng rng;
		rng_seed(&rng, sequences[i].seed);
		assert_true(rng_next(&rng) == sequences[i].first);
		assert_true(rng_next(&rng) == sequences[i].second);
		for (int skipped = 3; skipped < 1000; skipped++)
			rng_next(&rng);
		assert_true(rng_next(&rng) == sequences[i].thousandth);
	}
}

/* From the same Python program, seed 7. */
static void below_and_shuffle_known_answers(void **state)
{
	static const struct {
		uint64_t limit, number;
	} expected[] = { { 1, 0 }, { 2, 0 }, { 3, 2 }, { 6, 5 }, { 10, 9 }, { 1000, 872 },
		{ UINT64_C(1) << 32, 260928194 }, { (UINT64_C(1) << 63) + 1, 1400256439129669809 },
		{ (UINT64_C(1) << 63) + 1, 6750200521807187948 },
		{ UINT64_MAX, 17320858093524191696U } };
	static const int shuffled[] = { 1, 8, 3, 0, 4, 5, 9, 6, 2, 7 };
	int array[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 7);
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		assert_true(rng_below(&rng, expected[i].limit) == expected[i].number);
	rng_seed(&rng, 7);
	rng_shuffle(&rng, array, 10, sizeof *array);
	assert_memory_equal(array, shuffled, sizeof shuffled);
}

static void below_stays_below(void **state)
{
	static const uint64_t limits[] = { 1, 2, 3, 1000, UINT64_MAX / 2 + 2, UINT64_MAX };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 3);
	for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
		for (int n = 0; n < 1000; n++)
			assert_true(rng_below(&rng, limits[i]) < limits[i]);
	assert_int_equal(rng_below(&rng, 0), 0);
}

/* Pearson's statistic of counts that should all be alike. */
static double chi_square(const int *counts, int cells)
{
	double sum = 0, statistic = 0;

	for (int i = 0; i < cells; i++)
		sum += counts[i];
	for (int i = 0; i < cells; i++) {
		double off = counts[i] - sum / cells;
		statistic += off * off / (sum / cells);
	}
	return statistic;
}

/* 99.9 % points of chi-square: 2 degrees of freedom 13.82, 5: 20.52, 9: 27.88. */
static void below_is_unbiased(void **state)
{
	int six[6] = { 0 }, ten[10] = { 0 }, three[3] = { 0 };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 4);
	for (int i = 0; i < 60000; i++) {
		six[rng_below(&rng, 6)]++;
		ten[rng_below(&rng, 10)]++;
		/* Of 2^64 numbers cut to 3 * 2^62, every third would come up twice as often. */
		three[rng_below(&rng, UINT64_C(3) << 62) % 3]++;
	}
	assert_true(chi_square(six, 6) < 20.52);
	assert_true(chi_square(ten, 10) < 27.88);
	assert_true(chi_square(three, 3) < 13.82);
}

static void shuffle_is_a_permutation(void **state)
{
	struct element {
		char name[3];
		unsigned char number;
		char tail[3];
	} array[200];
	char seen[200] = { 0 };
	int moved = 0;
	struct rng rng;

	(void)state;
	rng_seed(&rng, 5);
	for (int i = 0; i < 200; i++)
		array[i] = (struct element){ "ab", (unsigned char)i, { 'c', (char)(i % 7), 0 } };
	rng_shuffle(&rng, array, 200, sizeof *array);
	for (int i = 0; i < 200; i++) {
		int number = array[i].number;
		assert_false(seen[number]);
		seen[number] = 1;
		moved += number != i;
		assert_string_equal(array[i].name, "ab");
		assert_int_equal(array[i].tail[1], number % 7);
	}
	assert_true(moved > 180);
}

static void shuffle_of_none_or_one_draws_nothing(void **state)
{
	int one = 1;
	struct rng rng, before;

	(void)state;
	rng_seed(&rng, 6);
	before = rng;
	rng_shuffle(&rng, NULL, 0, sizeof one);
	rng_shuffle(&rng, &one, 1, sizeof one);
	assert_int_equal(one, 1);
	assert_memory_equal(&rng, &before, sizeof rng);
}

static void all_orders_of_three_are_alike(void **state)
{
	static const char orders[6][4] = { "abc", "acb", "bac", "bca", "cab", "cba" };
	int counts[6] = { 0 };
	struct rng rng;

	(void)state;
	rng_seed(&rng, 8);
	for (int i = 0; i < 60000; i++) {
		char array[] = "abc";
		rng_shuffle(&rng, array, 3, 1);
		for (int order = 0; order < 6; order++)
			counts[order] += strcmp(array, orders[order]) == 0;
	}
	for (int order = 0; order < 6; order++)
		assert_in_range(counts[order], 9635, 10365); /* 4 sigma */
	assert_true(chi_square(counts, 6) < 20.52);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(xoshiro_known_answer),
		cmocka_unit_test(splitmix_known_answer),
		cmocka_unit_test(a_seed_gives_its_sequence),
		cmocka_unit_test(below_and_shuffle_known_answers),
		cmocka_unit_test(below_stays_below),
		cmocka_unit_test(below_is_unbiased),
		cmocka_unit_test(shuffle_is_a_permutation),
		cmocka_unit_test(shuffle_of_none_or_one_draws_nothing),
		cmocka_unit_test(all_orders_of_three_are_alike),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
