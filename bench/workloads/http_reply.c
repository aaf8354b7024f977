/* SPDX-License-Identifier: MIT */
#include "http_reply.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../origin.h"

/* The first is the one that is looked for most. */
static const struct {
	enum http_status status;
	const char *header, *body; /* body: NULL for that of the service */
} kinds[REPLY_STATUSES] = {
	{ HTTP_STATUS_OK, "", NULL },
	{ HTTP_STATUS_BAD_REQUEST, "", "this is not an HTTP/1 request\n" },
	{ HTTP_STATUS_METHOD_NOT_ALLOWED, "Allow: GET, HEAD, POST\r\n",
		"there is only GET, HEAD and POST\n" },
	{ HTTP_STATUS_REQUEST_TIMEOUT, "", "the request took too long to come\n" },
	{ HTTP_STATUS_PAYLOAD_TOO_LARGE, "", "the request's body is too large\n" },
	{ HTTP_STATUS_URI_TOO_LONG, "", "the request's target is too long\n" },
	{ HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE, "", "the request's header is too large\n" },
	{ HTTP_STATUS_INTERNAL_SERVER_ERROR, "", "the computation went wrong\n" },
	{ HTTP_STATUS_BAD_GATEWAY, "", "the backend did not answer as it should\n" },
	{ HTTP_STATUS_SERVICE_UNAVAILABLE, "", "there is no memory for this request\n" },
};

static const char *const connections[REPLY_CONNECTIONS] = {
	[REPLY_KEEP] = "",
	[REPLY_KEEP_1_0] = "Connection: keep-alive\r\n",
	[REPLY_CLOSE] = "Connection: close\r\n",
};

static int write_head(char head[REPLY_HEAD_MAX], unsigned kind, uint64_t body_bytes,
	enum reply_connection connection)
{
	return snprintf(head, REPLY_HEAD_MAX,
		"HTTP/1.1 %d %s\r\nServer: concbench\r\nContent-Type: %s\r\n"
		"Content-Length: %" PRIu64 "\r\n%s%s\r\n",
		kinds[kind].status, http_status_str(kinds[kind].status),
		kinds[kind].body ? "text/plain" : "application/octet-stream", body_bytes,
		kinds[kind].header, connections[connection]);
}

static int make(struct reply_text *reply, unsigned kind, uint64_t body_bytes,
	enum reply_connection connection)
{
	char head[REPLY_HEAD_MAX];
	const char *body = kinds[kind].body;

	if (body)
		body_bytes = strlen(body);
	reply->head_bytes = write_head(head, kind, body_bytes, connection);
	size_t room = REPLY_TEXT_MAX - reply->head_bytes;
	size_t inside = body_bytes <= room ? body_bytes : 0;
	reply->text_bytes = reply->head_bytes + inside;
	reply->body_bytes = body_bytes - inside;
	reply->text = malloc(reply->text_bytes);
	if (!reply->text)
		return -ENOMEM;
	memcpy(reply->text, head, reply->head_bytes);
	if (body)
		memcpy(reply->text + reply->head_bytes, body, inside);
	else
		origin_fill(reply->text + reply->head_bytes, inside, 0);
	return 0;
}

int replies_init(struct replies *replies, uint64_t body_bytes)
{
	int err = 0;

	*replies = (struct replies){ 0 };
	for (unsigned kind = 0; kind < REPLY_STATUSES; kind++)
		for (unsigned connection = 0; connection < REPLY_CONNECTIONS && !err; connection++)
			err = make(&replies->reply[kind][connection], kind, body_bytes, connection);
	return err;
}

void replies_free(struct replies *replies)
{
	for (unsigned kind = 0; kind < REPLY_STATUSES; kind++)
		for (unsigned connection = 0; connection < REPLY_CONNECTIONS; connection++)
			free(replies->reply[kind][connection].text);
}

const struct reply_text *replies_find(
	const struct replies *replies, enum http_status status, enum reply_connection connection)
{
	unsigned kind = 0;

	while (kinds[kind].status != status)
		if (++kind == REPLY_STATUSES)
			abort(); /* the callers' statuses are all in the table */
	return &replies->reply[kind][connection];
}

char *reply_head_before(char *end, uint64_t body_bytes, enum reply_connection connection)
{
	char head[REPLY_HEAD_MAX];
	int size = write_head(head, 0, body_bytes, connection);

	return memcpy(end - size, head, size);
}
