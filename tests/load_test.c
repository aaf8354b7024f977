/* SPDX-License-Identifier: MIT */
#include "../bench/load/arrivals.h"
#include "../bench/load/hdr.h"
#include "../bench/load/load.h"
#include "../bench/load/null_server.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/origin.h"

extern const struct client client_http;

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
	expect(result, "ok", "");
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
	for (int i = 0; i < 1000; i++)
		histogram_record(&result->lateness, 150000);
	expect(result, "invalid", "the generator sent late");
	result = good_result(true);
	for (int i = 0; i < 1000; i++)
		histogram_record(&result->lateness, 90000); /* below 10 % of 1 ms */
	expect(result, "ok", "");
	result = good_result(true);
	result->answered = 0;
	expect(result, "invalid", "no request of the window was answered");
	result = good_result(false);
	result->interrupted = true;
	expect(result, "invalid", "interrupted");
}

/* client_http */

static const struct param table[] = {
	{ .name = "response_bytes", .unit = "bytes", .initial = "5", .max = 1000000 },
	{ .name = "path", .initial = "/" },
	{ .name = "keep_alive", .unit = "", .initial = "1", .max = 1 },
	{ 0 },
};

static struct talk talk;
static char body[6];

static int open_talk(void **state)
{
	struct params params;
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(8080) };

	(void)state;
	origin_fill(body, 5, 0);
	params_init(&params, table);
	talk = (struct talk){ 0 };
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return client_http.open(&talk, &params, &address, true);
}

static int close_talk(void **state)
{
	(void)state;
	client_http.close(&talk);
	return 0;
}

/* What the pieces of text, of `step` bytes each, come to. */
static int take(struct reply *reply, const char *text, size_t step)
{
	size_t size = strlen(text);
	int got = 0;

	memset(reply, 0, sizeof *reply);
	for (size_t at = 0; at < size && got == 0; at += step) {
		size_t piece = size - at < step ? size - at : step;
		got = client_http.take(&talk, reply, text + at, piece);
		if (got > 0 && at + piece < size)
			return -EILSEQ; /* complete before its end */
	}
	return got;
}

/* A reply of head and the body, as often as format has %s, taken in pieces of every size. */
static void expect_take(const char *format, int expected, bool closes)
{
	char text[512];
	struct reply reply;

	snprintf(text, sizeof text, format, body);
	for (size_t step = 1; step <= strlen(text); step++) {
		int got = take(&reply, text, step);
		if (got != expected)
			fail_msg(
				"%d instead of %d in steps of %zu:\n%s", got, expected, step, text);
		if (expected == 1)
			assert_int_equal(reply.closes, closes);
	}
}

static void requests_are_http(void **state)
{
	(void)state;
	assert_int_equal(talk.request_bytes, strlen(talk.request));
	assert_string_equal(talk.request, "GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n");
	assert_int_equal(talk.expected_bytes, 5);
}

static void good_replies_are_taken_in_pieces_of_every_size(void **state)
{
	(void)state;
	expect_take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%s", 1, false);
	expect_take("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n%s", 1, true);
	expect_take("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n%s", 1, true);
	expect_take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%s\r\n0\r\n\r\n", 1,
		false);
	expect_take("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n%.2s\r\n", 0, false);
}

static void a_reply_may_end_with_the_connection(void **state)
{
	struct reply reply;
	char text[128];

	(void)state;
	snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\n\r\n%s", body);
	for (size_t step = 1; step <= strlen(text); step++) {
		assert_int_equal(take(&reply, text, step), 0);
		assert_true(client_http.ended(&reply));
		assert_true(reply.closes);
	}
	text[strlen(text) - 1] = '\0';
	assert_int_equal(take(&reply, text, 7), 0);
	assert_false(client_http.ended(&reply));
	assert_int_equal(take(&reply, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 7), 0);
	assert_false(client_http.ended(&reply));
	memset(&reply, 0, sizeof reply);
	assert_false(client_http.ended(&reply)); /* not a byte came */
}

static void a_wrong_byte_anywhere_is_found(void **state)
{
	(void)state;
	for (int at = 0; at < 5; at++) {
		body[at] ^= 1;
		expect_take("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%s", -EBADMSG, false);
		expect_take("HTTP/1.1 200 OK\r\n\r\n%s", -EBADMSG, false);
		body[at] ^= 1;
	}
}

static void bodies_of_another_length_are_wrong(void **state)
{
	(void)state;
	expect_take("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n%.4s", -EBADMSG, false);
	expect_take("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n%s!", -EBADMSG, false);
	expect_take("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", -EBADMSG, false);
}

static void another_status_is_wrong(void **state)
{
	(void)state;
	expect_take("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\n%s", -EBADMSG, false);
	expect_take("HTTP/1.1 503 Busy\r\nContent-Length: 5\r\n\r\n%s", -EBADMSG, false);
	expect_take("HTTP/1.1 204 No Content\r\n\r\n", -EBADMSG, false);
}

