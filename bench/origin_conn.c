/* SPDX-License-Identifier: MIT */
/*
 * A connection of the origin. It must never be the bottleneck, so a request
 * whose response fits into the socket costs one read and one writev, and no
 * memory is allocated: a connection carries all it needs and is reused.
 *
 * It answers one request at a time. The parser stops at the end of each
 * request; what came after it waits in the connection's input buffer, and when
 * that is full the socket is no longer read, so that a client can neither
 * overtake its own delayed response nor make the origin hold more than that.
 */
#include "origin_conn.h"

#include <errno.h>
#include <http_parser.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../models/io.h"
#include "origin_request.h"

enum {
	INPUT_BYTES = 4096,
	TARGET_BYTES = 256,
	HEAD_BYTES = 512, /* with the reason of a refusal */
	PIECES = 4,       /* uv_write allocates for more */
};

static const int64_t linger_ns = 1000000000;

struct origin_conn {
	uv_tcp_t tcp;
	uv_write_t write;
	struct timer timer; /* the delay of a response, or the end of lingering */
	http_parser parser;
	struct origin_conns *conns;
	struct origin_conn *next; /* spare */

	enum { READING, ANSWERING, LINGERING, CLOSING } state;
	bool keep_alive;    /* after this response */
	bool bad_input;     /* the parser has given up on it */
	bool input_ended;   /* no more requests, but the client may still read */
	bool input_stopped; /* until there is room again */

	size_t start, end;       /* of what is still to be parsed in input */
	size_t target_bytes;     /* of the request; more than TARGET_BYTES did not fit */
	size_t head_bytes;       /* of the response */
	uint64_t response_bytes; /* head and body */
	uint64_t sent_bytes;     /* of those */
	size_t writing_bytes;    /* in the pieces handed over last */
	char target[TARGET_BYTES + 1];
	char head[HEAD_BYTES];
	char input[INPUT_BYTES]; /* last, as it need not be zeroed */
};

static void on_closed(uv_handle_t *handle)
{
	struct origin_conn *conn = handle->data;

	conn->next = conn->conns->spare;
	conn->conns->spare = conn;
}

