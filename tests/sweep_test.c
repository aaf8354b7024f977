/* SPDX-License-Identifier: MIT */
/* The sweep against servers whose answers are known: queues of one kind, M/M/1. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/cells.h"
#include "../bench/sweep/sweep.h"

static void reads_an_slo(void **state)
{
	static const struct {
		const char *text, *percentile;
		double limit_ns;
	} good[] = { { "p99<10ms", "p99", 1e7 }, { "p50<250us", "p50", 2.5e5 },
		{ "p99.9<1.5s", "p99.9", 1.5e9 }, { "p90<0.5ms", "p90", 5e5 } };
	static const char *const bad[] = { "", "p99", "p99<", "p99<10", "p99<10 ms", "p99<10min",
		"p95<10ms", "99<10ms", "p99>10ms", "p99<=10ms", "p99<-1ms", "p99<0ms", "p99<0x10ms",
		"p99<infs", "p99<nanms", "p99<ms", "p99<4000s", " p99<10ms", "p99 <10ms",
		"p99<10ms,p50<1ms", "p99<1000000000000000000000000ms" };
	struct slo slo;

	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		assert_int_equal(slo_parse(good[i].text, &slo), 0);
		assert_string_equal(slo.text, good[i].text);
		assert_string_equal(slo.percentile, good[i].percentile);
		assert_true(fabs(slo.limit_ns / good[i].limit_ns - 1) < 1e-12);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		if (slo_parse(bad[i], &slo) != -EINVAL)
			fail_msg("'%s' was taken for an SLO", bad[i]);
}

static void lays_rates_evenly(void **state)
{
	int64_t rates[100];

	(void)state;
	assert_int_equal(search_ladder(1000, 11, rates), 11);
	for (int i = 0; i < 11; i++)
		assert_int_equal(rates[i], 100 + 100 * i);
	assert_int_equal(search_ladder(12345, 2, rates), 2);
	assert_int_equal(rates[0], 1235); /* rounded, as a rate is a whole number */
	assert_int_equal(rates[1], 13580);
}

static void leaves_no_rate_twice(void **state)
{
	int64_t rates[100];
	size_t count = search_ladder(4, 10, rates);

	(void)state;
	assert_true(count >= 3 && count <= 5);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(rates[i], i + 1);
	assert_int_equal(search_ladder(1e12, 10, rates), 1);
	assert_int_equal(rates[0], SEARCH_RATE_MAX);
}

/* Search with a server that meets up to limit_per_s; how many steps that took. */
static unsigned search_to_end(struct search *search, double limit_per_s, double longer_limit_per_s)
{
	unsigned steps = 0;
	bool longer;

	for (; search_goes_on(search, &longer); steps++) {
		assert_true(steps < 40);
		assert_true(search->next_per_s >= 1 && search->next_per_s <= SEARCH_RATE_MAX);
		bool met = search->next_per_s <= (longer ? longer_limit_per_s : limit_per_s);
		search_note(search, met ? SLO_MET : SLO_MISSED);
	}
	return steps;
}

static void start_from(struct search *search, double peak_per_s, double limit_per_s)
{
	struct search_point points[10];
	int64_t rates[10];
	size_t count = search_ladder(peak_per_s, 10, rates);

	for (size_t i = 0; i < count; i++)
		points[i] = (struct search_point){ rates[i],
			rates[i] <= limit_per_s ? SLO_MET : SLO_MISSED };
	search_start(search, points, count);
}

static void bisects_to_five_percent(void **state)
{
	struct search search;

	(void)state;
	for (int limit_per_s = 1050; limit_per_s < 11000; limit_per_s += 137) {
		start_from(&search, 10000, limit_per_s);
		assert_true(search.low_per_s <= limit_per_s && search.high_per_s > limit_per_s);
		assert_true(search_to_end(&search, limit_per_s, limit_per_s) <= 7);
		assert_true(search.confirmed);
		assert_true(search.low_per_s <= limit_per_s);
		assert_true(search.low_per_s >= limit_per_s / 1.05 - 1);
	}
}