static void superfluous_bytes_are_wrong(void **state)
{
	char text[128];
	struct reply reply;

	(void)state;
	snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n%sH", body);
	assert_int_equal(take(&reply, text, strlen(text)), -EBADMSG);
	assert_int_equal(take(&reply, text, strlen(text) - 3), -EBADMSG);
}

static void what_is_not_http_is_told_apart(void **state)
{
	(void)state;
	expect_take("SSH-2.0-OpenSSH_9.2\r\n", -EPROTO, false);
	expect_take("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n%s", -EPROTO, false);
}

static void a_path_must_be_one(void **state)
{
	static const char *const paths[] = { "", "small", "/a b", "/a\r\nX: y" };
	struct params params;
	struct sockaddr_in address = { .sin_family = AF_INET };

	(void)state;
	params_init(&params, table);
	for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
		struct talk other = { 0 };
		assert_int_equal(params_set(&params, "path", paths[i]), 0);
		assert_int_equal(client_http.open(&other, &params, &address, true), -EINVAL);
		assert_non_null(strstr(other.reason, "is not the path"));
	}
}

/* HdrHistogram's forms. The texts are what its own Java library makes of the same values. */

static char *hgrm_of(const struct histogram *histogram)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	hgrm_write(histogram, out);
	fclose(out);
	return text;
}

static void the_percentile_text_is_hdr_histograms(void **state)
{
	static struct histogram histogram;
	char golden[16384] = "";
	FILE *file = fopen(DATADIR "/tests/data/load.hgrm", "r");

	(void)state;
	assert_non_null(file);
	assert_true(fread(golden, 1, sizeof golden - 1, file) > 0);
	fclose(file);
	histogram_init(&histogram);
	for (int64_t i = 1; i <= 1000; i++)
		histogram_record(&histogram, i * i * 977);
	char *text = hgrm_of(&histogram);
	assert_string_equal(text, golden);
	free(text);
	histogram_init(&histogram);
	text = hgrm_of(&histogram);
	assert_non_null(strstr(text, "Total count    =            0]"));
	free(text);
}

/* Whole loads, against the null server. */

static bool server_closes; /* what take finds in a reply */

static int scripted_take(const struct talk *of, struct reply *reply, const char *data, size_t size)
{
	const char *expected = reply->hello ? "welcome" : of->expected;
	size_t expected_bytes = strlen(expected);

	if (size > expected_bytes - reply->at || memcmp(expected + reply->at, data, size) != 0)
		return -EBADMSG;
	reply->at += size;
	reply->closes = server_closes;
	return reply->at == expected_bytes;
}

static const struct client scripted = { .take = scripted_take };

static const struct talk plain_talk = {
	.request = "what?", .request_bytes = 5, .expected = "this", .expected_bytes = 4
};
static const struct talk hello_talk = { .hello = "hello",
	.hello_bytes = 5,
	.request = "what?",
	.request_bytes = 5,
	.expected = "this",
	.expected_bytes = 4 };

static struct load_spec small_spec(const struct talk *with)
{
	return (struct load_spec){ .client = &scripted,
		.talk = with,
		.connections = 6,
		.threads = 2,
		.keep_alive = true,
		.warmup_ns = 50 * MS,
		.duration_ns = 200 * MS,
		.timeout_ns = 5 * (int64_t)S };
}

/* Run a load against a null server that gives these answers. */
static struct load_result *run(struct load_spec *spec, struct answers answers, int expected)
{
	struct null_server server;
	struct load_result *result = load_result_new();

	assert_non_null(result);
	server_closes = answers.closes;
	assert_int_equal(null_server_start(&server, spec->talk, &answers, NULL), 0);
	spec->address = server.address;
	int err = load_run(spec, result);
	null_server_stop(&server);
	assert_int_equal(err, expected);
	return result;
}

static struct answers right(bool closes)
{
	return (struct answers){ .hello = "welcome",
		.hello_bytes = 7,
		.reply = "this",
		.reply_bytes = 4,
		.closes = closes };
}

static void expect_sound(struct load_result *result)
{
	assert_int_equal(load_errors(result), 0);
	assert_true(result->requests > 10);
	assert_int_equal(result->answered + result->unsent, result->requests);
	assert_int_equal(result->response.count, result->requests);
	assert_int_equal(result->connected, 6);
	assert_int_equal(result->starved, 0);
	assert_true(result->served_min > 0 && result->served_min <= result->served_median &&
		result->served_median <= result->served_max);
	assert_true(fabs(result->in_flight - result->in_flight_by_service - result->straddle_in +
			    result->straddle_out) < 0.001 * result->connections);
	load_result_free(result);
}

static void a_closed_loop_fills_its_connections(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);
	struct load_result *result = run(&spec, right(false), 0);

	(void)state;
	assert_true(fabs(result->in_flight - 6) < 0.3);
	expect_sound(result);
}

