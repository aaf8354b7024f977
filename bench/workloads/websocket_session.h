/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_WEBSOCKET_SESSION_H
#define WORKLOADS_WEBSOCKET_SESSION_H

/*
 * The server's side of one WebSocket connection (RFC 6455 over wslay), without
 * I/O: it is fed what came and holds what is to be sent. A text comes back with
 * "/answer" behind it, the text "close" closes, binary comes back as it is. What
 * it answers does not depend on how what came was cut into pieces, but for one
 * thing: wslay 1.1.1 checks the reason in a close frame from the third byte of
 * each piece on, so that one outside of ASCII that comes in pieces may be taken
 * for invalid UTF-8, or the other way round. The connection is closed all the same.
 *
 * Feed it only when its output has been sent, and the output is bounded, however
 * much a client sends without reading.
 */
#include <stdint.h>

#include "websocket_handshake.h"

enum { WEBSOCKET_MESSAGE_BYTES = 1 << 20 }; /* the longest; beyond is closed with 1009 */

struct wslay_event_context;

struct websocket {
	/* Out: nothing more is answered. End the connection when the output has been sent. */
	bool ended;

	/* private */
	struct handshake handshake;
	struct wslay_event_context *frames; /* NULL until the handshake is done */
	const char *input;                  /* while it is fed */
	size_t input_bytes;
	bool control;        /* the frame that is coming */
	bool first_to_close; /* the client did not ask for it */
	bool input_over;     /* nothing more can come */
	bool starved;        /* of memory */
	struct bytes {
		char *data;
		size_t size, capacity;
	} message, output; /* what came of the message so far; what is to be sent */
	size_t sent_bytes; /* of the output */
};

void websocket_init(struct websocket *websocket);

/* Release its memory. */
void websocket_free(struct websocket *websocket);

/*
 * Take what came. 0, or -ENOMEM: then it has ended, perhaps without telling the
 * client.
 */
int websocket_feed(struct websocket *websocket, const char *data, size_t size);

/* The deadline of the handshake has passed, or nothing came for too long. As websocket_feed. */
int websocket_time_out(struct websocket *websocket);

/* The client sends nothing more, or the service is stopped. As websocket_feed. */
int websocket_end(struct websocket *websocket);

/* What is to be sent, valid until the next call of another function; returns its size. */
size_t websocket_output(const struct websocket *websocket, const char **data);

/* The first size bytes of the output have been sent. */
void websocket_sent(struct websocket *websocket, size_t size);

/* Whether the handshake is done: from then on the client may be idle. */
bool websocket_open(const struct websocket *websocket);

/*
 * Once it has ended: whether the client may have sent more than was taken.
 * Closing a socket with unread input resets it, and the client might lose what
 * was sent last.
 */
bool websocket_must_linger(const struct websocket *websocket);

#endif