static void doubles_where_all_meet(void **state)
{
	struct search search;

	(void)state;
	start_from(&search, 1000, 7777);
	assert_int_equal(search.low_per_s, 1100);
	assert_int_equal(search.next_per_s, 2200);
	search_to_end(&search, 7777, 7777);
	assert_true(search.confirmed && search.low_per_s <= 7777);
	assert_true(search.low_per_s >= 7777 / 1.05 - 1);
	start_from(&search, 1000, INFINITY);
	search_to_end(&search, INFINITY, INFINITY); /* and is not at it for ever */
	assert_true(search.confirmed && search.low_per_s > 1100);
}

static void ends_where_nothing_meets(void **state)
{
	struct search search;
	bool longer;

	(void)state;
	start_from(&search, 1000, 0);
	assert_false(search_goes_on(&search, &longer));
	assert_int_equal(search.low_per_s, 0);
	search_start(&search, NULL, 0);
	assert_false(search_goes_on(&search, &longer));
}

static void goes_down_until_confirmed(void **state)
{
	struct search search;

	(void)state;
	start_from(&search, 1000, 700);
	search_to_end(&search, 700, 640);
	assert_true(search.confirmed);
	assert_in_range(search.low_per_s, 600, 640);
	start_from(&search, 1000, 700);
	search_to_end(&search, 700, 0);
	assert_false(search.confirmed);
	assert_in_range(search.low_per_s, 660, 700); /* what met once */
}

/* A fluke below a rate that meets does not end the search there. */
static void takes_the_highest_that_meets(void **state)
{
	static const struct search_point points[] = { { 500, SLO_MET }, { 300, SLO_MISSED },
		{ 900, SLO_MISSED }, { 100, SLO_MET }, { 700, SLO_MET }, { 800, SLO_UNKNOWN } };
	struct search search;

	(void)state;
	search_start(&search, points, 6);
	assert_int_equal(search.low_per_s, 700);
	assert_int_equal(search.high_per_s, 900);
}

/* The server bears 7000, but nothing above 5000 can be measured. */
static void calls_a_lower_bound_one(void **state)
{
	static const struct search_point points[] = { { 1000, SLO_MET }, { 4000, SLO_MET },
		{ 6000, SLO_UNKNOWN }, { 9000, SLO_MISSED } };
	struct search search;
	unsigned steps = 0;
	bool longer;

	(void)state;
	search_start(&search, points, 4);
	for (; search_goes_on(&search, &longer); steps++)
		search_note(&search,
			search.next_per_s > 7000           ? SLO_MISSED
				: search.next_per_s > 5000 ? SLO_UNKNOWN
							   : SLO_MET);
	assert_true(search.confirmed && search.at_least);
	assert_in_range(search.low_per_s, 4700, 5000);
	assert_true(steps < 20);
}

/* One that fails to hold once or twice is tried again, and then it counts. */
static void tries_again_what_does_not_hold(void **state)
{
	static const struct search_point points[] = { { 1000, SLO_MET }, { 2000, SLO_MISSED } };
	struct search search;
	bool longer;

	(void)state;
	search_start(&search, points, 2);
	for (unsigned k = 0; search_goes_on(&search, &longer); k++) {
		enum slo_verdict verdict = search.next_per_s <= 1500 ? SLO_MET : SLO_MISSED;
		search_note(&search, k % 3 < 2 ? SLO_UNKNOWN : verdict);
	}
	assert_true(search.confirmed && !search.at_least);
	assert_in_range(search.low_per_s, 1425, 1500);
}

static json_t *a_cell(const char *model, unsigned connections, double per_s, const char *status)
{
	json_t *summary = strcmp(status, "ok") == 0
		? json_pack("{s:{s:f}}", "throughput_per_s", "median", per_s)
		: json_null();

	return json_pack("{s:s, s:i, s:{s:i}, s:s, s:s, s:o}", "model", model, "concurrency",
		(int)connections, "params", "rate_per_s", 0, "status", status, "reason", "because",
		"summary", summary);
}

static void check_peak(json_t *cells, unsigned peak, unsigned curve)
{
	unsigned connections;
	const json_t *cell = sweep_peak(cells, "a", &connections);

	assert_int_equal(json_integer_value(json_object_get(cell, "concurrency")), peak);
	assert_int_equal(connections, curve);
}

