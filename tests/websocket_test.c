/* SPDX-License-Identifier: MIT */
/* The websocket service's session: what it answers to what it is fed. */
#include "websocket.h"

enum { MAX = WEBSOCKET_MESSAGE_BYTES };

/* Not a string, as it stands inside of frames. */
static const char suffix[] = { '/', 'a', 'n', 's', 'w', 'e', 'r' };

static void assert_answers(const struct answers *actual, const struct answers *expected)
{
	assert_int_equal(actual->size, expected->size);
	assert_memory_equal(actual->data, expected->data, expected->size);
}

/*
 * Feed the frames in pieces of each size to a session of its own: it must answer
 * as expected each time. Frees both.
 */
static void exchange(struct answers *frames, struct answers *expected, bool ended, bool must_linger)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 2, 7, 5000 };

	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct websocket websocket;
		struct answers answers = { 0 };
		open_session(&websocket, &answers);
		feed(&websocket, &answers, frames->data, frames->size, pieces[i]);
		assert_answers(&answers, expected);
		assert_int_equal(websocket.ended, ended);
		if (ended)
			assert_int_equal(websocket_must_linger(&websocket), must_linger);
		close_session(&websocket, &answers);
	}
	free(frames->data);
	free(expected->data);
}

/* The frames must be answered with a close of that status and nothing else. */
static void closes(struct answers *frames, unsigned status)
{
	struct answers expected = { 0 };

	add_text(frames, FIN | TEXT, "not read any more");
	add_close(&expected, false, status);
	exchange(frames, &expected, true, true);
}

