/* SPDX-License-Identifier: MIT */
/*
 * The floor of the http service: epoll and http_parser by hand. Every GET is
 * answered with the same bytes, so what a connection has yet to send is no more
 * than a number of responses. Until those are sent it is not read. What is no
 * GET, or no HTTP, ends the connection once the requests before it are answered.
 */
#include <http_parser.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>

#include "../origin.h"
#include "floor_server.h"

enum { BODY_BYTES = 1024, HEAD_BYTES_MAX = 8192, PIECES = 64 };

struct conn {
	http_parser parser;
	unsigned owed; /* responses */
	size_t sent;   /* bytes of the first of them */
	bool closing;  /* after the last of them */
	bool writing;  /* watched for output, not input */
};

struct response {
	size_t size;
	char data[BODY_BYTES + 256];
};

static struct conn conns[FLOOR_FDS]; /* by descriptor; untouched pages take no memory */
static char input[FLOOR_INPUT_BYTES];
static struct response usual, closing;

static void make_response(struct response *response, const char *header)
{
	response->size = snprintf(response->data, sizeof response->data,
		"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
		"Content-Length: %d\r\n%s\r\n",
		BODY_BYTES, header);
	origin_fill(response->data + response->size, BODY_BYTES, 0);
	response->size += BODY_BYTES;
}

static int on_headers_complete(http_parser *parser)
{
	parser->upgrade = 0; /* an offer, which is passed over */
	return parser->method == HTTP_GET ? 0 : -1;
}

/* Nothing is parsed after the last request. A connection of HTTP/1.0 serves only one. */
static int on_message_complete(http_parser *parser)
{
	struct conn *conn = parser->data;

	conn->owed++;
	conn->closing = !http_should_keep_alive(parser) || parser->http_minor == 0;
	return conn->closing ? -1 : 0;
}

static const http_parser_settings settings = {
	.on_headers_complete = on_headers_complete,
	.on_message_complete = on_message_complete,
};

static void opened(int fd)
{
	struct conn *conn = &conns[fd];

	*conn = (struct conn){ 0 };
	http_parser_init(&conn->parser, HTTP_REQUEST);
	conn->parser.data = conn;
}

static void read_requests(int fd, struct conn *conn)
{
	ssize_t size = read(fd, input, sizeof input);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size <= 0)
		conn->closing = true;
	else if (http_parser_execute(&conn->parser, &settings, input, size) != (size_t)size ||
		HTTP_PARSER_ERRNO(&conn->parser) != HPE_OK)
		conn->closing = true;
}

/* The next responses, the first one from where it was left; returns how many. */
static unsigned next_pieces(const struct conn *conn, struct iovec *pieces)
{
	unsigned count = conn->owed < PIECES ? conn->owed : PIECES;

	for (unsigned i = 0; i < count; i++) {
		bool last = conn->closing && i + 1 == conn->owed;
		struct response *response = last ? &closing : &usual;
		size_t from = i == 0 ? conn->sent : 0;
		pieces[i] = (struct iovec){ response->data + from, response->size - from };
	}
	return count;
}

/* Send what is owed, as far as it fits. False where the client has gone. */
static bool send_owed(int fd, struct conn *conn)
{
	while (conn->owed > 0) {
		struct iovec pieces[PIECES];
		unsigned count = next_pieces(conn, pieces), i = 0;
		ssize_t written = writev(fd, pieces, (int)count);
		if (written < 0)
			return errno == EAGAIN;
		for (; i < count && (size_t)written >= pieces[i].iov_len; i++) {
			written -= (ssize_t)pieces[i].iov_len;
			conn->owed--;
			conn->sent = 0;
		}
		conn->sent += written;
	}
	return true;
}

static void ready(int epoll, int fd)
{
	struct conn *conn = &conns[fd];

	if (!conn->writing)
		read_requests(fd, conn);
	if (!send_owed(fd, conn) || (conn->closing && conn->owed == 0)) {
		close(fd);
		return;
	}
	if (conn->writing != (conn->owed > 0)) {
		conn->writing = !conn->writing;
		floor_watch(epoll, EPOLL_CTL_MOD, fd, conn->writing ? EPOLLOUT : EPOLLIN);
	}
}

int main(int argc, char **argv)
{
	make_response(&usual, "");
	make_response(&closing, "Connection: close\r\n");
	http_parser_set_max_header_size(HEAD_BYTES_MAX);
	floor_serve(floor_listen(argc, argv), opened, ready);
}
