/* SPDX-License-Identifier: MIT */
/* The websocket service's callback form, on a loop of its own, with a client on the same thread. */
#include "leftovers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "../bench/workloads/workload.h"
#include "../models/runtime/loop.h"
#include "websocket.h"

enum { LIMIT_S = 60, MAX = WEBSOCKET_MESSAGE_BYTES };

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

static const struct callback_case {
	const char *name;
	void (*fn)(const void *arg);
} cases[] = {
	{ "a conversation", case_conversation },
	{ "a slow reader gets all of a long answer", case_slow_reader },
	{ "silent from the start", case_silent_from_the_start },
	{ "idle", case_idle },
	{ "half closed", case_half_closed },
	{ "never reads", case_never_reads },
	{ "a breach with more behind", case_breach_with_more_behind },
	{ "reset", case_reset },
};

static void test_case(void **state)
{
	const struct callback_case *callback_case = *state;

	child_must_pass(LIMIT_S, callback_case->fn, NULL);
}

int main(void)
{
	enum { CASES = sizeof cases / sizeof *cases };
	struct CMUnitTest tests[CASES] = { 0 };

	for (size_t i = 0; i < CASES; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = test_case,
			.initial_state = (void *)&cases[i] };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
