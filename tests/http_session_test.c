/* SPDX-License-Identifier: MIT */
/* The http service's session without sockets: what comes out does not depend on how bytes come in.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../bench/origin.h"
#include "../bench/origin_request.h"
#include "../bench/rng.h"
#include "../bench/workloads/http_session.h"

enum { INPUT_BYTES = 8192, OUTPUT_MAX = 1 << 22, BODY_BYTES = 100 };

struct output {
	char *text;
	size_t size;
	unsigned writes;
	bool over; /* the session ended by itself */
};

static struct replies replies;

static int make_replies(void **state)
{
	(void)state;
	origin_request_init();
	return replies_init(&replies, BODY_BYTES);
}

static int free_replies(void **state)
{
	(void)state;
	replies_free(&replies);
	return 0;
}

/* One write is all that a socket takes at once, so the batch and a reply after it are two. */
static void write_out(struct session *session, struct output *output)
{
	const char *data;
	size_t size;

	while ((size = session_output(session, &data)) > 0) {
		assert_true(output->size + size <= OUTPUT_MAX);
		memcpy(output->text + output->size, data, size);
		output->size += size;
		output->writes++;
		session_sent(session, size);
	}
}

/* Feed input in cuts of at most so many bytes, at random where rng is given. */
static struct output converse(const char *input, size_t size, size_t cut, struct rng *rng)
{
	struct output output = { .text = malloc(OUTPUT_MAX) };
	char *buf = malloc(INPUT_BYTES);
	struct session session;
	size_t at = 0;
	enum session_state state;

	session_open(&session, &replies, buf);
	while ((state = session_parse(&session)) != SESSION_OVER) {
		if (state == SESSION_REQUEST) {
			session_answer(&session, HTTP_STATUS_OK);
			if (session_must_write(&session))
				write_out(&session, &output);
			continue;
		}
		write_out(&session, &output);
		if (at == size)
			break;
		size_t piece = rng ? 1 + rng_below(rng, cut) : cut;
		if (piece > size - at)
			piece = size - at;
		memcpy(buf, input + at, piece);
		session_received(&session, piece);
		at += piece;
	}
	write_out(&session, &output);
	output.over = state == SESSION_OVER;
	session_close(&session);
	free(buf);
	return output;
}

static struct output whole(const char *input, size_t size)
{
	return converse(input, size, INPUT_BYTES, NULL);
}

/* However it is cut, the same must come out. */
static void same_in_all_cuts(const char *input, size_t size)
{
	struct output expected = whole(input, size);
	struct rng rng;

	rng_seed(&rng, 1);
	for (int round = 0; round < 60; round++) {
		static const size_t cuts[] = { 1, 2, 3, 7, 100, 1000 };
		size_t cut = cuts[round % 6];
		struct output output = converse(input, size, cut, round < 6 ? NULL : &rng);
		assert_int_equal(output.size, expected.size);
		assert_memory_equal(output.text, expected.text, expected.size);
		assert_int_equal(output.over, expected.over);
		free(output.text);
	}
	free(expected.text);
}

static void cuts_make_no_difference(void **state)
{
	static const char requests[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				       "\r\nHEAD /a?b=c HTTP/1.1\r\nExpec: 1\r\nExpects: 2\r\n\r\n"
				       "POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"
				       "PUT / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
				       "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
				       "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: 1\r\n\r\n"
				       "POST / HTTP/1.1\r\n\r\n"
				       "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
	static const char *const ends[] = { "", "GET / HTTP/1.0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "not HTTP\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nno colon\r\n\r\n",
		"CONNECT a:1 HTTP/1.1\r\n\r\nxyz" };

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char input[sizeof requests + 200];
		int size = snprintf(input, sizeof input, "%s%s", requests, ends[i]);
		same_in_all_cuts(input, size);
	}
}

/* A head of so many bytes, most of them in its target or in a header. */
static char *long_head(size_t size, bool target)
{
	static const char end[] = " HTTP/1.1\r\n\r\n";
	char *head = malloc(size + 1);
	const char *start = target ? "GET /" : "GET / HTTP/1.1\r\nX: ";

	memset(head, 'a', size);
	for (size_t i = 0; start[i]; i++)
		head[i] = start[i];
	if (target)
		memcpy(head + size - strlen(end), end, sizeof end);
	else
		memcpy(head + size - 4, "\r\n\r\n", 5);
	return head;
}