static void chooses_the_peak(void **state)
{
	json_t *cells = json_array();

	(void)state;
	json_array_append_new(cells, a_cell("b", 1, 1e6, "ok"));
	json_array_append_new(cells, a_cell("a", 100, 1e6, "invalid"));
	check_peak(cells, 0, 0);
	json_array_append_new(cells, a_cell("a", 1, 900, "ok"));
	check_peak(cells, 1, 1);
	json_array_append_new(cells, a_cell("a", 3, 800, "ok"));
	check_peak(cells, 1, 3); /* nearer to 10 */
	json_array_append_new(cells, a_cell("a", 300, 500, "ok"));
	json_array_append_new(cells, a_cell("a", 10, 600, "ok"));
	json_array_append_new(cells, a_cell("a", 30, 700, "ok"));
	check_peak(cells, 1, 10);
	json_array_append_new(cells, a_cell("a", 1000, 2000, "ok"));
	check_peak(cells, 1000, 1000);
	json_decref(cells);
}

/* The simulated servers. */
static const double limit_s = 0.002;
static double capacity_per_s[2];
static int stop, stop_after;
static unsigned trials_run;

static double capacity(const struct trial_spec *spec)
{
	return capacity_per_s[strcmp(spec->model_name, "threads") == 0];
}

/* How long all but 1 % stay in a queue of one server. */
static double p99_s(double capacity_of_it, double rate_per_s)
{
	return rate_per_s < capacity_of_it ? log(100) / (capacity_of_it - rate_per_s) : 10;
}

static json_t *simulated(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stopped)
{
	double mu = capacity(spec), rate = param_number(&spec->params, "rate_per_s");
	double n = spec->concurrency;
	double per_s = rate > 0 ? fmin(rate, mu) : mu * n / (n + 5) / (1 + n / 2000);
	double p99 = rate > 0 ? p99_s(mu, rate) : n / per_s;

	(void)time_limit_s;
	if (spec->ceiling_only)
		return json_pack("{s:f}", "ceiling_per_s", 1e6);
	if (++trials_run == (unsigned)stop_after)
		stop = 1;
	if (*stopped)
		return NULL;
	assert_true(spec->ceiling_per_s == 1e6);
	assert_int_equal(param_number(&spec->params, "duration_ms") % 100, 0);
	return json_pack("{s:s, s:n, s:i, s:f, s:f, s:{s:f, s:f}, s:o}", "status", "ok", "reason",
		"tasks", 1000, "elapsed_s", 1.0, "throughput_per_s", per_s, "latency_ns", "p50",
		p99 * 1e9 / 6.6, "p99", p99 * 1e9, "offered_per_s",
		rate > 0 ? json_real(rate) : json_null());
}

static int made(void **state)
{
	/* Lists are cut up in place. */
	static char model_list[32], connection_list[32];
	char *argv[] = { "sweep", "-m", model_list, "-w", "echo", "-c", connection_list, "--slo",
		"p99<2ms", "--trials", "3", "--duration", "0.1", "--seed", "5", NULL };
	static struct sweep_options options;
	struct sweep *sweep = malloc(sizeof *sweep);

	strcpy(model_list, "threads,coroutine");
	strcpy(connection_list, "1,10,100");
	optind = 0; /* it is read more than once */
	if (!sweep || sweep_options_read(&options, 15, argv) != 0) {
		free(sweep);
		return -1;
	}
	sweep_init(sweep, &options);
	sweep->root = json_pack("{s:[]}", "cells");
	sweep->trial = simulated;
	sweep->stop = &stop;
	stop = stop_after = 0;
	trials_run = 0;
	capacity_per_s[0] = 20000;
	capacity_per_s[1] = 8000;
	*state = sweep;
	return 0;
}

static int unmade(void **state)
{
	struct sweep *sweep = *state;

	json_decref(sweep->root);
	json_decref(sweep->options->selection.arguments);
	free(sweep);
	return 0;
}

