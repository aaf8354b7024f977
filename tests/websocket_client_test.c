/* SPDX-License-Identifier: MIT */
/* The load's WebSocket client: it takes what the session answers and nothing else. */
#include <stdlib.h>

#include "../bench/load/client.h"
#include "../bench/workloads/workload.h"
#include "websocket.h"

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
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_client_and_session_agree),
		cmocka_unit_test(test_client_refuses_wrong_greetings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
