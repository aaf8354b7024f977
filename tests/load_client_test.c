/* SPDX-License-Identifier: MIT */
/* The http service's client, on replies of every kind in pieces of every size. */
#include "../bench/load/client.h"
#include "../bench/origin.h"

#include <arpa/inet.h>

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

extern const struct client client_http;

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_http),
		cmocka_unit_test(good_replies_are_taken_in_pieces_of_every_size),
		cmocka_unit_test(a_reply_may_end_with_the_connection),
		cmocka_unit_test(a_wrong_byte_anywhere_is_found),
		cmocka_unit_test(bodies_of_another_length_are_wrong),
		cmocka_unit_test(another_status_is_wrong),
		cmocka_unit_test(superfluous_bytes_are_wrong),
		cmocka_unit_test(what_is_not_http_is_told_apart),
		cmocka_unit_test(a_path_must_be_one),
	};

	return cmocka_run_group_tests(tests, open_talk, close_talk);
}