/* A write in flight ends with UV_ECANCELED. */
void origin_conn_close(struct origin_conn *conn)
{
	if (conn->state == CLOSING)
		return;
	conn->state = CLOSING;
	timers_stop(&conn->conns->timers, &conn->timer);
	uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

static void alloc_input(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct origin_conn *conn = handle->data;

	(void)suggested;
	*buf = uv_buf_init(conn->input + conn->end, INPUT_BYTES - conn->end);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf);

static void stop_input(struct origin_conn *conn)
{
	uv_read_stop((uv_stream_t *)&conn->tcp);
	conn->input_stopped = true;
}

static void resume_input(struct origin_conn *conn)
{
	if (!conn->input_stopped || conn->input_ended)
		return;
	conn->input_stopped = false;
	if (uv_read_start((uv_stream_t *)&conn->tcp, alloc_input, on_read) != 0)
		origin_conn_close(conn);
}

static struct origin_conn *conn_of(struct timer *timer)
{
	return (struct origin_conn *)((char *)timer - offsetof(struct origin_conn, timer));
}

static void linger_over(struct timer *timer)
{
	origin_conn_close(conn_of(timer));
}

/*
 * Closing a socket with unread input resets it, and the client might lose the
 * response that says what was wrong. So say that nothing more comes, and
 * discard what the client sends until it has closed too, or time is up.
 */
static void linger(struct origin_conn *conn)
{
	uv_os_fd_t fd;

	conn->state = LINGERING;
	conn->start = conn->end = 0;
	if (conn->input_ended || uv_fileno((uv_handle_t *)&conn->tcp, &fd) != 0 ||
		shutdown(fd, SHUT_WR) < 0) {
		origin_conn_close(conn);
		return;
	}
	conn->timer.fire = linger_over;
	if (timers_start(&conn->conns->timers, &conn->timer, io_now_ns() + linger_ns) != 0)
		origin_conn_close(conn);
	else
		resume_input(conn);
}

/* The response has been handed to the kernel. */
static void answered(struct origin_conn *conn)
{
	if (conn->keep_alive)
		conn->state = READING;
	else if (conn->bad_input || conn->start < conn->end)
		linger(conn);
	else
		origin_conn_close(conn);
}

/* The next pieces of the response; gives their number. */
static unsigned next_pieces(struct origin_conn *conn, uv_buf_t *pieces)
{
	uint64_t at = conn->sent_bytes;
	unsigned count = 0;

	if (at < conn->head_bytes) {
		pieces[count++] = uv_buf_init(conn->head + at, conn->head_bytes - at);
		at = conn->head_bytes;
	}
	while (count < PIECES && at < conn->response_bytes) {
		size_t run_bytes;
		const unsigned char *from = origin_request_body(
			at - conn->head_bytes, conn->response_bytes - at, &run_bytes);
		pieces[count++] = uv_buf_init((char *)from, run_bytes);
		at += run_bytes;
	}
	conn->writing_bytes = at - conn->sent_bytes;
	return count;
}

static void step(struct origin_conn *conn);
static void on_written(uv_write_t *req, int status);

static void write_on(struct origin_conn *conn)
{
	uv_buf_t pieces[PIECES];
	unsigned count = next_pieces(conn, pieces);
	uv_stream_t *stream = (uv_stream_t *)&conn->tcp;

	if (uv_write(&conn->write, stream, pieces, count, on_written) != 0)
		origin_conn_close(conn);
}

/* The loop calls this in its next turn at the earliest, so a long body leaves room for others. */
static void on_written(uv_write_t *req, int status)
{
	struct origin_conn *conn = req->handle->data;

	if (status < 0) {
		origin_conn_close(conn);
		return;
	}
	conn->sent_bytes += conn->writing_bytes;
	if (conn->sent_bytes < conn->response_bytes) {
		write_on(conn);
		return;
	}
	answered(conn);
	step(conn);
}

static void answer(struct origin_conn *conn)
{
	uv_buf_t pieces[PIECES];
	unsigned count = next_pieces(conn, pieces);
	int written = uv_try_write((uv_stream_t *)&conn->tcp, pieces, count);

	if (written < 0 && written != UV_EAGAIN) {
		origin_conn_close(conn);
		return;
	}
	conn->sent_bytes = written > 0 ? written : 0;
	if (conn->sent_bytes < conn->response_bytes)
		write_on(conn);
	else
		answered(conn);
}

static void delay_over(struct timer *timer)
{
	struct origin_conn *conn = conn_of(timer);

	answer(conn);
	step(conn);
}

/* The response's head, for a body of so many bytes; the text is that body where it is not NULL. */
static void prepare(
	struct origin_conn *conn, enum http_status status, uint64_t bytes, const char *text)
{
	const char *connection = "";
	bool bare = !conn->bad_input && conn->parser.method == HTTP_HEAD;

	if (!conn->keep_alive)
		connection = "Connection: close\r\n";
	else if (conn->parser.http_major == 1 && conn->parser.http_minor == 0)
		connection = "Connection: keep-alive\r\n";
	int size = snprintf(conn->head, HEAD_BYTES,
		"HTTP/1.1 %d %s\r\nContent-Type: %s\r\nContent-Length: %" PRIu64 "\r\n%s%s\r\n%s",
		status, http_status_str(status), text ? "text/plain" : "application/octet-stream",
		bytes, status == HTTP_STATUS_METHOD_NOT_ALLOWED ? "Allow: GET, HEAD\r\n" : "",
		connection, text && !bare ? text : "");
	if (size < 0 || size >= HEAD_BYTES)
		abort(); /* the longest head and ORIGIN_WHY_BYTES fit */
	conn->head_bytes = size;
	conn->response_bytes = size + (text || bare ? 0 : bytes);
	conn->sent_bytes = 0;
}

static void refuse(struct origin_conn *conn, enum http_status status, const char *why)
{
	prepare(conn, status, strlen(why), why);
	answer(conn);
}

/* Answer the request that the parser has just completed. */
static void handle_request(struct origin_conn *conn)
{
	struct origin_request request;
	enum http_status status = HTTP_STATUS_URI_TOO_LONG;

	conn->state = ANSWERING;
	conn->keep_alive = http_should_keep_alive(&conn->parser);
	if (conn->target_bytes <= TARGET_BYTES)
		status = origin_request_read(
			&request, conn->parser.method, conn->target, conn->target_bytes);
	else
		snprintf(request.why, sizeof request.why, "the request's target is too long\n");
	conn->target_bytes = 0;
	if (status != HTTP_STATUS_OK) {
		refuse(conn, status, request.why);
		return;
	}
	prepare(conn, status, request.bytes, NULL);
	if (request.delay_us == 0) {
		answer(conn);
		return;
	}
	conn->timer.fire = delay_over;
	int64_t at_ns = io_now_ns() + (int64_t)request.delay_us * 1000;
	if (timers_start(&conn->conns->timers, &conn->timer, at_ns) != 0)
		origin_conn_close(conn);
}

static int on_url(http_parser *parser, const char *at, size_t size)
{
	struct origin_conn *conn = parser->data;

	if (conn->target_bytes + size <= TARGET_BYTES)
		memcpy(conn->target + conn->target_bytes, at, size);
	conn->target_bytes += size;
	return 0;
}

static int on_complete(http_parser *parser)
{
	http_parser_pause(parser, 1);
	return 0;
}

static const http_parser_settings settings = {
	.on_url = on_url,
	.on_message_complete = on_complete,
};

/* Parse up to the end of a request, or of the input. */
static void parse(struct origin_conn *conn)
{
	http_parser *parser = &conn->parser;

	conn->start += http_parser_execute(
		parser, &settings, conn->input + conn->start, conn->end - conn->start);
	enum http_errno err = HTTP_PARSER_ERRNO(parser);
	if (err == HPE_PAUSED) {
		http_parser_pause(parser, 0);
		handle_request(conn);
	} else if (err != HPE_OK) {
		conn->state = ANSWERING;
		conn->keep_alive = false;
		conn->bad_input = true;
		if (err == HPE_HEADER_OVERFLOW)
			refuse(conn, HTTP_STATUS_REQUEST_HEADER_FIELDS_TOO_LARGE,
				"the request's header is too large\n");
		else
			refuse(conn, HTTP_STATUS_BAD_REQUEST, "this is not an HTTP request\n");
	}
}

/* Go on with the input, as far as responses permit; then make room, or stop reading. */
static void step(struct origin_conn *conn)
{
	while (conn->state == READING && conn->start < conn->end)
		parse(conn);
	if (conn->state == READING && conn->input_ended)
		origin_conn_close(conn);
	if (conn->state != READING && conn->state != ANSWERING)
		return;
	if (conn->start == conn->end) {
		conn->start = conn->end = 0;
	} else if (conn->end == INPUT_BYTES && conn->start > 0) {
		conn->end -= conn->start;
		memmove(conn->input, conn->input + conn->start, conn->end);
		conn->start = 0;
	}
	if (conn->end == INPUT_BYTES)
		stop_input(conn);
	else
		resume_input(conn);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct origin_conn *conn = stream->data;

	(void)buf;
	if (nread == UV_EOF && conn->state == ANSWERING) {
		conn->input_ended = true; /* a half-closed client still gets its responses */
		return;
	}
	if (nread < 0) {
		origin_conn_close(conn);
		return;
	}
	if (conn->state == LINGERING)
		return;
	conn->end += nread;
	step(conn);
}

int origin_conn_accept(struct origin_conns *conns, uv_stream_t *listener)
{
	struct origin_conn *conn = conns->spare;

	if (conn)
		conns->spare = conn->next;
	else
		conn = malloc(sizeof *conn);
	if (!conn)
		return -ENOMEM;
	memset(conn, 0, offsetof(struct origin_conn, input));
	conn->conns = conns;
	uv_tcp_init(listener->loop, &conn->tcp);
	conn->tcp.data = conn;
	http_parser_init(&conn->parser, HTTP_REQUEST);
	conn->parser.data = conn;
	conn->input_stopped = true;
	if (uv_accept(listener, (uv_stream_t *)&conn->tcp) != 0)
		origin_conn_close(conn);
	else
		resume_input(conn);
	return 0;
}

void origin_conn_free(struct origin_conns *conns)
{
	for (struct origin_conn *conn = conns->spare, *next; conn; conn = next) {
		next = conn->next;
		free(conn);
	}
	conns->spare = NULL;
}
