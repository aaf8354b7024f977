/* SPDX-License-Identifier: MIT */
#include "http_session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../origin_request.h"

enum { BATCH_BYTES = 32768, EXPECT_BYTES = 6, NO_EXPECT = 255 };

void session_open(struct session *session, const struct replies *replies, char *input)
{
	*session = (struct session){ .replies = replies, .input = input };
	http_parser_init(&session->parser, HTTP_REQUEST);
	session->parser.data = session;
}

static void drop_body(struct session *session)
{
	if (session->body)
		free(session->body - REPLY_HEAD_MAX);
	session->body = NULL;
	session->body_bytes = session->body_capacity = 0;
}

void session_close(struct session *session)
{
	drop_body(session);
	free(session->batch);
}

/* Make room for so many bytes of body, and for the head of the reply before them. */
static int reserve_body(struct session *session, size_t capacity)
{
	if (session->body && capacity <= session->body_capacity)
		return 0;
	char *memory = session->body ? session->body - REPLY_HEAD_MAX : NULL;
	memory = realloc(memory, REPLY_HEAD_MAX + capacity);
	if (!memory)
		return -ENOMEM;
	session->body = memory + REPLY_HEAD_MAX;
	session->body_capacity = capacity;
	return 0;
}

static int refuse(struct session *session, enum http_status status)
{
	session->refusal = status;
	return -1;
}

static int on_begin(http_parser *parser)
{
	struct session *session = parser->data;

	session->begun = true;
	return 0;
}

static int on_header_name(http_parser *parser, const char *at, size_t size)
{
	static const char expect[] = "expect";
	struct session *session = parser->data;

	if (session->in_value)
		session->expect_at = 0;
	session->in_value = false;
	session->line_ended = true;
	for (size_t i = 0; i < size && session->expect_at != NO_EXPECT; i++)
		if (session->expect_at < EXPECT_BYTES &&
			(at[i] | 0x20) == expect[session->expect_at])
			session->expect_at++;
		else
			session->expect_at = NO_EXPECT;
	return 0;
}

static int on_header_value(http_parser *parser, const char *at, size_t size)
{
	struct session *session = parser->data;

	(void)at, (void)size;
	session->in_value = true;
	if (session->expect_at == EXPECT_BYTES && !session->head_ended)
		session->expects = true;
	return 0;
}

static int on_head(http_parser *parser)
{
	struct session *session = parser->data;
	bool has_length = parser->flags & F_CONTENTLENGTH;
	bool has_body = parser->flags & F_CHUNKED || (has_length && parser->content_length > 0);

	session->head_ended = session->line_ended = true;
	if (parser->http_major != 1)
		return refuse(session, HTTP_STATUS_BAD_REQUEST);
	session->expects = session->expects && has_body && parser->http_minor >= 1;
	if (parser->method != HTTP_POST)
		return 0;
	if (has_length && parser->content_length > SESSION_BODY_MAX)
		return refuse(session, HTTP_STATUS_PAYLOAD_TOO_LARGE);
	if (reserve_body(session, has_length ? parser->content_length : 0) != 0)
		return refuse(session, HTTP_STATUS_SERVICE_UNAVAILABLE);
	return 0;
}

static int on_body(http_parser *parser, const char *at, size_t size)
{
	struct session *session = parser->data;
	size_t needed = session->body_bytes + size;

	session->expects = false;
	if (parser->method != HTTP_POST)
		return 0;
	if (needed > SESSION_BODY_MAX)
		return refuse(session, HTTP_STATUS_PAYLOAD_TOO_LARGE);
	if (needed > session->body_capacity && reserve_body(session, 2 * needed) != 0)
		return refuse(session, HTTP_STATUS_SERVICE_UNAVAILABLE);
	memcpy(session->body + session->body_bytes, at, size);
	session->body_bytes = needed;
	return 0;
}

static int on_complete(http_parser *parser)
{
	http_parser_pause(parser, 1);
	return 0;
}

static const http_parser_settings settings = {
	.on_message_begin = on_begin,
	.on_header_field = on_header_name,
	.on_header_value = on_header_value,
	.on_headers_complete = on_head,
	.on_body = on_body,
	.on_message_complete = on_complete,
};

/* What cannot be gone on with, after its reply. */
static bool give_up(struct session *session, enum http_status status)
{
	if (!session->refusal)
		session->refusal = status;
	session->unread = true;
	return true;
}

/*
 * Parse up to the end of a request or of the input, though no more of a head
 * than is allowed, so that how the bytes were cut makes no difference.
 */
