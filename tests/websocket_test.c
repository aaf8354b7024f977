/* SPDX-License-Identifier: MIT */
/*
 * The websocket service: what the session answers to what it is fed, the
 * callback form on a loop, and how the load's client judges answers.
 */
#include "leftovers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "../bench/load/client.h"
#include "../bench/workloads/websocket_session.h"
#include "../bench/workloads/workload.h"
#include "../models/runtime/loop.h"

enum { LIMIT_S = 60, MAX = WEBSOCKET_MESSAGE_BYTES };

#define HEAD                                                                       \
	"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: WebSocket\r\n" \
	"Connection: keep-alive, Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"

static const char hello[] = HEAD KEY VERSION "\r\n";
static const char welcome[] =
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/* Not a string, as it stands inside of frames. */
static const char suffix[] = { '/', 'a', 'n', 's', 'w', 'e', 'r' };

/* What came out of a session. */
struct answers {
	char *data;
	size_t size;
};

static void append(struct answers *answers, const void *data, size_t size)
{
	answers->data = realloc(answers->data, answers->size + size + 1);
	assert_non_null(answers->data);
	memcpy(answers->data + answers->size, data, size);
	answers->size += size;
	answers->data[answers->size] = '\0';
}

static void take_output(struct websocket *websocket, struct answers *answers)
{
	const char *data;
	size_t size = websocket_output(websocket, &data);

	if (size > 0) {
		append(answers, data, size);
		websocket_sent(websocket, size);
	}
	assert_int_equal(websocket_output(websocket, &data), 0);
}

static void feed(struct websocket *websocket, struct answers *answers, const void *data,
	size_t size, size_t piece)
{
	for (const char *from = data; size > 0; from += piece, size -= piece) {
		if (piece > size)
			piece = size;
		assert_int_equal(websocket_feed(websocket, from, piece), 0);
		take_output(websocket, answers);
	}
}

/* A session past its handshake. */
static void open_session(struct websocket *websocket, struct answers *answers)
{
	websocket_init(websocket);
	assert_false(websocket_open(websocket));
	feed(websocket, answers, hello, strlen(hello), SIZE_MAX);
	assert_true(websocket_open(websocket));
	assert_false(websocket->ended);
	assert_string_equal(answers->data, welcome);
	answers->size = 0;
}

static void close_session(struct websocket *websocket, struct answers *answers)
{
	websocket_free(websocket);
	free(answers->data);
	*answers = (struct answers){ 0 };
}

enum { FIN = 0x80, RSV1 = 0x40, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, MASK = 0x80 };

/* Append a frame whose header says so many bytes, of which those of data are there. */
static void append_frame(struct answers *frames, unsigned first, bool masked, uint64_t length,
	const void *data, size_t size)
{
	static const uint8_t mask[4] = { 0x37, 0xfa, 0x21, 0x3d };
	unsigned mask_bit = masked ? MASK : 0;
	uint8_t head[14] = { first, mask_bit | length };
	size_t head_bytes = 2, extra = length < 126 ? 0 : length < 65536 ? 2 : 8;

	if (extra > 0)
		head[1] = mask_bit | (extra == 2 ? 126 : 127);
	for (size_t i = extra; i-- > 0;)
		head[head_bytes++] = length >> 8 * i;
	if (masked) {
		memcpy(head + head_bytes, mask, sizeof mask);
		head_bytes += sizeof mask;
	}
	append(frames, head, head_bytes);
	append(frames, data, size);
	for (size_t i = 0; masked && i < size; i++)
		frames->data[frames->size - size + i] ^= mask[i % 4];
}

static void add(struct answers *frames, unsigned first, const void *data, size_t size)
{
	append_frame(frames, first, true, size, data, size);
}

static void add_text(struct answers *frames, unsigned first, const char *text)
{
	add(frames, first, text, strlen(text));
}

static void add_answer(struct answers *frames, unsigned first, const void *data, size_t size)
{
	append_frame(frames, first, false, size, data, size);
}

static void add_close(struct answers *frames, bool masked, unsigned status)
{
	const uint8_t payload[2] = { status >> 8, status };

	append_frame(frames, FIN | CLOSE, masked, 2, payload, 2);
}

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