static void an_open_loop_sends_every_arrival(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);

	(void)state;
	spec.rate_per_s = 1000;
	struct load_result *result = run(&spec, right(false), 0);
	assert_int_equal(result->requests, 200);
	assert_int_equal(result->service.count + result->unsent, 200);
	expect_sound(result);
}

static void hello_comes_first(void **state)
{
	struct load_spec spec = small_spec(&hello_talk);
	struct answers wrong = right(false);

	(void)state;
	expect_sound(run(&spec, right(false), 0));
	wrong.hello = "go away";
	struct load_result *result = run(&spec, wrong, -ECONNREFUSED);
	load_result_free(result);
}

static void a_connection_a_request_ends_with_the_server_or_without(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);

	(void)state;
	spec.keep_alive = false;
	expect_sound(run(&spec, right(true), 0));
	expect_sound(run(&spec, right(false), 0));
}

static void a_server_that_closes_is_connected_to_again(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);
	struct load_result *result = run(&spec, right(true), 0);

	(void)state;
	assert_true(result->reopened > 10);
	expect_sound(result);
}

static void wrong_replies_are_errors(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);
	struct answers wrong = right(false);

	(void)state;
	wrong.reply = "thus";
	struct load_result *result = run(&spec, wrong, 0);
	assert_int_equal(result->answered, 0);
	assert_true(result->errors[LOAD_WRONG] >= 6);
	assert_int_equal(load_errors(result), result->errors[LOAD_WRONG]);
	load_result_free(result);
}

static void nobody_to_talk_to_is_told(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);
	struct null_server server;
	struct answers answers = right(false);
	struct load_result *result = load_result_new();

	(void)state;
	assert_int_equal(null_server_start(&server, spec.talk, &answers, NULL), 0);
	null_server_stop(&server);
	spec.address = server.address;
	assert_int_equal(load_run(&spec, result), -ECONNREFUSED);
	assert_non_null(strstr(result->reason, "not one of 6 connections"));
	load_result_free(result);
}

static void answers_are_learnt_and_give_a_ceiling(void **state)
{
	struct load_spec spec = small_spec(&hello_talk);
	struct null_server server;
	struct answers answers = right(false), learnt = { 0 };
	char reason[256];
	double ceiling_per_s = 0;

	(void)state;
	server_closes = false;
	assert_int_equal(null_server_start(&server, spec.talk, &answers, NULL), 0);
	spec.address = server.address;
	assert_int_equal(answers_learn(&spec, &learnt, reason, sizeof reason), 0);
	null_server_stop(&server);
	assert_int_equal(learnt.hello_bytes, 7);
	assert_memory_equal(learnt.hello, "welcome", 7);
	assert_int_equal(learnt.reply_bytes, 4);
	assert_memory_equal(learnt.reply, "this", 4);
	assert_false(learnt.closes);
	assert_int_equal(load_ceiling(&spec, &learnt, &ceiling_per_s), 0);
	assert_true(ceiling_per_s > 10);
	answers_free(&learnt);
}

static void a_stop_ends_a_load(void **state)
{
	static const volatile int stop = 1;
	struct load_spec spec = small_spec(&plain_talk);

	(void)state;
	spec.duration_ns = 60 * (int64_t)S;
	spec.stop = &stop;
	struct load_result *result = run(&spec, right(false), 0);
	assert_true(result->interrupted);
	load_result_free(result);
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
		cmocka_unit_test(absurd_percentiles_and_late_sending_are_invalid),
		cmocka_unit_test(requests_are_http),
		cmocka_unit_test(good_replies_are_taken_in_pieces_of_every_size),
		cmocka_unit_test(a_reply_may_end_with_the_connection),
		cmocka_unit_test(a_wrong_byte_anywhere_is_found),
		cmocka_unit_test(bodies_of_another_length_are_wrong),
		cmocka_unit_test(another_status_is_wrong),
		cmocka_unit_test(superfluous_bytes_are_wrong),
		cmocka_unit_test(what_is_not_http_is_told_apart),
		cmocka_unit_test(a_path_must_be_one),
		cmocka_unit_test(the_percentile_text_is_hdr_histograms),
		cmocka_unit_test(a_closed_loop_fills_its_connections),
		cmocka_unit_test(an_open_loop_sends_every_arrival),
		cmocka_unit_test(hello_comes_first),
		cmocka_unit_test(a_connection_a_request_ends_with_the_server_or_without),
		cmocka_unit_test(a_server_that_closes_is_connected_to_again),
		cmocka_unit_test(wrong_replies_are_errors),
		cmocka_unit_test(nobody_to_talk_to_is_told),
		cmocka_unit_test(answers_are_learnt_and_give_a_ceiling),
		cmocka_unit_test(a_stop_ends_a_load),
	};

	return cmocka_run_group_tests(tests, open_talk, close_talk);
}
