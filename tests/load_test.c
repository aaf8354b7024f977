/* SPDX-License-Identifier: MIT */
#include "../bench/load/arrivals.h"
#include "../bench/load/load.h"
#include "../bench/load_main.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { S = 1000000000, MS = 1000000 };

/* Arrivals */

static void constant_arrivals_are_exact(void **state)
{
	struct arrivals arrivals[3];
	uint64_t k = 0;

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		arrivals_init(&arrivals[i], 7000, false, 1, i, 3, 5);
	for (; k < 21000; k++) {
		struct arrivals *next = &arrivals[k % 3];
		assert_int_equal(next->next_ns, 5 + k * S / 7000);
		arrivals_next(next);
	}
	arrivals_init(&arrivals[0], 10000000, false, 1, 0, 1, 0);
	for (k = 0; k < 100000; k++)
		arrivals_next(&arrivals[0]);
	assert_int_equal(arrivals[0].next_ns, 10 * MS);
}

static void poisson_gaps_are_exponential(void **state)
{
	enum { GAPS = 200000 };
	struct arrivals arrivals;
	double sum = 0, squares = 0;
	int64_t last_ns = 0;
	int short_gaps = 0;

	(void)state;
	/* One of two threads at 2000/s together: a mean gap of 1 ms. */
	arrivals_init(&arrivals, 2000, true, 42, 1, 2, 0);
	for (int i = 0; i < GAPS; i++) {
		double gap_ms = (arrivals.next_ns - last_ns) / 1e6;
		assert_true(gap_ms >= 0);
		sum += gap_ms;
		squares += gap_ms * gap_ms;
		short_gaps += gap_ms < 0.1;
		last_ns = arrivals.next_ns;
		arrivals_next(&arrivals);
	}
	double mean = sum / GAPS, variance = squares / GAPS - mean * mean;
	assert_true(fabs(mean - 1) < 0.01); /* 4 standard errors */
	assert_true(fabs(variance - 1) < 0.03);
	assert_true(fabs((double)short_gaps / GAPS - (1 - exp(-0.1))) < 0.003);
}

static void a_seed_repeats_arrivals_and_threads_differ(void **state)
{
	struct arrivals a, b, other;

	(void)state;
	arrivals_init(&a, 1000, true, 7, 0, 2, 0);
	arrivals_init(&b, 1000, true, 7, 0, 2, 0);
	arrivals_init(&other, 1000, true, 7, 1, 2, 0);
	assert_int_not_equal(a.next_ns, other.next_ns);
	for (int i = 0; i < 1000; i++) {
		assert_int_equal(a.next_ns, b.next_ns);
		arrivals_next(&a);
		arrivals_next(&b);
	}
	arrivals_init(&a, 0, true, 7, 0, 1, 0);
	arrivals_next(&a);
	assert_int_equal(a.next_ns, INT64_MAX);
}

/* The window: a script of starts and ends, told without a clock. */

static struct tally *new_tally(bool open)
{
	struct tally *tally = calloc(1, sizeof *tally);

	assert_non_null(tally);
	assert_int_equal(tally_init(tally, open, 10 * (int64_t)S), 0);
	tally_window(tally, 1 * S, 3 * (int64_t)S);
	return tally;
}

static void free_tally(struct tally *tally)
{
	tally_free(tally);
	free(tally);
}

/* One request from a to b, in ms, that could have begun at its intended start. */
static void answer(struct tally *tally, int64_t a, int64_t b)
{
	struct request request = { .intended_ns = a * MS, .start_ns = a * MS };

	tally_start(tally, &request, request.intended_ns);
	tally_answer(tally, &request, b * MS);
}

