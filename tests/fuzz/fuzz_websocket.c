/* SPDX-License-Identifier: MIT */
/*
 * The WebSocket session on whatever bytes a client may send. The first byte of
 * an input says how: its top bit, whether the handshake is done before; the
 * others, how the rest is cut into pieces. What is answered must be whole frames
 * with a close frame at the end, and must not depend on the pieces.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../bench/workloads/websocket_session.h"

static const char hello[] = "GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n"
			    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
			    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

struct answers {
	char *data;
	size_t size;
	bool ended, open, must_linger;
};

static void take_output(struct websocket *websocket, struct answers *answers)
{
	const char *data;
	size_t size = websocket_output(websocket, &data);

	if (size == 0)
		return;
	answers->data = realloc(answers->data, answers->size + size);
	if (!answers->data)
		abort();
	memcpy(answers->data + answers->size, data, size);
	answers->size += size;
	websocket_sent(websocket, size);
	if (websocket_output(websocket, &data) != 0)
		abort();
}

/* Pieces of a size that changes from one to the next, at most the given one. */
static struct answers converse(bool greeted, const char *data, size_t size, size_t piece_max)
{
	struct answers answers = { 0 };
	struct websocket websocket;
	size_t piece = piece_max;

	websocket_init(&websocket);
	if (greeted) {
		websocket_feed(&websocket, hello, strlen(hello));
		take_output(&websocket, &answers);
		if (!websocket_open(&websocket))
			abort();
	}
	while (size > 0 && !websocket.ended) {
		size_t part = piece < size ? piece : size;
		websocket_feed(&websocket, data, part);
		take_output(&websocket, &answers);
		data += part;
		size -= part;
		piece = piece > 1 ? piece - 1 : piece_max;
	}
	answers.ended = websocket.ended;
	answers.open = websocket_open(&websocket);
	websocket_end(&websocket);
	take_output(&websocket, &answers);
	answers.must_linger = websocket_must_linger(&websocket);
	websocket_free(&websocket);
	return answers;
}

static _Noreturn void fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

/* Where the frame ends that begins at from, in its server's form: whole and unmasked. */
static size_t frame_end(const struct answers *answers, size_t from)
{
	const unsigned char *head = (const unsigned char *)answers->data + from;
	size_t left = answers->size - from, payload_bytes = left < 2 ? 0 : head[1], head_bytes = 2;

	if (payload_bytes == 126 && left >= 4) {
		payload_bytes = head[2] << 8 | head[3];
		head_bytes = 4;
	} else if (payload_bytes > 125) {
		fail("a long or masked frame"); /* inputs are too short for an answer like that */
	}
	if (left < head_bytes + payload_bytes || (head[0] & 0xf0) != 0x80)
		fail("not a frame of its own");
	return from + head_bytes + payload_bytes;
}

/* Where the close frame is. */
static size_t check_frames(const struct answers *answers, size_t from)
{
	enum { CLOSE = 8 };

	while (from < answers->size) {
		size_t to = frame_end(answers, from);
		if ((answers->data[from] & 0xf) == CLOSE) {
			if (to != answers->size)
				fail("something after the close frame");
			return from;
		}
		from = to;
	}
	fail("no close frame");
}

static bool closes_with(const struct answers *answers, size_t close_at, int status)
{
	const unsigned char *frame = (const unsigned char *)answers->data + close_at;

	return answers->size >= close_at + 4 && (frame[2] << 8 | frame[3]) == status;
}

static bool same(const struct answers *a, const struct answers *b, size_t size)
{
	return size == 0 || memcmp(a->data, b->data, size) == 0;
}

/* websocket_session.h says why 1007 may be the answer to one of them alone. */
static void compare_frames(const struct answers *a, const struct answers *b)
{
	static const char end_of_head[] = "\r\n\r\n";
	const char *head = a->data ? memmem(a->data, a->size, end_of_head, strlen(end_of_head))
				   : NULL;
	size_t head_bytes = head ? head - a->data + strlen(end_of_head) : 0;

	if (!head || !b->data || b->size < head_bytes)
		fail("no answer to the handshake");
	size_t close_a = check_frames(a, head_bytes), close_b = check_frames(b, head_bytes);
	if (close_a != close_b || !same(a, b, close_a))
		fail("in pieces it was answered otherwise than whole");
	if (closes_with(a, close_a, 1007) || closes_with(b, close_b, 1007))
		return;
	if (a->size != b->size || !same(a, b, a->size) || a->ended != b->ended ||
		a->must_linger != b->must_linger)
		fail("in pieces it was closed otherwise than whole");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	bool greeted = data[0] & 0x80;
	const char *rest = (const char *)data + 1;
	struct answers whole = converse(greeted, rest, size - 1, size);
	struct answers cut = converse(greeted, rest, size - 1, 1 + (data[0] & 0x7f));

	if (whole.open != cut.open)
		fail("in pieces the handshake came out otherwise than whole");
	if (whole.open)
		compare_frames(&whole, &cut);
	else if (whole.size != cut.size || !same(&whole, &cut, whole.size))
		fail("in pieces the handshake was answered otherwise than whole");
	free(whole.data);
	free(cut.data);
	return 0;
}
