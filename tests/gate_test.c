/* SPDX-License-Identifier: MIT */
/* The gate's verdicts on launches whose answer is known. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/gate/gate.h"

enum { THROUGHPUT = 0, P50 = 2, CALLS = 7, PAIRS_MOST = 80, CELLS = 2 };

/* A gate of one cell and its control, without any launch. */
struct fixture {
	struct gate gate;
	struct gate_cell cells[CELLS];
	double values[CELLS][METRICS][SIDES][PAIRS_MOST];
	struct rng rng;
};

static void set_up(struct fixture *fixture)
{
	*fixture = (struct fixture){ .gate = { .threshold = 0.03, .pairs = 20 } };
	fixture->gate.cells = fixture->cells;
	fixture->gate.cell_count = CELLS;
	fixture->gate.notes = json_array();
	rng_seed(&fixture->rng, 1);
	for (int i = 0; i < CELLS; i++) {
		fixture->cells[i] = (struct gate_cell){ .status = "ok",
			.names = { "primes", "blocking" },
			.control = i == 1,
			.open = true };
		for (int m = 0; m < METRICS; m++)
			for (int side = 0; side < SIDES; side++)
				fixture->cells[i].samples[m].values[side] =
					fixture->values[i][m][side];
	}
}

/* From 1 - spread to 1 + spread. */
static double wobble(struct fixture *fixture, double spread)
{
	return 1 + spread * ((double)rng_below(&fixture->rng, 2001) / 1000 - 1);
}

/* Fill a metric: base at 100, head at so many times that, both wobbling. */
static void fill(
	struct fixture *fixture, int cell, int m, size_t pairs, double ratio, double spread)
{
	struct samples *samples = &fixture->cells[cell].samples[m];

	for (size_t i = 0; i < pairs; i++) {
		samples->values[BASE][i] = 100 * wobble(fixture, spread);
		samples->values[HEAD][i] = 100 * ratio * wobble(fixture, spread);
	}
	samples->count = pairs;
}

static enum verdict judge(struct fixture *fixture, int m)
{
	assert_int_equal(gate_judge(&fixture->gate), 0);
	gate_conclude(&fixture->gate);
	return fixture->cells[0].findings[m].verdict;
}

static void tear_down(struct fixture *fixture)
{
	json_decref(fixture->gate.notes);
}

static void equal_sides_pass(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 20, 1, 0.02);
	assert_int_equal(judge(&fixture, P50), NO_REGRESSION);
	assert_int_equal(fixture.gate.verdict, NO_REGRESSION);
	assert_false(fixture.cells[0].open);
	assert_true(fixture.cells[0].findings[P50].threshold == 0.03);
	tear_down(&fixture);
}

/* What is better higher is worse lower. */
static void worse_is_a_regression_in_both_directions(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 20, 1.1, 0.01);
	fill(&fixture, 0, THROUGHPUT, 20, 1.1, 0.01);
	assert_int_equal(judge(&fixture, P50), REGRESSION);
	assert_int_equal(fixture.cells[0].findings[THROUGHPUT].verdict, IMPROVEMENT);
	assert_int_equal(fixture.gate.verdict, REGRESSION);
	assert_true(fabs(fixture.cells[0].findings[P50].ratio - 1.1) < 0.02);
	tear_down(&fixture);
	set_up(&fixture);
	fill(&fixture, 0, P50, 20, 0.9, 0.01);
	fill(&fixture, 0, THROUGHPUT, 20, 0.9, 0.01);
	assert_int_equal(judge(&fixture, THROUGHPUT), REGRESSION);
	assert_int_equal(fixture.cells[0].findings[P50].verdict, IMPROVEMENT);
	tear_down(&fixture);
}

static void within_the_threshold_passes(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 80, 1.02, 0.002);
	assert_int_equal(judge(&fixture, P50), NO_REGRESSION);
	tear_down(&fixture);
}

static void doubt_asks_for_more_pairs(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 20, 1.04, 0.02);
	judge(&fixture, P50);
	assert_true(fixture.cells[0].open);
	assert_false(fixture.cells[1].open);
	tear_down(&fixture);
}

static void noise_raises_the_threshold_and_then_ends_it(void **state)
{
	struct fixture fixture;
	const struct finding *finding = &fixture.cells[0].findings[P50];

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 80, 1, 0.2);
	assert_int_equal(judge(&fixture, P50), NO_REGRESSION);
	assert_true(finding->threshold > 0.03 && finding->threshold == finding->noise);
	fill(&fixture, 0, P50, 20, 1, 0.6);
	assert_int_equal(judge(&fixture, P50), INCONCLUSIVE);
	assert_int_equal(fixture.gate.verdict, INCONCLUSIVE);
	assert_true(finding->pairs_needed > 20);
	assert_true(fixture.cells[0].open);
	tear_down(&fixture);
}