/* The callback form, on a loop of its own, and a client on the same thread. */
struct served {
	struct loop loop;
	struct params params;
	struct work work;
	struct holdings before;
	int client;
	int done;
};

static void on_done(void *arg)
{
	int *done = arg;

	(*done)++;
}

/* Both ends of a loopback connection; what client has not read is small. */
static void connect_pair(int *client, int *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM, 0), small_bytes = 32768;

	*client = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(*client, SOL_SOCKET, SO_RCVBUF, &small_bytes, sizeof small_bytes);
	check_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
	check_equal(listen(listener, 1), 0);
	check_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	check_equal(connect(*client, (struct sockaddr *)&address, sizeof address), 0);
	*server = accept(listener, NULL, NULL);
	check(*server >= 0);
	close(listener);
}

static void serve(struct served *served, const char *header_ms, const char *idle_ms)
{
	const struct workload *websocket = workload_find("websocket");
	int server;

	holdings_warm_up();
	holdings_take(&served->before);
	check(websocket != NULL);
	served->work.params = &served->params;
	params_init(&served->params, websocket->params);
	check_equal(params_set(&served->params, "header_ms", header_ms), 0);
	check_equal(params_set(&served->params, "idle_ms", idle_ms), 0);
	check_equal(websocket->setup(&served->work), 0);
	check_equal(loop_init(&served->loop), 0);
	connect_pair(&served->client, &server);
	served->done = 0;
	websocket->connection_callback(
		&served->work, server, &served->loop, on_done, &served->done);
}

static void turn(struct served *served)
{
	loop_turn(&served->loop, false);
	usleep(100);
}

/* The loop keeps nothing, and done is called once. */
static void unserve(struct served *served)
{
	close(served->client);
	while (loop_turn(&served->loop, true))
		;
	check_equal(served->done, 1);
	loop_close(&served->loop);
	workload_find("websocket")->teardown(&served->work);
	holdings_check(&served->before);
}

static void say(struct served *served, const void *data, size_t size)
{
	const char *from = data;

	while (size > 0) {
		ssize_t n = send(served->client, from, size, MSG_DONTWAIT | MSG_NOSIGNAL);
		check(n > 0 || errno == EAGAIN);
		from += n > 0 ? n : 0;
		size -= n > 0 ? n : 0;
		turn(served);
	}
}

/* The next bytes that come must be these. */
static void hear(struct served *served, const void *data, size_t size)
{
	const char *expected = data;
	char buf[4096];

	while (size > 0) {
		ssize_t n = recv(
			served->client, buf, size < sizeof buf ? size : sizeof buf, MSG_DONTWAIT);
		check(n > 0 || (n < 0 && errno == EAGAIN));
		if (n > 0) {
			check(memcmp(buf, expected, n) == 0);
			expected += n;
			size -= n;
		}
		turn(served);
	}
}

static void hear_end(struct served *served)
{
	char byte;
	ssize_t n;

	while ((n = recv(served->client, &byte, 1, MSG_DONTWAIT)) < 0 && errno == EAGAIN)
		turn(served);
	check_equal(n, 0);
}

static void hear_close(struct served *served, unsigned status)
{
	const uint8_t frame[] = { FIN | CLOSE, 2, status >> 8, status };

	hear(served, frame, sizeof frame);
	hear_end(served);
}

static void greet(struct served *served)
{
	say(served, hello, strlen(hello));
	hear(served, welcome, strlen(welcome));
}

static void case_conversation(const void *arg)
{
	struct served served = { 0 };
	struct answers frames = { 0 };

	(void)arg;
	serve(&served, "10000", "10000");
	greet(&served);
	add_text(&frames, FIN | TEXT, "hello");
	say(&served, frames.data, frames.size);
	hear(&served, "\x81\x0chello/answer", 14);
	frames.size = 0;
	add_close(&frames, true, 1000);
	say(&served, frames.data, frames.size);
	hear_close(&served, 1000);
	check_equal(served.done, 1);
	free(frames.data);
	unserve(&served);
}

