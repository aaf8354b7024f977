/* SPDX-License-Identifier: MIT */
#include "websocket_handshake.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UPGRADE, VERSION, KEY };

static const char *const names[HANDSHAKE_HEADERS] = {
	[UPGRADE] = "Upgrade",
	[VERSION] = "Sec-WebSocket-Version",
	[KEY] = "Sec-WebSocket-Key",
};

int websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT_BYTES + 1])
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	char text[WEBSOCKET_KEY_BYTES + sizeof guid];
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned digest_bytes;

	memcpy(text, key, WEBSOCKET_KEY_BYTES);
	memcpy(text + WEBSOCKET_KEY_BYTES, guid, sizeof guid);
	if (!EVP_Digest(text, sizeof text - 1, digest, &digest_bytes, EVP_sha1(), NULL))
		return -ENOMEM;
	EVP_EncodeBlock((unsigned char *)accept, digest, (int)digest_bytes);
	return 0;
}

static int on_name(http_parser *parser, const char *at, size_t size)
{
	struct handshake *handshake = parser->data;

	if (handshake->in_value)
		handshake->name_bytes = 0;
	handshake->in_value = false;
	if (handshake->name_bytes + size <= HANDSHAKE_NAME_BYTES)
		memcpy(handshake->name + handshake->name_bytes, at, size);
	handshake->name_bytes += size;
	return 0;
}

static struct header *find(struct handshake *handshake)
{
	if (handshake->name_bytes > HANDSHAKE_NAME_BYTES)
		return NULL;
	handshake->name[handshake->name_bytes] = '\0';
	for (int i = 0; i < HANDSHAKE_HEADERS; i++)
		if (strcasecmp(handshake->name, names[i]) == 0)
			return &handshake->headers[i];
	return NULL;
}

static void append(struct header *header, const char *text, size_t size)
{
	if (header->bytes + size <= HANDSHAKE_VALUE_BYTES)
		memcpy(header->text + header->bytes, text, size);
	header->bytes += size;
}

/* A header that comes twice is a list, which a key or a version must not be. */
static int on_value(http_parser *parser, const char *at, size_t size)
{
	struct handshake *handshake = parser->data;

	if (!handshake->in_value) {
		handshake->in_value = true;
		handshake->header = find(handshake);
		if (handshake->header && handshake->header->bytes > 0)
			append(handshake->header, ",", 1);
	}
	if (handshake->header)
		append(handshake->header, at, size);
	return 0;
}

/* Its text, empty where it did not come or is too long to be right. */
static const char *text_of(const struct handshake *handshake, int i)
{
	const struct header *header = &handshake->headers[i];

	return header->bytes <= HANDSHAKE_VALUE_BYTES ? header->text : "";
}

static bool lists(const char *text, const char *wanted)
{
	char words[HANDSHAKE_VALUE_BYTES + 1], *rest = words, *word;

	snprintf(words, sizeof words, "%s", text);
	while ((word = strsep(&rest, ", \t")))
		if (strcasecmp(word, wanted) == 0)
			return true;
	return false;
}

/* 16 bytes in base64. */
static bool is_key(const char *text)
{
	static const char base64[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	return strlen(text) == WEBSOCKET_KEY_BYTES &&
		strspn(text, base64) == WEBSOCKET_KEY_BYTES - 2 &&
		strcmp(text + WEBSOCKET_KEY_BYTES - 2, "==") == 0;
}

static enum http_status judge(const struct handshake *handshake)
{
	const http_parser *parser = &handshake->parser;

	if (!parser->upgrade || !lists(text_of(handshake, UPGRADE), "websocket"))
		return HTTP_STATUS_UPGRADE_REQUIRED;
	if (parser->method != HTTP_GET || parser->http_major != 1 || parser->http_minor < 1)
		return HTTP_STATUS_BAD_REQUEST;
	if (strcmp(text_of(handshake, VERSION), "13") != 0)
		return HTTP_STATUS_UPGRADE_REQUIRED;
	if (!is_key(text_of(handshake, KEY)))
		return HTTP_STATUS_BAD_REQUEST;
	return HTTP_STATUS_SWITCHING_PROTOCOLS;
}

static int on_head(http_parser *parser)
{
	enum { NO_BODY_FOLLOWS = 2 };
	struct handshake *handshake = parser->data;

	handshake->status = judge(handshake);
	return NO_BODY_FOLLOWS;
}

static const http_parser_settings settings = {
	.on_header_field = on_name,
	.on_header_value = on_value,
	.on_headers_complete = on_head,
};

void handshake_init(struct handshake *handshake)
{
	*handshake = (struct handshake){ 0 };
	http_parser_init(&handshake->parser, HTTP_REQUEST);
}

size_t handshake_feed(struct handshake *handshake, const char *data, size_t size)
{
	size_t room = HANDSHAKE_HEAD_BYTES - handshake->head_bytes;
	http_parser *parser = &handshake->parser;

	parser->data = handshake;
	size_t taken = http_parser_execute(parser, &settings, data, size < room ? size : room);
	handshake->head_bytes += taken;
	if (handshake->status)
		return taken;
	if (HTTP_PARSER_ERRNO(parser) != HPE_OK)
		handshake->status = HTTP_STATUS_BAD_REQUEST;
	else if (handshake->head_bytes == HANDSHAKE_HEAD_BYTES)
		handshake->status = HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE;
	return taken;
}

size_t handshake_answer(struct handshake *handshake, char answer[HANDSHAKE_ANSWER_BYTES])
{
	char accept[WEBSOCKET_ACCEPT_BYTES + 1];
	int size;

	if (handshake->status == HTTP_STATUS_SWITCHING_PROTOCOLS &&
		websocket_accept(text_of(handshake, KEY), accept) != 0)
		handshake->status = HTTP_STATUS_INTERNAL_SERVER_ERROR;
	enum http_status status = handshake->status;
	if (status == HTTP_STATUS_SWITCHING_PROTOCOLS)
		size = snprintf(answer, HANDSHAKE_ANSWER_BYTES,
			"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
			"Connection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n",
			accept);
	else
		size = snprintf(answer, HANDSHAKE_ANSWER_BYTES,
			"HTTP/1.1 %d %s\r\nContent-Length: 0\r\n%s\r\n", status,
			http_status_str(status),
			status == HTTP_STATUS_UPGRADE_REQUIRED
				? "Connection: close, Upgrade\r\nUpgrade: websocket\r\n"
				  "Sec-WebSocket-Version: 13\r\n"
				: "Connection: close\r\n");
	if (size < 0 || size >= HANDSHAKE_ANSWER_BYTES)
		abort(); /* the longest of them fits */
	return size;
}