static void finds_what_a_queue_can_bear(void **state)
{
	struct sweep *sweep = *state;
	const json_t *cell, *trial;
	size_t i, k, trials = 0;

	assert_int_equal(sweep_run(sweep), 0);
	assert_int_equal(sweep->row_count, 2);
	for (size_t r = 0; r < 2; r++) {
		const struct sweep_row *row = &sweep->rows[r];
		double mu = capacity_per_s[strcmp(row->contender.name, "threads") == 0];
		double limit_per_s = mu - log(100) / limit_s;
		assert_int_equal(row->peak_connections, 100);
		assert_int_equal(row->curve_connections, 100);
		assert_true(row->searched && row->search.confirmed);
		assert_true(row->search.low_per_s <= limit_per_s);
		assert_true(row->search.low_per_s >= limit_per_s / 1.05 - 1);
	}
	json_array_foreach(json_object_get(sweep->root, "cells"), i, cell)
	{
		assert_true(cell_ok(cell));
		assert_int_equal(json_array_size(json_object_get(cell, "trials")), 3);
		json_array_foreach(json_object_get(cell, "trials"), k, trial) trials++;
	}
	assert_int_equal(trials, trials_run);
	assert_int_equal(sweep->done, trials_run);
}

/* In each phase and round a cell of one model stands among those of the other. */
static void mixes_the_models(void **state)
{
	struct sweep *sweep = *state;
	const json_t *cell, *trial;
	size_t i, k;
	const char *at[18] = { NULL };
	unsigned changes = 0;

	assert_int_equal(sweep_run(sweep), 0);
	json_array_foreach(json_object_get(sweep->root, "cells"), i, cell)
	{
		if (!is_closed_loop(cell))
			continue;
		json_array_foreach(json_object_get(cell, "trials"), k, trial)
		{
			size_t place = json_integer_value(json_object_get(trial, "order"));
			assert_in_range(place, 6 * k, 6 * k + 5); /* rounds of all cells */
			at[place] = text_at(cell, "model");
		}
	}
	for (i = 1; i < 18; i++) {
		assert_non_null(at[i - 1]);
		assert_non_null(at[i]);
		changes += at[i] && at[i - 1] && strcmp(at[i], at[i - 1]) != 0;
	}
	assert_true(changes > 3);
}

static void keeps_what_was_done(void **state)
{
	struct sweep *sweep = *state;
	const json_t *rows, *row;
	size_t i;

	stop_after = 25; /* amid the curves */
	assert_int_equal(sweep_run(sweep), -EINTR);
	sweep_describe(sweep);
	assert_int_equal(sweep->done, 24);
	rows = json_object_get(json_object_get(sweep->root, "sweep"), "models");
	assert_int_equal(json_array_size(rows), 2);
	json_array_foreach(rows, i, row)
	{
		assert_true(number_at(row, "peak_per_s") > 0);
		assert_true(json_is_null(json_object_get(row, "slo_rate_per_s")));
		assert_true(json_is_false(json_object_get(row, "confirmed")));
		assert_true(*text_at(row, "reason") && *text_at(row, "usl_reason"));
	}
}

static void says_why_there_is_no_rate(void **state)
{
	struct sweep *sweep = *state;

	capacity_per_s[1] = 1000; /* the emptiest server takes longer than the limit */
	assert_int_equal(sweep_run(sweep), 0);
	sweep_describe(sweep);
	for (size_t r = 0; r < 2; r++) {
		const struct sweep_row *row = &sweep->rows[r];
		bool slow = strcmp(row->contender.name, "threads") == 0;
		assert_int_equal(row->search.low_per_s == 0, slow);
		assert_int_equal(strstr(row->slo_reason, "p99 is 5.") != NULL, slow);
	}
}

/* Of 10 connections, so many in use, by a generator as busy as that. */
static json_t *an_overloaded_cell(double in_use, double busy_share)
{
	return json_pack("{s:s, s:s, s:i, s:[{s:f, s:f, s:f, s:{s:f}}], s:n}", "status", "invalid",
		"reason", "because", "concurrency", 10, "trials", "offered_per_s", 1000.0,
		"throughput_per_s", 600.0, "generator_cpu_share", busy_share, "little", "in_flight",
		in_use, "summary");
}