static void case_slow_reader(const void *arg)
{
	enum { SIZE = MAX, HEAD_BYTES = 10 };
	static const uint8_t head[HEAD_BYTES] = { FIN | TEXT, 127, 0, 0, 0, 0, 0, 0x10, 0, 7 };
	struct served served = { 0 };
	struct answers frames = { 0 };
	char *text = malloc(SIZE);

	(void)arg;
	check(text != NULL);
	for (size_t i = 0; i < SIZE; i++)
		text[i] = (char)('a' + i % 23);
	serve(&served, "10000", "10000");
	greet(&served);
	add(&frames, FIN | TEXT, text, SIZE);
	say(&served, frames.data, frames.size);
	for (int i = 0; i < 100; i++)
		turn(&served);
	hear(&served, head, sizeof head);
	hear(&served, text, SIZE);
	hear(&served, "/answer", 7);
	free(frames.data);
	free(text);
	unserve(&served);
}

static void case_silent_from_the_start(const void *arg)
{
	static const char reply[] =
		"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
	struct served served = { 0 };

	(void)arg;
	serve(&served, "50", "10000");
	say(&served, hello, 10);
	hear(&served, reply, strlen(reply));
	hear_end(&served);
	unserve(&served);
}

static void case_idle(const void *arg)
{
	struct served served = { 0 };

	(void)arg;
	serve(&served, "10000", "50");
	greet(&served);
	hear_close(&served, 1001);
	unserve(&served);
}

static void case_half_closed(const void *arg)
{
	struct served served = { 0 };

	(void)arg;
	serve(&served, "10000", "10000");
	greet(&served);
	check_equal(shutdown(served.client, SHUT_WR), 0);
	hear_close(&served, 1001);
	unserve(&served);
}

/* More than the sockets hold comes back, and is not read. */
static void case_never_reads(const void *arg)
{
	struct served served = { 0 };
	struct answers frames = { 0 };
	size_t at = 0, sent_bytes = 0;
	char text[60000] = "";

	(void)arg;
	serve(&served, "10000", "200");
	greet(&served);
	add(&frames, FIN | TEXT, text, sizeof text);
	while (served.done == 0) {
		ssize_t n = send(served.client, frames.data + at, frames.size - at,
			MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n > 0) {
			sent_bytes += n;
			at = (at + n) % frames.size;
		}
		turn(&served);
	}
	check(sent_bytes < 64 << 20);
	free(frames.data);
	unserve(&served);
}

/* What comes after the breach is discarded, so that no reset overtakes the close frame. */
static void case_breach_with_more_behind(const void *arg)
{
	struct served served = { 0 };
	struct answers frames = { 0 };
	char junk[100000] = "";

	(void)arg;
	serve(&served, "10000", "10000");
	greet(&served);
	append_frame(&frames, FIN | BINARY, true, MAX + 1, junk, sizeof junk);
	say(&served, frames.data, frames.size);
	say(&served, junk, sizeof junk);
	hear_close(&served, 1009);
	check_equal(served.done, 0);
	free(frames.data);
	unserve(&served);
}

