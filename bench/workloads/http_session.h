/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_HTTP_SESSION_H
#define WORKLOADS_HTTP_SESSION_H

/*
 * One connection of the http service without its input and output: bytes go
 * in, requests and replies come out. Both forms of the handler drive it:
 *
 *   session_parse says what to do. SESSION_REQUEST: a request has come whole (or
 *   one that must be refused); answer it with session_answer. SESSION_HUNGRY:
 *   write all output, then read into session_input and parse again.
 *   SESSION_OVER: write all output, then close.
 *
 * Replies to requests that came together are gathered, and go out in one write.
 * Nothing is allocated but for a request with a body and for a client that
 * pipelines.
 */
#include <http_parser.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http_reply.h"

enum { SESSION_HEAD_MAX = 8192, SESSION_BODY_MAX = 1 << 20 };

struct session {
	http_parser parser;
	const struct replies *replies;
	char *input;
	size_t start, end; /* of what is still to be parsed in input */

	enum http_status refusal; /* of this request; 0 for none */
	unsigned head_bytes;      /* that came, up to the call that ended the head */
	unsigned char expect_at;  /* letters of "expect" that the header's name has had */
	bool begun;               /* its first byte has come */
	bool line_ended, head_ended;
	bool in_value; /* of a header */
	bool expects;  /* it waits for "100 Continue" before it sends its body */
	bool over;     /* the last reply is in the output */
	bool unread;   /* the client may be sending what nobody will read */

	int64_t begun_ns; /* when it was first waited for; 0 before */
	char *body;       /* of a POST, with REPLY_HEAD_MAX bytes before it; NULL for none */
	size_t body_bytes, body_capacity;

	char *batch; /* replies that came together; NULL until there are such */
	size_t batch_bytes, batch_sent;
	const char *text; /* the reply after those: its text, then so much of origin_fill */
	size_t text_bytes;
	uint64_t fill_bytes, sent_bytes;
};

enum session_state { SESSION_HUNGRY, SESSION_REQUEST, SESSION_OVER };

/* input is where the caller reads to. Never fails. */
void session_open(struct session *session, const struct replies *replies, char *input);
void session_close(struct session *session);

/* So many bytes were read into the input, all of which was parsed before. */
void session_received(struct session *session, size_t size);
enum session_state session_parse(struct session *session);

/* Whether the request is one that the service does its work for. */
static inline bool session_accepts(const struct session *session)
{
	return session->refusal == 0;
}

/* Answer the request; status is what the work came to, of no matter where it was refused. */
void session_answer(struct session *session, enum http_status status);

/* Whether all output must be written before the next answer. */
static inline bool session_must_write(const struct session *session)
{
	return session->text != NULL;
}

/* What to write next: so many bytes from *data on, 0 for nothing. Then say how many were written.
 */
size_t session_output(const struct session *session, const char **data);
void session_sent(struct session *session, size_t size);

/*
 * Until when to wait for input, from now_ns on: idle_ns for a request to
 * begin, header_ns from then on until it is whole.
 */
int64_t session_deadline_ns(
	struct session *session, int64_t now_ns, int64_t idle_ns, int64_t header_ns);

/* That time has passed: the session is over, and says so where a request had begun. */
void session_expire(struct session *session);

#endif