static void a_request_is_of_the_window_by_its_start(void **state)
{
	struct tally *tally = new_tally(false);

	(void)state;
	answer(tally, 500, 900);   /* before */
	answer(tally, 900, 1100);  /* into it: not of it */
	answer(tally, 1100, 1400); /* within */
	answer(tally, 1400, 1500);
	answer(tally, 2900, 3600); /* out of it: of it, whole */
	answer(tally, 3600, 3700); /* after */
	tally_finish(tally, 3700 * (int64_t)MS);
	assert_int_equal(tally->requests, 3);
	assert_int_equal(tally->answered, 3);
	assert_int_equal(tally->pending, 0);
	assert_int_equal(tally->response.count, 3);
	assert_int_equal(tally->response.max_ns, 700 * MS);
	assert_int_equal(tally->response.sum_ns, 1100 * (uint64_t)MS);
	/* In flight in the window: 100 + 300 + 100 + 100 ms. */
	assert_int_equal(tally->area_ns, 600 * MS);
	assert_int_equal(tally->straddle_in_ns, 100 * MS);
	assert_int_equal(tally->straddle_out_ns, 600 * MS);
	assert_int_equal(tally->area_ns,
		tally->response.sum_ns + tally->straddle_in_ns - tally->straddle_out_ns);
	free_tally(tally);
}

static void what_waits_counts_from_its_intended_start(void **state)
{
	struct tally *tally = new_tally(true);
	struct request waits = { .intended_ns = 1500 * (int64_t)MS,
		.start_ns = 1800 * (int64_t)MS };
	struct request early = { .intended_ns = 900 * (int64_t)MS, .start_ns = 1800 * (int64_t)MS };

	(void)state;
	tally_start(tally, &waits, 1799 * (int64_t)MS);
	tally_start(tally, &early, 1800 * (int64_t)MS);
	assert_int_equal(tally->pending, 1);
	assert_true(tally_answer(tally, &waits, 1900 * (int64_t)MS));
	assert_false(tally_answer(tally, &early, 1900 * (int64_t)MS));
	tally_unsent(tally, 2500 * (int64_t)MS, 3000 * (int64_t)MS);
	tally_finish(tally, 3000 * (int64_t)MS);
	assert_int_equal(tally->requests, 2);
	assert_int_equal(tally->answered, 1);
	assert_int_equal(tally->unsent, 1);
	assert_int_equal(tally->response.count, 2);
	assert_int_equal(tally->response.min_ns, 400 * MS);
	assert_int_equal(tally->response.max_ns, 500 * MS);
	assert_int_equal(tally->service.count, 1);
	assert_int_equal(tally->service.max_ns, 100 * MS);
	assert_int_equal(tally->lateness.count, 1);
	assert_int_equal(tally->lateness.max_ns, 1 * MS);
	assert_int_equal(tally->area_ns, 200 * MS);
	free_tally(tally);
}

static void what_is_lost_counts_with_its_age(void **state)
{
	struct tally *tally = new_tally(false);
	struct request lost = { .intended_ns = 2 * (int64_t)S, .start_ns = 2 * (int64_t)S };

	(void)state;
	answer(tally, 1500, 1501);
	tally_start(tally, &lost, lost.intended_ns);
	tally_error(tally, LOAD_TIMEOUT);
	tally_lose(tally, &lost, 4 * (int64_t)S);
	tally_finish(tally, 4 * (int64_t)S);
	assert_int_equal(tally->requests, 2);
	assert_int_equal(tally->answered, 1);
	assert_int_equal(tally->errors[LOAD_TIMEOUT], 1);
	assert_int_equal(tally->response.count, 2);
	assert_int_equal(tally->response.max_ns, 2 * (int64_t)S);
	assert_int_equal(tally->in_flight, 0);
	free_tally(tally);
}

static void each_second_has_its_own_interval(void **state)
{
	struct tally *tally = new_tally(false);

	(void)state;
	answer(tally, 1100, 1200);
	answer(tally, 1200, 1999);
	answer(tally, 1999, 2000); /* ends with the second */
	assert_int_equal(atomic_load(&tally->finished), 1);
	answer(tally, 2900, 5500);
	tally_finish(tally, 5500 * (int64_t)MS);
	assert_int_equal(atomic_load(&tally->finished), 5);
	assert_int_equal(tally->intervals[0]->count, 2);
	assert_int_equal(tally->intervals[1]->count, 1);
	assert_int_equal(tally->intervals[1]->max_ns, 1 * MS);
	assert_int_equal(tally->intervals[2]->count, 0);
	assert_int_equal(tally->intervals[4]->count, 1);
	assert_int_equal(tally->response.count, 4);
	free_tally(tally);
}

/* Verdicts */