static void test_accept_of_the_rfc(void **state)
{
	char accept[WEBSOCKET_ACCEPT_BYTES + 1];

	(void)state;
	assert_int_equal(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==", accept), 0);
	assert_string_equal(accept, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

static void test_handshake_in_pieces_with_a_frame_behind(void **state)
{
	static const size_t pieces[] = { SIZE_MAX, 1, 3, 100 };
	struct answers all = { 0 }, expected = { 0 };

	(void)state;
	append(&all, hello, strlen(hello));
	add_text(&all, FIN | TEXT, "early");
	append(&expected, welcome, strlen(welcome));
	add_answer(&expected, FIN | TEXT, "early/answer", 12);
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct websocket websocket;
		struct answers answers = { 0 };
		websocket_init(&websocket);
		feed(&websocket, &answers, all.data, all.size, pieces[i]);
		assert_answers(&answers, &expected);
		assert_false(websocket.ended);
		close_session(&websocket, &answers);
	}
	free(all.data);
	free(expected.data);
}

static void test_refused_handshakes(void **state)
{
	static const struct {
		int status;
		const char *request;
	} cases[] = {
		{ 426, "GET / HTTP/1.1\r\nHost: h\r\n\r\n" },
		{ 426, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody" },
		{ 426,
			"GET / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n" KEY VERSION
			"\r\n" },
		{ 426, "GET / HTTP/1.1\r\nUpgrade: websocket\r\n" KEY VERSION "\r\n" },
		{ 426, HEAD KEY "Sec-WebSocket-Version: 8\r\n\r\n" },
		{ 426, HEAD KEY "\r\n" },
		{ 426, HEAD KEY VERSION VERSION "\r\n" },
		{ 400, HEAD VERSION "\r\n" },
		{ 400, HEAD VERSION KEY KEY "\r\n" },
		{ 400, HEAD VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=\r\n\r\n" },
		{ 400, HEAD VERSION "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25j!Q==\r\n\r\n" },
		{ 400, HEAD VERSION "Sec-WebSocket-Key:\r\n\r\n" },
		{ 400,
			"GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" KEY
				VERSION "\r\n" },
		{ 400, "\x16\x03\x01\x02\x01\x01" },
		{ 400, "hello\r\n\r\n" },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
		struct websocket websocket;
		struct answers answers = { 0 };
		const char *request = cases[i / 2].request;
		char line[32];
		websocket_init(&websocket);
		feed(&websocket, &answers, request, strlen(request), i % 2 ? 1 : SIZE_MAX);
		assert_true(websocket.ended && websocket_must_linger(&websocket));
		assert_false(websocket_open(&websocket));
		snprintf(line, sizeof line, "HTTP/1.1 %d ", cases[i / 2].status);
		assert_memory_equal(answers.data, line, strlen(line));
		assert_non_null(strstr(answers.data, "\r\nConnection: close"));
		assert_int_equal(strstr(answers.data, "\r\nSec-WebSocket-Version: 13\r\n") != NULL,
			cases[i / 2].status == 426);
		assert_string_equal(answers.data + answers.size - 4, "\r\n\r\n");
		close_session(&websocket, &answers);
	}
}

/* A request of so many bytes; answers must begin with line. */
static void request_of(size_t size, const char *line)
{
	static const char name[] = { 'X', ':', ' ' };
	char request[HANDSHAKE_HEAD_BYTES + 1];
	size_t end_bytes = 4, at = sizeof hello - sizeof "\r\n";
	struct websocket websocket;
	struct answers answers = { 0 };

	memset(request, 'x', sizeof request);
	memcpy(request, hello, at);
	memcpy(request + at, name, sizeof name);
	memcpy(request + size - end_bytes, "\r\n\r\n", end_bytes);
	websocket_init(&websocket);
	feed(&websocket, &answers, request, size, 1000);
	assert_memory_equal(answers.data, line, strlen(line));
	close_session(&websocket, &answers);
}

static void test_the_longest_request(void **state)
{
	(void)state;
	request_of(HANDSHAKE_HEAD_BYTES, "HTTP/1.1 101 ");
	request_of(HANDSHAKE_HEAD_BYTES + 1, "HTTP/1.1 431 ");
}

static void test_messages(void **state)
{
	struct answers frames = { 0 }, expected = { 0 };
	char long_text[70000], answer[sizeof long_text + sizeof suffix];

	(void)state;
	memset(long_text, 'x', sizeof long_text);
	memcpy(answer, long_text, sizeof long_text);
	memcpy(answer + sizeof long_text, suffix, sizeof suffix);
	add_text(&frames, FIN | TEXT, "hello");
	add_answer(&expected, FIN | TEXT, "hello/answer", 12);
	add_text(&frames, FIN | TEXT, "");
	add_answer(&expected, FIN | TEXT, "/answer", 7);
	add_text(&frames, FIN | TEXT, "h\u00e4\u20ac\U0001f600");
	add_answer(&expected, FIN | TEXT, "h\u00e4\u20ac\U0001f600/answer", 17);
	add(&frames, FIN | BINARY, "close", 5);
	add_answer(&expected, FIN | BINARY, "close", 5);
	add(&frames, FIN | BINARY, "\0\xff\xfe", 3);
	add_answer(&expected, FIN | BINARY, "\0\xff\xfe", 3);
	add(&frames, FIN | BINARY, "", 0);
	add_answer(&expected, FIN | BINARY, "", 0);
	add(&frames, FIN | TEXT, long_text, 300);
	add_answer(&expected, FIN | TEXT, answer + sizeof long_text - 300, 300 + sizeof suffix);
	add(&frames, FIN | TEXT, long_text, sizeof long_text);
	add_answer(&expected, FIN | TEXT, answer, sizeof answer);
	exchange(&frames, &expected, false, false);
}

static void test_fragments_with_pings_between(void **state)
{
	struct answers frames = { 0 }, expected = { 0 };

	(void)state;
	add_text(&frames, TEXT, "frag");
	add_text(&frames, FIN | PING, "a");
	add_text(&frames, 0, "");
	add_text(&frames, 0, "\xe2\x82"); /* a character across frames */
	add_text(&frames, FIN | PING, "");
	add_text(&frames, FIN | PONG, "nobody asked");
	add_text(&frames, FIN, "\xac!");
	add_text(&frames, FIN | TEXT, "next");
	add_answer(&expected, FIN | PONG, "a", 1);
	add_answer(&expected, FIN | PONG, "", 0);
	add_answer(&expected, FIN | TEXT, "frag\u20ac!/answer", 15);
	add_answer(&expected, FIN | TEXT, "next/answer", 11);
	exchange(&frames, &expected, false, false);
}

static void test_closes_when_asked_to(void **state)
{
	struct answers frames = { 0 }, expected = { 0 };

	(void)state;
	add_text(&frames, FIN | TEXT, "last");
	add(&frames, FIN | CLOSE,
		"\x03\xe8"
		"bye",
		5);
	add_text(&frames, FIN | TEXT, "too late");
	add_answer(&expected, FIN | TEXT, "last/answer", 11);
	add_answer(&expected, FIN | CLOSE,
		"\x03\xe8"
		"bye",
		5);
	exchange(&frames, &expected, true, false);
	frames = expected = (struct answers){ 0 };
	add(&frames, FIN | CLOSE, "", 0);
	add_answer(&expected, FIN | CLOSE, "", 0);
	exchange(&frames, &expected, true, false);
	frames = (struct answers){ 0 };
	add_text(&frames, TEXT, "cl");
	add_text(&frames, FIN, "ose");
	closes(&frames, 1000);
}

static void test_breaches_of_the_protocol(void **state)
{
	static const struct {
		unsigned status, first;
		bool unmasked;
		uint64_t length; /* that the header says */
		const char *payload;
	} cases[] = {
		{ 1002, FIN | TEXT, true, 5, "hello" },
		{ 1002, FIN | RSV1 | TEXT, false, 5, "hello" },
		{ 1002, FIN | 0x20 | TEXT, false, 5, "hello" },
		{ 1002, FIN | 3, false, 5, "hello" },
		{ 1002, FIN | 0xb, false, 5, "hello" },
		{ 1002, FIN, false, 5, "hello" },
		{ 1002, PING, false, 5, "hello" },
		{ 1002, FIN | PING, false, 126, "hello" },
		{ 1002, FIN | CLOSE, false, 1, "\x03" },
		{ 1002, FIN | CLOSE, false, 2, "\x03\xed" },
		{ 1007, FIN | TEXT, false, 3, "ok\xff" },
		{ 1007, FIN | TEXT, false, 2, "\xc3(" },
		{ 1007, FIN | TEXT, false, 2, "\xe2\x82" },
		{ 1009, FIN | TEXT, false, MAX + 1, "x" },
		{ 1009, FIN | BINARY, false, UINT64_C(1) << 62, "x" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct answers frames = { 0 };
		append_frame(&frames, cases[i].first, !cases[i].unmasked, cases[i].length,
			cases[i].payload, strlen(cases[i].payload));
		closes(&frames, cases[i].status);
	}
}

static void test_the_longest_message(void **state)
{
	struct answers frames = { 0 }, expected = { 0 }, answers = { 0 };
	struct websocket websocket;
	char *longest = malloc(MAX + sizeof suffix);

	(void)state;
	assert_non_null(longest);
	memset(longest, 'x', MAX);
	memcpy(longest + MAX, suffix, sizeof suffix);
	add(&frames, TEXT, longest, MAX / 2);
	add(&frames, FIN, longest, MAX / 2);
	add_answer(&expected, FIN | TEXT, longest, MAX + sizeof suffix);
	open_session(&websocket, &answers);
	feed(&websocket, &answers, frames.data, frames.size, 16384);
	assert_answers(&answers, &expected);
	frames.size = answers.size = expected.size = 0;
	add(&frames, TEXT, longest, MAX / 2);
	append_frame(&frames, FIN, true, MAX / 2 + 1, longest, MAX / 2);
	add_close(&expected, false, 1009);
	feed(&websocket, &answers, frames.data, frames.size, 16384);
	assert_answers(&answers, &expected);
	assert_true(websocket.ended);
	close_session(&websocket, &answers);
	free(frames.data);
	free(expected.data);
	free(longest);
}

static void test_time_out_and_end(void **state)
{
	struct websocket websocket;
	struct answers answers = { 0 }, expected = { 0 };

	(void)state;
	websocket_init(&websocket);
	feed(&websocket, &answers, hello, 20, SIZE_MAX);
	assert_int_equal(websocket_time_out(&websocket), 0);
	take_output(&websocket, &answers);
	assert_memory_equal(answers.data, "HTTP/1.1 408 ", 13);
	assert_true(websocket.ended);
	close_session(&websocket, &answers);

	websocket_init(&websocket);
	feed(&websocket, &answers, hello, 20, SIZE_MAX);
	assert_int_equal(websocket_end(&websocket), 0);
	take_output(&websocket, &answers);
	assert_int_equal(answers.size, 0);
	assert_true(websocket.ended);
	close_session(&websocket, &answers);

	add_close(&expected, false, 1001);
	for (int i = 0; i < 2; i++) {
		open_session(&websocket, &answers);
		assert_int_equal(i ? websocket_time_out(&websocket) : websocket_end(&websocket), 0);
		take_output(&websocket, &answers);
		assert_answers(&answers, &expected);
		assert_true(websocket.ended);
		close_session(&websocket, &answers);
	}
	free(expected.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accept_of_the_rfc),
		cmocka_unit_test(test_handshake_in_pieces_with_a_frame_behind),
		cmocka_unit_test(test_refused_handshakes),
		cmocka_unit_test(test_the_longest_request),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_fragments_with_pings_between),
		cmocka_unit_test(test_closes_when_asked_to),
		cmocka_unit_test(test_breaches_of_the_protocol),
		cmocka_unit_test(test_the_longest_message),
		cmocka_unit_test(test_time_out_and_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
