/* SPDX-License-Identifier: MIT */
/* Whole loads against the null server, and what is written of them. */
#include "../bench/load/hdr.h"
#include "../bench/load/load.h"
#include "../bench/load/null_server.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { S = 1000000000, MS = 1000000 };

/* The golden file is what HdrHistogram's own Java library makes of the same values. */

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
	struct sockaddr *address = (struct sockaddr *)&spec.address;
	socklen_t size = sizeof spec.address;
	struct load_result *result = load_result_new();
	int nobody = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* bound, it keeps its port */

	(void)state;
	spec.address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	assert_int_equal(bind(nobody, address, size), 0);
	assert_int_equal(getsockname(nobody, address, &size), 0);
	assert_int_equal(load_run(&spec, result), -ECONNREFUSED);
	assert_non_null(strstr(result->reason, "not one of 6 connections"));
	load_result_free(result);
	close(nobody);
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

static volatile int stop;

static void on_alarm(int signal_number)
{
	(void)signal_number;
	stop = 1;
}

static void a_stop_in_the_window_ends_a_load(void **state)
{
	struct load_spec spec = small_spec(&plain_talk);
	struct sigaction alarmed = { .sa_handler = on_alarm, .sa_flags = SA_RESTART };

	(void)state;
	spec.duration_ns = 60 * (int64_t)S;
	spec.stop = &stop;
	sigaction(SIGALRM, &alarmed, NULL);
	alarm(1);
	struct load_result *result = run(&spec, right(false), 0);
	assert_true(result->interrupted);
	assert_true(result->answered > 0);
	assert_true(result->window_s > 0.1 && result->window_s < 30);
	assert_int_equal(load_errors(result), 0);
	load_result_free(result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_percentile_text_is_hdr_histograms),
		cmocka_unit_test(a_closed_loop_fills_its_connections),
		cmocka_unit_test(an_open_loop_sends_every_arrival),
		cmocka_unit_test(hello_comes_first),
		cmocka_unit_test(a_connection_a_request_ends_with_the_server_or_without),
		cmocka_unit_test(a_server_that_closes_is_connected_to_again),
		cmocka_unit_test(wrong_replies_are_errors),
		cmocka_unit_test(nobody_to_talk_to_is_told),
		cmocka_unit_test(answers_are_learnt_and_give_a_ceiling),
		cmocka_unit_test(a_stop_in_the_window_ends_a_load),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