/* A closed loop of 10 connections with nothing amiss: 1 ms each, for 2 s. */
static struct load_result *good_result(bool open)
{
	struct load_result *result = load_result_new();

	assert_non_null(result);
	result->open_loop = open;
	result->connections = result->connected = 10;
	result->threads = 1;
	result->window_s = 2;
	result->requests = result->answered = 20000;
	for (int i = 0; i < 20000; i++) {
		histogram_record(&result->response, 1 * MS);
		histogram_record(&result->service, 1 * MS);
		if (open)
			histogram_record(&result->lateness, 1000);
	}
	result->in_flight = result->in_flight_by_service = 10;
	result->cpu_share = 0.5;
	result->served_min = result->served_median = result->served_max = 2000;
	return result;
}

static void expect(struct load_result *result, const char *status, const char *part)
{
	char reason[256];

	assert_string_equal(load_verdict(result, reason, sizeof reason), status);
	if (!strstr(reason, part) || (!*part && *reason))
		fail_msg("'%s' has no '%s'", reason, part);
	load_result_free(result);
}

static void good_results_are_ok(void **state)
{
	(void)state;
	expect(good_result(false), "ok", "");
	expect(good_result(true), "ok", "");
}

static void errors_are_failures_of_each_kind(void **state)
{
	static const char *const parts[LOAD_ERRORS] = { "3 failed to connect", "3 were cut off",
		"3 timed out", "3 got a wrong reply" };

	(void)state;
	for (int kind = 0; kind < LOAD_ERRORS; kind++) {
		struct load_result *result = good_result(false);
		result->errors[kind] = 3;
		result->in_flight = 1; /* invalid, too */
		expect(result, "failed", parts[kind]);
	}
	struct load_result *result = good_result(false);
	result->errors[LOAD_READ] = 1;
	result->errors[LOAD_WRONG] = 2;
	expect(result, "failed", "1 were cut off by the server, 2 got a wrong reply");
}

static void a_busy_generator_is_the_limit_when_the_server_idles(void **state)
{
	struct load_result *result = good_result(false);

	(void)state;
	result->cpu_share = 0.96;
	result->idle_share = 0.2;
	expect(result, "invalid", "the server's CPUs were idle for 20 %");
	result = good_result(false);
	result->cpu_share = 0.96;
	result->idle_share = 0.05;
	expect(result, "ok", "");
	result = good_result(false);
	result->cpu_share = 0.96; /* whether they idled is not known */
	expect(result, "ok", "");
	result = good_result(false);
	result->cpu_share = 0.94;
	result->idle_share = 0.5;
	expect(result, "ok", "");
}

static void a_busy_generator_at_its_ceiling_is_the_limit(void **state)
{
	struct load_result *result = good_result(false);

	(void)state;
	result->cpu_share = 0.96;
	result->ceiling_per_s = 11000;
	expect(result, "invalid", "at 91 % of the rate that is its ceiling");
	result = good_result(false);
	result->cpu_share = 0.96;
	result->ceiling_per_s = 12000;
	expect(result, "ok", "");
	result = good_result(false);
	result->cpu_share = 0.90;
	result->ceiling_per_s = 10000;
	expect(result, "ok", "");
	result = good_result(false);
	result->cpu_share = 0.96; /* but the server's CPUs were busy */
	result->ceiling_per_s = 10000;
	result->idle_share = 0.02;
	expect(result, "ok", "");
}

static void a_rate_must_be_achieved_while_connections_are_free(void **state)
{
	struct load_result *result = good_result(true);

	(void)state;
	result->requests = 22000;
	result->in_flight = result->in_flight_by_service = 5;
	expect(result, "invalid", "91 % of the offered rate");
	result = good_result(true);
	result->requests = 22000; /* all connections busy: the server's limit */
	expect(result, "invalid", "overloaded: 10000 of 11000 requests a second");
	result = good_result(true);
	result->requests = 20500;
	result->in_flight = result->in_flight_by_service = 5;
	expect(result, "ok", "");
}

