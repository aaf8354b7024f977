/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_WEBSOCKET_HANDSHAKE_H
#define WORKLOADS_WEBSOCKET_HANDSHAKE_H

/*
 * The server's part of the opening handshake (RFC 6455, section 4.2), without
 * I/O: it is fed what came and says what to answer.
 */
#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	HANDSHAKE_HEAD_BYTES = 8192,  /* of the longest request */
	HANDSHAKE_ANSWER_BYTES = 256, /* of the longest answer */
	HANDSHAKE_NAME_BYTES = 32,
	HANDSHAKE_VALUE_BYTES = 64,
	HANDSHAKE_HEADERS = 3,
	WEBSOCKET_KEY_BYTES = 24,
	WEBSOCKET_ACCEPT_BYTES = 28,
};

struct handshake {
	/* Out: what to answer, 101 where the rest is frames; 0 while the request is coming. */
	enum http_status status;

	/* private */
	http_parser parser;
	size_t head_bytes; /* that came */
	char name[HANDSHAKE_NAME_BYTES + 1];
	size_t name_bytes;
	bool in_value;
	struct header {
		char text[HANDSHAKE_VALUE_BYTES + 1];
		size_t bytes;                  /* more than HANDSHAKE_VALUE_BYTES did not fit */
	} headers[HANDSHAKE_HEADERS], *header; /* the one that is coming, where it is of interest */
};

void handshake_init(struct handshake *handshake);

/*
 * Take what came, as long as status is 0. Returns how many bytes of it belonged
 * to the handshake.
 */
size_t handshake_feed(struct handshake *handshake, const char *data, size_t size);

/*
 * The answer that status stands for; returns its size. Status must not be 0, and
 * becomes 500 where memory is out.
 */
size_t handshake_answer(struct handshake *handshake, char answer[HANDSHAKE_ANSWER_BYTES]);

/*
 * What a server makes of a client's key of WEBSOCKET_KEY_BYTES, to prove that it
 * speaks WebSocket, as a string. 0 or -ENOMEM. Thread-safe.
 */
int websocket_accept(const char *key, char accept[WEBSOCKET_ACCEPT_BYTES + 1]);

#endif
