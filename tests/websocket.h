/* SPDX-License-Identifier: MIT */
#ifndef TESTS_WEBSOCKET_H
#define TESTS_WEBSOCKET_H

/* A WebSocket client's frames, and a session that is fed with them. */
#include "child.h"

#include "../bench/workloads/websocket_session.h"

#define HEAD                                                                       \
	"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: WebSocket\r\n" \
	"Connection: keep-alive, Upgrade\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"

static const char hello[] = HEAD KEY VERSION "\r\n";
static const char welcome[] =
	"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

/* What came out of a session. */
struct answers {
	char *data;
	size_t size;
};

static inline void append(struct answers *answers, const void *data, size_t size)
{
	answers->data = realloc(answers->data, answers->size + size + 1);
	assert_non_null(answers->data);
	memcpy(answers->data + answers->size, data, size);
	answers->size += size;
	answers->data[answers->size] = '\0';
}

static inline void take_output(struct websocket *websocket, struct answers *answers)
{
	const char *data;
	size_t size = websocket_output(websocket, &data);

	if (size > 0) {
		append(answers, data, size);
		websocket_sent(websocket, size);
	}
	assert_int_equal(websocket_output(websocket, &data), 0);
}

static inline void feed(struct websocket *websocket, struct answers *answers, const void *data,
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
static inline void open_session(struct websocket *websocket, struct answers *answers)
{
	websocket_init(websocket);
	assert_false(websocket_open(websocket));
	feed(websocket, answers, hello, strlen(hello), SIZE_MAX);
	assert_true(websocket_open(websocket));
	assert_false(websocket->ended);
	assert_string_equal(answers->data, welcome);
	answers->size = 0;
}

static inline void close_session(struct websocket *websocket, struct answers *answers)
{
	websocket_free(websocket);
	free(answers->data);
	*answers = (struct answers){ 0 };
}

enum { FIN = 0x80, RSV1 = 0x40, TEXT = 1, BINARY = 2, CLOSE = 8, PING = 9, PONG = 10, MASK = 0x80 };

/* Append a frame whose header says so many bytes, of which those of data are there. */
static inline void append_frame(struct answers *frames, unsigned first, bool masked,
	uint64_t length, const void *data, size_t size)
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

static inline void add(struct answers *frames, unsigned first, const void *data, size_t size)
{
	append_frame(frames, first, true, size, data, size);
}

static inline void add_text(struct answers *frames, unsigned first, const char *text)
{
	add(frames, first, text, strlen(text));
}

static inline void add_answer(struct answers *frames, unsigned first, const void *data, size_t size)
{
	append_frame(frames, first, false, size, data, size);
}

static inline void add_close(struct answers *frames, bool masked, unsigned status)
{
	const uint8_t payload[2] = { status >> 8, status };

	append_frame(frames, FIN | CLOSE, masked, 2, payload, 2);
}

#endif
