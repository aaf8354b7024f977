/* SPDX-License-Identifier: MIT */
/* The WebSocket client: upgrades, then sends a text and checks the frame that answers it. */
#include <assert.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wslay/wslay.h>

#include "../workloads/websocket_handshake.h"
#include "client.h"

static const char hello[] = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
			    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
			    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
static const char accept_name[] = "Sec-WebSocket-Accept";
static const char accept_value[] = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="; /* RFC 6455, section 1.3 */
static const char suffix[] = "/answer";

enum { FRAME_HEAD_BYTES = 14 }; /* at the most */

struct memory {
	char *request, *expected;
	char text[]; /* with the suffix */
};

static ssize_t append(const uint8_t *data, size_t size, int flags, void *user)
{
	char **end = user;

	(void)flags;
	memcpy(*end, data, size);
	*end += size;
	return (ssize_t)size;
}

/* The same for every frame, so that every request is the same bytes. */
static int make_mask(uint8_t *buf, size_t size, void *user)
{
	static const uint8_t mask[] = { 0x37, 0xfa, 0x21, 0x3d };

	(void)user;
	for (size_t i = 0; i < size; i++)
		buf[i] = mask[i % sizeof mask];
	return 0;
}

/* A text frame of its own memory in *frame; returns its size or -ENOMEM. */
static ssize_t make_frame(char **frame, const char *text, size_t size, bool masked)
{
	const struct wslay_frame_callbacks callbacks = { .send_callback = append,
		.genmask_callback = make_mask };
	struct wslay_frame_iocb part = { .fin = 1,
		.opcode = WSLAY_TEXT_FRAME,
		.mask = masked,
		.payload_length = size,
		.data = (const uint8_t *)text,
		.data_length = size };
	struct wslay_frame_context *frames;
	char *end = *frame = malloc(FRAME_HEAD_BYTES + size);

	if (!*frame || wslay_frame_context_init(&frames, &callbacks, &end) != 0)
		return -ENOMEM;
	while (part.data_length > 0) {
		ssize_t n = wslay_frame_send(frames, &part);
		if (n < 0)
			break; /* for want of memory: the callbacks never fail */
		part.data += n;
		part.data_length -= n;
	}
	wslay_frame_context_free(frames);
	return part.data_length == 0 ? end - *frame : -ENOMEM;
}

static void close(struct talk *talk)
{
	struct memory *memory = talk->memory;

	if (!memory)
		return;
	free(memory->request);
	free(memory->expected);
	free(memory);
}

static int open(struct talk *talk, const struct params *params, const struct sockaddr_in *address,
	bool known)
{
	size_t size = param_number(params, "message_bytes");
	struct memory *memory = talk->memory = calloc(1, sizeof *memory + size + sizeof suffix);

	(void)address, (void)known; /* any server must answer with this suffix */
	if (!memory)
		return -ENOMEM;
	for (size_t i = 0; i < size; i++)
		memory->text[i] = (char)('a' + i % 23);
	memcpy(memory->text + size, suffix, sizeof suffix);
	ssize_t request = make_frame(&memory->request, memory->text, size, true);
	ssize_t expected = make_frame(
		&memory->expected, memory->text, size + strlen(suffix), false);
	if (request < 0 || expected < 0) {
		close(talk);
		talk->memory = NULL;
		return -ENOMEM;
	}
	talk->hello = hello;
	talk->hello_bytes = strlen(hello);
	talk->request = memory->request;
	talk->request_bytes = request;
	talk->expected = memory->expected;
	talk->expected_bytes = expected;
	return 0;
}

/* How much of the header that counts has come; lies in the parser's data between two pieces. */
struct progress {
	uint8_t name_bytes, value_bytes; /* that match so far, or MISMATCH */
	bool in_value, accepted, complete;
};

enum { MISMATCH = UINT8_MAX };

static_assert(sizeof(struct progress) <= sizeof(void *), "fits in its place");

static int on_name(http_parser *parser, const char *at, size_t size)
{
	struct progress *progress = parser->data;

	if (progress->in_value)
		*progress = (struct progress){ .accepted = progress->accepted };
	if (progress->name_bytes == MISMATCH)
		return 0;
	if (progress->name_bytes + size <= strlen(accept_name) &&
		strncasecmp(accept_name + progress->name_bytes, at, size) == 0)
		progress->name_bytes += size;
	else
		progress->name_bytes = MISMATCH;
	return 0;
}

static int on_value(http_parser *parser, const char *at, size_t size)
{
	struct progress *progress = parser->data;

	progress->in_value = true;
	if (progress->name_bytes != strlen(accept_name))
		return 0;
	if (progress->value_bytes != MISMATCH &&
		progress->value_bytes + size <= strlen(accept_value) &&
		memcmp(accept_value + progress->value_bytes, at, size) == 0)
		progress->value_bytes += size;
	else
		progress->value_bytes = MISMATCH;
	progress->accepted = progress->value_bytes == strlen(accept_value);
	return 0;
}

static int on_head(http_parser *parser)
{
	enum { NO_BODY_FOLLOWS = 2 };
	struct progress *progress = parser->data;

	progress->accepted &= parser->status_code == 101 && parser->upgrade;
	progress->complete = true;
	return NO_BODY_FOLLOWS;
}

static int take_hello(struct reply *reply, const char *data, size_t size)
{
	static const http_parser_settings settings = {
		.on_header_field = on_name,
		.on_header_value = on_value,
		.on_headers_complete = on_head,
	};
	http_parser *parser = &reply->parser;
	struct progress progress;

	if (reply->at == 0)
		http_parser_init(parser, HTTP_RESPONSE);
	memcpy(&progress, &parser->data, sizeof progress);
	parser->data = &progress;
	size_t taken = http_parser_execute(parser, &settings, data, size);
	memcpy(&parser->data, &progress, sizeof progress);
	reply->at += taken;
	if (HTTP_PARSER_ERRNO(parser) != HPE_OK)
		return -EPROTO;
	if (!progress.complete)
		return 0;
	return progress.accepted && taken == size ? 1 : -EBADMSG;
}

static int take(const struct talk *talk, struct reply *reply, const char *data, size_t size)
{
	if (reply->hello)
		return take_hello(reply, data, size);
	if (size > talk->expected_bytes - reply->at ||
		memcmp(talk->expected + reply->at, data, size) != 0)
		return -EBADMSG;
	reply->at += size;
	return reply->at == talk->expected_bytes;
}

const struct client client_websocket = { .open = open, .close = close, .take = take };