static void littles_law_is_held(void **state)
{
	struct load_result *result = good_result(true);

	(void)state;
	result->in_flight_by_service = 10.6;
	expect(result, "invalid", "Little's law is broken: 10.00 requests in flight, 10.60");
	result = good_result(true);
	result->in_flight_by_service = 9.3;
	expect(result, "invalid", "Little's law");
	result = good_result(true);
	result->in_flight_by_service = 10.6; /* of which some lies outside the window */
	result->straddle_in = 0.4;
	result->straddle_out = 1;
	expect(result, "ok", "");
	result = good_result(true);
	result->in_flight_by_service = 12;
	result->straddle_out = 2;
	expect(result, "invalid", "the window is too short");
}

static void a_closed_loop_is_full(void **state)
{
	struct load_result *result = good_result(false);

	(void)state;
	result->in_flight = result->in_flight_by_service = 9;
	expect(result, "invalid", "9.00 requests were in flight in a closed loop of 10");
	result = good_result(true);
	result->in_flight = result->in_flight_by_service = 0.5;
	expect(result, "ok", "");
}

static void no_connection_may_starve(void **state)
{
	struct load_result *result = good_result(false);

	(void)state;
	result->starved = 9;
	expect(result, "invalid", "9 of 10 connections got no reply");
	result = good_result(true);
	result->starved = 1;
	expect(result, "invalid", "1 of 10 connections got no reply");
	result = good_result(true);
	result->starved = 1;
	result->requests = result->answered = 19; /* not each has its turn */
	expect(result, "ok", "");
}

static void absurd_percentiles_and_late_sending_are_invalid(void **state)
{
	struct load_result *result = good_result(false);

	(void)state;
	result->response.max_ns = MS / 2;
	result->response.slots[100] += 20000; /* so that p50 and p99 lie below */
	expect(result, "invalid", "the mean response time is above the maximum");
	result = good_result(true);
	for (int i = 0; i < 3000; i++)
		histogram_record(&result->lateness, 150000);
	expect(result, "invalid", "the generator sent late");
	result = good_result(true);
	for (int i = 0; i < 3000; i++)
		histogram_record(&result->lateness, 90000); /* below 10 % of 1 ms */
	expect(result, "ok", "");
	result = good_result(true);
	for (int i = 0; i < 1000; i++)
		histogram_record(&result->lateness, 150000); /* one in twenty */
	expect(result, "ok", "");
	result = good_result(true);
	result->answered = 0;
	expect(result, "invalid", "no request of the window was answered");
	result = good_result(false);
	result->interrupted = true;
	expect(result, "invalid", "interrupted");
}

static void expect_ceiling(double ceiling_per_s, const char *part)
{
	struct load_result *result = good_result(false);
	struct load_options options = { .service = workload_find("echo"), .target = "a:1" };
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	result->ceiling_per_s = ceiling_per_s;
	load_print(&options, result, out);
	fclose(out);
	if (!strstr(text, part))
		fail_msg("'%s' has no '%s'", text, part);
	free(text);
	load_result_free(result);
}

static void a_ceiling_below_what_was_reached_is_none(void **state)
{
	(void)state;
	expect_ceiling(2e6, "ceiling 2.00M/s");
	expect_ceiling(1, "ceiling -");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(constant_arrivals_are_exact),
		cmocka_unit_test(poisson_gaps_are_exponential),
		cmocka_unit_test(a_seed_repeats_arrivals_and_threads_differ),
		cmocka_unit_test(a_request_is_of_the_window_by_its_start),
		cmocka_unit_test(what_waits_counts_from_its_intended_start),
		cmocka_unit_test(what_is_lost_counts_with_its_age),
		cmocka_unit_test(each_second_has_its_own_interval),
		cmocka_unit_test(good_results_are_ok),
		cmocka_unit_test(errors_are_failures_of_each_kind),
		cmocka_unit_test(a_busy_generator_is_the_limit_when_the_server_idles),
		cmocka_unit_test(a_busy_generator_at_its_ceiling_is_the_limit),
		cmocka_unit_test(a_rate_must_be_achieved_while_connections_are_free),
		cmocka_unit_test(littles_law_is_held),
		cmocka_unit_test(a_closed_loop_is_full),
		cmocka_unit_test(no_connection_may_starve),
		cmocka_unit_test(a_ceiling_below_what_was_reached_is_none),
		cmocka_unit_test(absurd_percentiles_and_late_sending_are_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