static void case_reset(const void *arg)
{
	struct linger at_once = { .l_onoff = 1 };
	struct served served = { 0 };

	(void)arg;
	serve(&served, "10000", "10000");
	greet(&served);
	setsockopt(served.client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
	unserve(&served);
}

static void test_callback_form(void **state)
{
	child_must_pass(LIMIT_S, *(void (**)(const void *)) * state, NULL);
}

/* The load's client. */
static void open_talk(struct talk *talk, const char *message_bytes)
{
	const struct workload *websocket = workload_find("websocket");
	struct params params;

	*talk = (struct talk){ 0 };
	params_init(&params, websocket->params);
	assert_int_equal(params_set(&params, "message_bytes", message_bytes), 0);
	assert_int_equal(websocket->client->open(talk, &params, NULL, true), 0);
}

static void test_client_and_session_agree(void **state)
{
	static const char *const sizes[] = { "1", "64", "118", "119", "125", "126", "65528",
		"65529", "65535", "65536" };
	const struct client *client = workload_find("websocket")->client;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct talk talk;
		struct websocket websocket;
		struct answers answers = { 0 };
		struct reply reply = { .hello = true };
		open_talk(&talk, sizes[i]);
		websocket_init(&websocket);
		feed(&websocket, &answers, talk.hello, talk.hello_bytes, SIZE_MAX);
		for (size_t at = 0; at < answers.size; at++)
			assert_int_equal(client->take(&talk, &reply, answers.data + at, 1),
				at + 1 == answers.size);
		answers.size = 0;
		reply = (struct reply){ 0 };
		feed(&websocket, &answers, talk.request, talk.request_bytes, SIZE_MAX);
		assert_int_equal(client->take(&talk, &reply, answers.data, 1), 0);
		assert_int_equal(
			client->take(&talk, &reply, answers.data + 1, answers.size - 1), 1);
		assert_int_equal(client->take(&talk, &reply, answers.data, 1), -EBADMSG);
		reply = (struct reply){ 0 };
		answers.data[answers.size - 1] ^= 1; /* NOLINT: feed has made it */
		assert_int_equal(client->take(&talk, &reply, answers.data, answers.size), -EBADMSG);
		client->close(&talk);
		close_session(&websocket, &answers);
	}
}

static void test_client_refuses_wrong_greetings(void **state)
{
#define UPGRADED "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
#define ACCEPT "sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
	static const struct {
		int result;
		const char *text;
	} cases[] = {
		{ 1, UPGRADED "Server: other\r\n" ACCEPT "X: y\r\n\r\n" },
		{ 0, UPGRADED ACCEPT "\r" },
		{ -EBADMSG, UPGRADED ACCEPT "\r\nmore" },
		{ -EBADMSG, UPGRADED "\r\n" },
		{ -EBADMSG, UPGRADED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo\r\n\r\n" },
		{ -EBADMSG, UPGRADED "Sec-WebSocket-Accept: t3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" },
		{ -EBADMSG,
			UPGRADED "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=x\r\n\r\n" },
		{ -EBADMSG, UPGRADED "Sec-WebSocket-Accep: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n" },
		{ -EBADMSG, "HTTP/1.1 101 X\r\nUpgrade: websocket\r\n" ACCEPT "\r\n" },
		{ -EBADMSG,
			"HTTP/1.1 200 OK\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" ACCEPT
			"\r\n" },
		{ -EBADMSG, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n" },
		{ -EPROTO, "hello\r\n\r\n" },
	};
	const struct client *client = workload_find("websocket")->client;
	struct talk talk;

	(void)state;
	open_talk(&talk, "64");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct reply whole = { .hello = true }, cut = { .hello = true };
		size_t size = strlen(cases[i].text), at = 0;
		int result = 0;
		assert_int_equal(client->take(&talk, &whole, cases[i].text, size), cases[i].result);
		while (at < size && result == 0)
			result = client->take(&talk, &cut, cases[i].text + at++, 1);
		bool more = strstr(cases[i].text, "more"); /* is left */
		assert_int_equal(result, more ? 1 : cases[i].result);
	}
	client->close(&talk);
}

int main(void)
{
	static void (*callback_cases[])(const void *) = {
		case_conversation,
		case_slow_reader,
		case_silent_from_the_start,
		case_idle,
		case_half_closed,
		case_never_reads,
		case_breach_with_more_behind,
		case_reset,
	};
#define CALLBACK_CASE(i, what)                                                             \
	{                                                                                  \
		"callback form: " what, test_callback_form, NULL, NULL, &callback_cases[i] \
	}
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
		CALLBACK_CASE(0, "a conversation"),
		CALLBACK_CASE(1, "a slow reader gets all of a long answer"),
		CALLBACK_CASE(2, "silent from the start"),
		CALLBACK_CASE(3, "idle"),
		CALLBACK_CASE(4, "half closed"),
		CALLBACK_CASE(5, "never reads"),
		CALLBACK_CASE(6, "a breach with more behind"),
		CALLBACK_CASE(7, "reset"),
		cmocka_unit_test(test_client_and_session_agree),
		cmocka_unit_test(test_client_refuses_wrong_greetings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