static void expect_status(const char *input, size_t size, const char *status)
{
	struct output output = whole(input, size);
	char line[64];

	snprintf(line, sizeof line, "HTTP/1.1 %s ", status);
	assert_true(output.size > strlen(line));
	assert_memory_equal(output.text, line, strlen(line));
	free(output.text);
	same_in_all_cuts(input, size);
}

static void heads_have_a_limit(void **state)
{
	(void)state;
	for (int target = 0; target < 2; target++) {
		char *head = long_head(SESSION_HEAD_MAX, target);
		expect_status(head, SESSION_HEAD_MAX, "200");
		free(head);
		for (size_t size = SESSION_HEAD_MAX + 1; size < 200000; size *= 3) {
			head = long_head(size, target);
			expect_status(head, size, target ? "414" : "431");
			free(head);
		}
	}
}

static void bodies_have_a_limit(void **state)
{
	static const char chunk[] = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n%X\r\n";
	static const char length[] = "POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n";

	(void)state;
	for (int over = 0; over < 2; over++)
		for (int chunked = 0; chunked < 2; chunked++) {
			size_t bytes = SESSION_BODY_MAX + over;
			char *input = malloc(bytes + 200);
			int head = sprintf(input, chunked ? chunk : length, (int)bytes);
			origin_fill(input + head, bytes, 0);
			snprintf(input + head + bytes, 100, "\r\n0\r\n\r\n");
			struct output output = whole(input, head + bytes + (chunked ? 7 : 0));
			assert_memory_equal(
				output.text, over ? "HTTP/1.1 413" : "HTTP/1.1 200", 12);
			if (!over)
				assert_memory_equal(
					output.text + output.size - bytes, input + head, bytes);
			assert_int_equal(output.over, over);
			free(output.text);
			free(input);
		}
}

static void replies_go_out_together(void **state)
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\n";
	char input[100 * sizeof request];
	size_t size = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		size += sprintf(input + size, "%s", request);
	struct output one = whole(request, sizeof request - 1);
	struct output many = whole(input, size);
	assert_int_equal(one.writes, 1);
	assert_int_equal(many.size, 100 * one.size);
	assert_int_equal(many.writes, 1);
	free(one.text);
	free(many.text);
}

static void an_expecting_client_is_told_to_go_on(void **state)
{
	static const char head[] = "POST / HTTP/1.1\r\neXpEcT: 100-continue\r\nContent-Length: ";
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n";
	char input[200];
	int size = snprintf(input, sizeof input, "%s5\r\n\r\nhello", head);
	struct output output = converse(input, size, 1, NULL);

	(void)state;
	assert_memory_equal(output.text, go_on, sizeof go_on - 1);
	assert_memory_equal(output.text + output.size - 9, "\r\n\r\nhello", 9);
	free(output.text);
	expect_status("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na",
		strlen("POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na"),
		"200");
	size = snprintf(input, sizeof input, "%s5\r\n\r\nhello", head);
	output = whole(input, size);
	assert_memory_equal(output.text, "HTTP/1.1 200", 12);
	free(output.text);
	size = snprintf(input, sizeof input, "%s1048577\r\n\r\n", head);
	expect_status(input, size, "413");
}

/* Nonsense ends in a reply that closes, or waits for more; memory errors are the sanitizers'. */
static void nonsense_does_no_harm(void **state)
{
	static const char seed[] =
		"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
		"Expect: 100-continue\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
		"5\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\nContent-Length: 2\r\n\r\nab";
	struct rng rng;
	unsigned refused = 0;

	(void)state;
	rng_seed(&rng, 2);
	for (int round = 0; round < 5000; round++) {
		char input[sizeof seed];
		memcpy(input, seed, sizeof seed);
		for (uint64_t n = rng_below(&rng, 4); n <= 4; n++)
			input[rng_below(&rng, sizeof seed)] = rng_below(&rng, 256);
		struct output output = converse(input, sizeof input, 40, &rng);
		refused += output.over;
		free(output.text);
	}
	assert_true(refused > 1000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_make_no_difference),
		cmocka_unit_test(heads_have_a_limit),
		cmocka_unit_test(bodies_have_a_limit),
		cmocka_unit_test(replies_go_out_together),
		cmocka_unit_test(an_expecting_client_is_told_to_go_on),
		cmocka_unit_test(nonsense_does_no_harm),
	};

	return cmocka_run_group_tests_name("http session", tests, make_replies, free_replies);
}
