/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_HTTP_REPLY_H
#define WORKLOADS_HTTP_REPLY_H

/* The replies of the http service that are the same every time, made once. */
#include <http_parser.h>
#include <stddef.h>
#include <stdint.h>

/* What a reply says of its connection; HTTP/1.0 has to be told that it stays. */
enum reply_connection { REPLY_KEEP, REPLY_KEEP_1_0, REPLY_CLOSE, REPLY_CONNECTIONS };

struct reply_text {
	char *text;          /* the head, and the body where that is short */
	size_t head_bytes;   /* of text */
	size_t text_bytes;   /* all of text */
	uint64_t body_bytes; /* that come after text, of origin_fill from its start */
};

enum { REPLY_STATUSES = 10, REPLY_TEXT_MAX = 16384, REPLY_HEAD_MAX = 256 };

struct replies {
	struct reply_text reply[REPLY_STATUSES][REPLY_CONNECTIONS];
};

/*
 * Make them, the 200 with a body of so many bytes, which is part of its text as
 * far as both fit into REPLY_TEXT_MAX. 0 or -ENOMEM; replies_free either way.
 */
int replies_init(struct replies *replies, uint64_t body_bytes);
void replies_free(struct replies *replies);

/* The reply with that status, which must be among those made; thread-safe. */
const struct reply_text *replies_find(
	const struct replies *replies, enum http_status status, enum reply_connection connection);

/*
 * Write the head of a 200 with a body of so many bytes so that it ends at end,
 * where REPLY_HEAD_MAX bytes before end are free. Gives its first byte.
 */
char *reply_head_before(char *end, uint64_t body_bytes, enum reply_connection connection);

#endif