/* An open loop's cell: offered, answered, p99. */
static json_t *an_open_cell(double offered_per_s, double per_s, double p99_ns, const char *status)
{
	return json_pack("{s:s, s:s, s:[{s:f, s:f}], s:{s:{s:f}}}", "status", status, "reason",
		"because", "trials", "offered_per_s", offered_per_s, "throughput_per_s", per_s,
		"summary", "latency_p99_ns", "median", p99_ns);
}

static void check_verdict(json_t *cell, enum slo_verdict verdict, const char *why)
{
	char reason[128];
	struct slo slo;

	assert_int_equal(slo_parse("p99<10ms", &slo), 0);
	assert_int_equal(slo_judge(&slo, cell, reason, sizeof reason), verdict);
	assert_int_equal(*reason == '\0', verdict == SLO_MET);
	if (!strstr(reason, why))
		fail_msg("'%s' does not say '%s'", reason, why);
	json_decref(cell);
}

static void judges_a_point(void **state)
{
	(void)state;
	check_verdict(an_open_cell(1000, 1000, 9.9e6, "ok"), SLO_MET, "");
	check_verdict(an_open_cell(1000, 981, 9.9e6, "ok"), SLO_MET, "");
	check_verdict(an_open_cell(1000, 979, 9.9e6, "ok"), SLO_MISSED, "98 %");
	check_verdict(an_open_cell(1000, 1000, 1e7, "ok"), SLO_MISSED, "p99 is 10.0ms");
	check_verdict(an_open_cell(1000, 1000, 9e6, "invalid"), SLO_UNKNOWN, "invalid: because");
	check_verdict(an_overloaded_cell(9.9, 0.5), SLO_MISSED, "only 60 %");
	check_verdict(an_overloaded_cell(9.9, 0.97), SLO_UNKNOWN, "invalid");
	check_verdict(an_overloaded_cell(5, 0.5), SLO_UNKNOWN, "invalid");
	json_t *cell = an_open_cell(1000, 1000, 9e6, "ok");
	json_object_set_new(cell, "summary", json_object());
	check_verdict(cell, SLO_UNKNOWN, "too few requests");
}

static json_t *a_failed_cell(const char *kind, double per_s)
{
	return json_pack("{s:s, s:[{s:s, s:{s:i}, s:f, s:f}]}", "status", "failed", "trials",
		"status", "failed", "errors_by_kind", kind, 3, "offered_per_s", 1000.0,
		"throughput_per_s", per_s);
}

static void check_failed(json_t *cell, bool failed)
{
	assert_int_equal(cell_failed(cell), failed);
	json_decref(cell);
}

static void tells_failed_from_saturated(void **state)
{
	(void)state;
	check_failed(a_failed_cell("timeout", 500), false);
	check_failed(a_failed_cell("timeout", 999), true);
	check_failed(a_failed_cell("wrong_reply", 500), true);
	check_failed(a_cell("a", 1, 0, "unavailable"), false);
	check_failed(a_cell("a", 1, 0, "invalid"), false);
	check_failed(a_cell("a", 1, 0, "failed"), true);
	check_failed(a_cell("a", 1, 0, "crashed"), true);
	check_failed(a_cell("a", 1, 0, "timeout"), true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_an_slo),
		cmocka_unit_test(lays_rates_evenly),
		cmocka_unit_test(leaves_no_rate_twice),
		cmocka_unit_test(bisects_to_five_percent),
		cmocka_unit_test(doubles_where_all_meet),
		cmocka_unit_test(ends_where_nothing_meets),
		cmocka_unit_test(goes_down_until_confirmed),
		cmocka_unit_test(takes_the_highest_that_meets),
		cmocka_unit_test(calls_a_lower_bound_one),
		cmocka_unit_test(tries_again_what_does_not_hold),
		cmocka_unit_test(chooses_the_peak),
		cmocka_unit_test_setup_teardown(finds_what_a_queue_can_bear, made, unmade),
		cmocka_unit_test_setup_teardown(mixes_the_models, made, unmade),
		cmocka_unit_test_setup_teardown(keeps_what_was_done, made, unmade),
		cmocka_unit_test_setup_teardown(says_why_there_is_no_rate, made, unmade),
		cmocka_unit_test(judges_a_point),
		cmocka_unit_test(tells_failed_from_saturated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
