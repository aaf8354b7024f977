/* SPDX-License-Identifier: MIT */
/* The http service's client: GET of one path, whose reply must be a 200 with the expected body. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/http.h"
#include "../../models/io.h"
#include "../origin.h"
#include "client.h"

enum { HEAD_BYTES = 512, BODY_BYTES_MAX = 1 << 30 };

static const int64_t learn_ns = 10000000000;

/* What open allocates. */
struct memory {
	char request[HEAD_BYTES];
	char *body;
	size_t size, capacity;
};

static int make_room(struct memory *memory, size_t size)
{
	size_t capacity = memory->capacity ? memory->capacity : 4096;

	if (size > BODY_BYTES_MAX)
		return -EMSGSIZE;
	while (capacity < size)
		capacity *= 2;
	if (capacity == memory->capacity)
		return 0;
	char *body = realloc(memory->body, capacity);
	if (!body)
		return -ENOMEM;
	memory->body = body;
	memory->capacity = capacity;
	return 0;
}

static int append(void *arg, const char *data, size_t size)
{
	struct memory *memory = arg;
	int err = make_room(memory, memory->size + size);

	if (err)
		return err;
	memcpy(memory->body + memory->size, data, size);
	memory->size += size;
	return 0;
}

/* What it answers now is what it must answer every time. */
static int learn(struct talk *talk, struct memory *memory, const char *address, const char *path)
{
	char url[HEAD_BYTES];
	struct io_fetch fetch = { .url = url,
		.deadline_ns = io_now_ns() + learn_ns,
		.sink = append,
		.sink_arg = memory };

	snprintf(url, sizeof url, "http://%s%s", address, path);
	int status = io_fetch(&fetch);
	http_close_idle();
	if (status < 0)
		snprintf(talk->reason, sizeof talk->reason, "GET %.180s: %s", url,
			strerror(-status));
	else if (status != 200)
		snprintf(talk->reason, sizeof talk->reason, "GET %.180s: HTTP status %d, not 200",
			url, status);
	if (status < 0)
		return status;
	return status == 200 ? 0 : -EBADMSG;
}

static int fill(struct memory *memory, size_t size)
{
	int err = make_room(memory, size);

	if (err)
		return err;
	memory->size = size;
	origin_fill(memory->body, size, 0);
	return 0;
}

static int check_path(struct talk *talk, const char *path)
{
	const char *at = path;

	while (isgraph((unsigned char)*at))
		at++;
	if (*path == '/' && !*at)
		return 0;
	snprintf(talk->reason, sizeof talk->reason,
		"'%.180s' is not the path of a URL: it begins with / and has no spaces", path);
	return -EINVAL;
}

static void close_talk(struct talk *talk)
{
	struct memory *memory = talk->memory;

	if (memory)
		free(memory->body);
	free(memory);
	talk->memory = NULL;
}

static int open_talk(struct talk *talk, const struct params *params,
	const struct sockaddr_in *address, bool known)
{
	const char *path = param_text(params, "path");
	char name[INET_ADDRSTRLEN], host[INET_ADDRSTRLEN + 8];
	int err = check_path(talk, path);

	if (err)
		return err;
	struct memory *memory = talk->memory = calloc(1, sizeof *memory);
	if (!memory)
		return -ENOMEM;
	inet_ntop(AF_INET, &address->sin_addr, name, sizeof name);
	snprintf(host, sizeof host, "%s:%d", name, ntohs(address->sin_port));
	err = known ? fill(memory, param_number(params, "response_bytes"))
		    : learn(talk, memory, host, path);
	if (err) {
		close_talk(talk);
		return err;
	}
	talk->request = memory->request;
	talk->request_bytes = snprintf(memory->request, HEAD_BYTES,
		"GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", path, host,
		param_number(params, "keep_alive") ? "" : "Connection: close\r\n");
	talk->expected = memory->body;
	talk->expected_bytes = memory->size;
	return 0;
}

/* The parser is the reply's, and its data the talk. */
static struct reply *reply_of(http_parser *parser)
{
	return (struct reply *)((char *)parser - offsetof(struct reply, parser));
}

static int on_headers_complete(http_parser *parser)
{
	return parser->status_code == 200 ? 0 : -1;
}

static int on_body(http_parser *parser, const char *at, size_t size)
{
	const struct talk *talk = parser->data;
	struct reply *reply = reply_of(parser);

	if (size > talk->expected_bytes - reply->at ||
		memcmp(talk->expected + reply->at, at, size) != 0)
		return -1;
	reply->at += size;
	return 0;
}

static int on_message_complete(http_parser *parser)
{
	const struct talk *talk = parser->data;
	struct reply *reply = reply_of(parser);

	if (reply->at != talk->expected_bytes)
		return -1;
	reply->closes = !http_should_keep_alive(parser);
	http_parser_pause(parser, 1);
	return 0;
}

static const http_parser_settings settings = {
	.on_headers_complete = on_headers_complete,
	.on_body = on_body,
	.on_message_complete = on_message_complete,
};

static int take(const struct talk *talk, struct reply *reply, const char *data, size_t size)
{
	http_parser *parser = &reply->parser;

	if (!parser->data) {
		http_parser_init(parser, HTTP_RESPONSE);
		parser->data = (void *)talk;
	}
	size_t taken = http_parser_execute(parser, &settings, data, size);
	switch (HTTP_PARSER_ERRNO(parser)) {
	case HPE_OK:
		return 0;
	case HPE_PAUSED:
		return taken == size ? 1 : -EBADMSG;
	case HPE_CB_headers_complete:
	case HPE_CB_body:
	case HPE_CB_message_complete:
		return -EBADMSG;
	default:
		return -EPROTO;
	}
}

/* The parser takes no bytes for the end of the connection. */
static bool ended(struct reply *reply)
{
	http_parser *parser = &reply->parser;

	if (!parser->data)
		return false;
	http_parser_execute(parser, &settings, NULL, 0);
	return HTTP_PARSER_ERRNO(parser) == HPE_PAUSED;
}

const struct client client_http = {
	.open = open_talk, .close = close_talk, .take = take, .ended = ended
};