static void too_few_pairs_are_inconclusive(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 8, 2, 0.001); /* 2^-8 is above 0.01 / 3 */
	assert_int_equal(judge(&fixture, P50), INCONCLUSIVE);
	assert_int_equal(fixture.cells[0].findings[P50].pairs_needed, 9);
	fill(&fixture, 0, P50, 9, 2, 0.001);
	assert_int_equal(judge(&fixture, P50), REGRESSION);
	tear_down(&fixture);
}

static void a_control_that_differs_makes_all_inconclusive(void **state)
{
	struct fixture fixture;

	(void)state;
	for (int better = 0; better < 2; better++) {
		set_up(&fixture);
		fill(&fixture, 0, P50, 20, 1.2, 0.01);
		fill(&fixture, 1, P50, 20, better ? 0.8 : 1.2, 0.01);
		judge(&fixture, P50);
		assert_int_equal(fixture.gate.verdict, INCONCLUSIVE);
		assert_non_null(strstr(fixture.gate.reason, "control"));
		tear_down(&fixture);
	}
}

static void one_count_more_is_a_regression(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, CALLS, GATE_COUNTED, 1, 0);
	assert_int_equal(judge(&fixture, CALLS), NO_REGRESSION);
	fill(&fixture, 0, CALLS, GATE_COUNTED, 1.02, 0);
	assert_int_equal(judge(&fixture, CALLS), REGRESSION);
	fill(&fixture, 0, CALLS, GATE_COUNTED, 0.98, 0);
	assert_int_equal(judge(&fixture, CALLS), IMPROVEMENT);
	fill(&fixture, 0, CALLS, GATE_COUNTED, 1, 0.3); /* as wide on both sides */
	assert_int_equal(judge(&fixture, CALLS), NO_REGRESSION);
	tear_down(&fixture);
}

static void what_is_missing_is_not_gated(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fill(&fixture, 0, P50, 20, 1, 0.01);
	fill(&fixture, 0, THROUGHPUT, 20, 0.5, 0.01);
	fixture.cells[0].samples[THROUGHPUT].values[BASE][7] = NAN;
	assert_int_equal(judge(&fixture, THROUGHPUT), NOT_GATED);
	assert_int_equal(fixture.gate.verdict, NO_REGRESSION);
	tear_down(&fixture);
}

static void a_broken_head_is_a_regression_a_broken_base_is_not(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up(&fixture);
	fixture.gate.cell_count = 1;
	fixture.cells[0].status = "crashed";
	fixture.cells[0].bad_side = HEAD;
	judge(&fixture, P50);
	assert_int_equal(fixture.gate.verdict, REGRESSION);
	fixture.cells[0].bad_side = BASE;
	judge(&fixture, P50);
	assert_int_equal(fixture.gate.verdict, INCONCLUSIVE); /* nothing is left to gate */
	tear_down(&fixture);
}

/* Of gates of equal sides, each with nine metrics, hardly one in a hundred may find something. */
static void equal_sides_are_hardly_ever_found(void **state)
{
	enum { GATES = 300 };
	struct fixture fixture;
	int found = 0;

	(void)state;
	for (int gate = 0; gate < GATES; gate++) {
		set_up(&fixture);
		rng_seed(&fixture.rng, gate);
		for (int m = 0; m < METRICS - 1; m++) /* all but instructions, which do not vary */
			fill(&fixture, 0, m, m < CALLS ? 20 : GATE_COUNTED, 1, 0.05);
		judge(&fixture, P50);
		found += fixture.gate.verdict == REGRESSION;
		tear_down(&fixture);
	}
	assert_in_range(found, 0, GATES / 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sides_pass),
		cmocka_unit_test(worse_is_a_regression_in_both_directions),
		cmocka_unit_test(within_the_threshold_passes),
		cmocka_unit_test(doubt_asks_for_more_pairs),
		cmocka_unit_test(noise_raises_the_threshold_and_then_ends_it),
		cmocka_unit_test(too_few_pairs_are_inconclusive),
		cmocka_unit_test(a_control_that_differs_makes_all_inconclusive),
		cmocka_unit_test(one_count_more_is_a_regression),
		cmocka_unit_test(what_is_missing_is_not_gated),
		cmocka_unit_test(a_broken_head_is_a_regression_a_broken_base_is_not),
		cmocka_unit_test(equal_sides_are_hardly_ever_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