static bool parse_some(struct session *session)
{
	http_parser *parser = &session->parser;
	size_t size = session->end - session->start;
	bool was_head = !session->head_ended;

	if (was_head && size > SESSION_HEAD_MAX - session->head_bytes)
		size = SESSION_HEAD_MAX - session->head_bytes;
	size_t parsed = http_parser_execute(
		parser, &settings, session->input + session->start, size);
	enum http_errno err = HTTP_PARSER_ERRNO(parser);
	session->start += parsed;
	if (was_head)
		session->head_bytes += parsed;
	if (err == HPE_PAUSED) {
		http_parser_pause(parser, 0);
		if (parser->method != HTTP_GET && parser->method != HTTP_HEAD &&
			parser->method != HTTP_POST)
			session->refusal = HTTP_STATUS_METHOD_NOT_ALLOWED;
		return true;
	}
	if (err == HPE_HEADER_OVERFLOW)
		return give_up(session, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE);
	if (err != HPE_OK)
		return give_up(session, HTTP_STATUS_BAD_REQUEST);
	if (!session->head_ended && session->head_bytes == SESSION_HEAD_MAX)
		return give_up(session,
			session->line_ended ? HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE
					    : HTTP_STATUS_URI_TOO_LONG);
	return false;
}

/* Put text and so much of origin_fill into the output. */
static void put(struct session *session, const char *text, size_t text_bytes, uint64_t fill_bytes)
{
	size_t room = BATCH_BYTES - session->batch_bytes;
	bool alone = session->batch_bytes == 0 && session->start == session->end;

	if (!alone && !session->batch)
		session->batch = malloc(BATCH_BYTES);
	if (alone || !session->batch || fill_bytes > 0 || text_bytes > room) {
		session->text = text;
		session->text_bytes = text_bytes;
		session->fill_bytes = fill_bytes;
		session->sent_bytes = 0;
	} else {
		memcpy(session->batch + session->batch_bytes, text, text_bytes);
		session->batch_bytes += text_bytes;
	}
}

void session_received(struct session *session, size_t size)
{
	session->start = 0;
	session->end = size;
}

enum session_state session_parse(struct session *session)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";

	if (session->over)
		return SESSION_OVER;
	while (session->start < session->end)
		if (parse_some(session))
			return SESSION_REQUEST;
	if (session->head_ended && session->expects) {
		session->expects = false;
		put(session, go_on, sizeof go_on - 1, 0);
	}
	return SESSION_HUNGRY;
}

static enum reply_connection connection_of(const struct session *session)
{
	const http_parser *parser = &session->parser;

	if (session->unread || parser->method == HTTP_CONNECT || !http_should_keep_alive(parser))
		return REPLY_CLOSE;
	return parser->http_minor == 0 ? REPLY_KEEP_1_0 : REPLY_KEEP;
}

static void forget_request(struct session *session)
{
	session->refusal = 0;
	session->head_bytes = 0;
	session->expect_at = 0;
	session->begun = session->line_ended = session->head_ended = false;
	session->in_value = session->expects = false;
	session->begun_ns = 0;
}

void session_answer(struct session *session, enum http_status status)
{
	enum reply_connection connection = connection_of(session);
	bool whole = !session->unread; /* otherwise the method may be anything */

	if (session->refusal)
		status = session->refusal;
	if (whole && session->parser.method == HTTP_POST && status == HTTP_STATUS_OK) {
		char *head = reply_head_before(session->body, session->body_bytes, connection);
		put(session, head, session->body + session->body_bytes - head, 0);
	} else {
		const struct reply_text *reply = replies_find(session->replies, status, connection);
		bool bare = whole && session->parser.method == HTTP_HEAD;
		put(session, reply->text, bare ? reply->head_bytes : reply->text_bytes,
			bare ? 0 : reply->body_bytes);
	}
	if (!session->text)
		drop_body(session);
	session->over = connection == REPLY_CLOSE;
	session->unread = session->unread || (session->over && session->start < session->end);
	forget_request(session);
}

size_t session_output(const struct session *session, const char **data)
{
	size_t run_bytes;
	uint64_t at = session->sent_bytes;

	if (session->batch_sent < session->batch_bytes) {
		*data = session->batch + session->batch_sent;
		return session->batch_bytes - session->batch_sent;
	}
	if (!session->text)
		return 0;
	if (at < session->text_bytes) {
		*data = session->text + at;
		return session->text_bytes - at;
	}
	at -= session->text_bytes;
	*data = (const char *)origin_request_body(at, session->fill_bytes - at, &run_bytes);
	return run_bytes;
}

void session_sent(struct session *session, size_t size)
{
	if (session->batch_sent < session->batch_bytes) {
		session->batch_sent += size;
		if (session->batch_sent == session->batch_bytes)
			session->batch_sent = session->batch_bytes = 0;
		return;
	}
	session->sent_bytes += size;
	if (session->sent_bytes < session->text_bytes + session->fill_bytes)
		return;
	session->text = NULL;
	drop_body(session);
}

int64_t session_deadline_ns(
	struct session *session, int64_t now_ns, int64_t idle_ns, int64_t header_ns)
{
	if (!session->begun)
		return now_ns + idle_ns;
	if (!session->begun_ns)
		session->begun_ns = now_ns;
	return session->begun_ns + header_ns;
}

void session_expire(struct session *session)
{
	if (session->begun) {
		give_up(session, HTTP_STATUS_REQUEST_TIMEOUT);
		session_answer(session, HTTP_STATUS_REQUEST_TIMEOUT);
	}
	session->over = true;
}
