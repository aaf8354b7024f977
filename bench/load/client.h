/* SPDX-License-Identifier: MIT */
#ifndef LOAD_CLIENT_H
#define LOAD_CLIENT_H

/*
 * What the load generator says to a service and how it checks the replies. Every
 * request of a load is the same bytes, made once, so that the generator costs
 * next to nothing; every reply is checked to the last byte.
 */
#include <http_parser.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../../models/param.h"

/* One load's conversation; made by open, then only read. Zeroed before. */
struct talk {
	const char *hello; /* sent first on a new connection, and answered; NULL for none */
	size_t hello_bytes;
	const char *request;
	size_t request_bytes;
	const char *expected; /* the reply: all of it, or its body */
	size_t expected_bytes;
	void *memory;     /* the client's own */
	char reason[256]; /* for a person, where open fails */
};

/* How far the reply to one connection has come. Zeroed for each reply. */
struct reply {
	uint64_t at;        /* bytes of it that were checked */
	http_parser parser; /* for clients that speak HTTP */
	bool closes;        /* out: the server will close the connection after this reply */
	bool hello;         /* in: this is the answer to hello */
};

struct client {
	/*
	 * Make the talk for params (of the service's table) with the server at
	 * address. known: the server is concbench's own, with the same
	 * parameters, so what it must answer is known; otherwise what it answers
	 * now is what it must answer every time. 0 or -errno with talk->reason.
	 */
	int (*open)(struct talk *talk, const struct params *params,
		const struct sockaddr_in *address, bool known);
	void (*close)(struct talk *talk);

	/*
	 * Check the next size bytes that came. Returns 1 when they end the reply, 0
	 * when more must come, -EBADMSG for wrong or superfluous bytes, -EPROTO for
	 * what is not the protocol. Thread-safe for different replies.
	 */
	int (*take)(const struct talk *talk, struct reply *reply, const char *data, size_t size);

	/*
	 * Whether the end of the connection ends a reply that was still coming (HTTP
	 * without a length). NULL: never.
	 */
	bool (*ended)(struct reply *reply);
};

#endif
