/* SPDX-License-Identifier: MIT */
/*
 * The HTTP service's session on whatever bytes a client may send. The first
 * byte of an input says how: its top bit, which body a GET is answered with; the
 * others, how the rest is cut into pieces. What is answered must not depend on
 * the pieces, but for "100 Continue", which is said only to who waits for it.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../bench/workloads/http_session.h"

/* One is part of a reply's text, the other comes after it. */
enum { SHORT_BODY_BYTES = 100, LONG_BODY_BYTES = 20000 };

struct answers {
	char *data;
	size_t size;
};

static _Noreturn void fail(const char *why)
{
	fprintf(stderr, "%s\n", why);
	abort();
}

static void flush(struct session *session, struct answers *answers)
{
	const char *data;
	size_t size;

	while ((size = session_output(session, &data)) > 0) {
		answers->data = realloc(answers->data, answers->size + size);
		if (!answers->data)
			fail("no memory");
		memcpy(answers->data + answers->size, data, size);
		answers->size += size;
		session_sent(session, size);
	}
}

/* The next piece of the input; false when there is none. */
static bool receive(struct session *session, const char **data, size_t *size, size_t piece)
{
	if (piece > *size)
		piece = *size;
	if (piece == 0)
		return false;
	memcpy(session->input, *data, piece);
	*data += piece;
	*size -= piece;
	session_received(session, piece);
	return true;
}

/* Answer all requests; one that has not come whole times out at the end. */
static void answer_all(struct session *session, struct answers *answers, const char *data,
	size_t size, size_t piece_max)
{
	size_t piece = piece_max;
	enum session_state state;

	while ((state = session_parse(session)) != SESSION_OVER) {
		if (state == SESSION_REQUEST) {
			session_answer(session, HTTP_STATUS_OK);
			if (session_must_write(session))
				flush(session, answers);
			continue;
		}
		flush(session, answers);
		if (!receive(session, &data, &size, piece))
			session_expire(session);
		piece = piece > 1 ? piece - 1 : piece_max;
	}
	flush(session, answers);
}

static void remove_continues(struct answers *answers)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";
	const size_t text_bytes = sizeof text - 1;
	char *at = answers->data;

	while ((at = memmem(at, answers->data + answers->size - at, text, text_bytes))) {
		answers->size -= text_bytes;
		memmove(at, at + text_bytes, answers->data + answers->size - at);
	}
}

static struct answers converse(
	const struct replies *replies, const char *data, size_t size, size_t piece_max)
{
	struct answers answers = { 0 };
	struct session session;
	char *input = malloc(piece_max);

	if (!input)
		fail("no memory");
	session_open(&session, replies, input);
	answer_all(&session, &answers, data, size, piece_max);
	session_close(&session);
	free(input);
	if (answers.size > 0 && (answers.size < 9 || memcmp(answers.data, "HTTP/1.1 ", 9) != 0))
		fail("not an answer");
	if (answers.size > 0)
		remove_continues(&answers);
	return answers;
}

static const struct replies *replies_of(bool is_long)
{
	static struct replies replies[2];
	struct replies *wanted = &replies[is_long];

	if (!wanted->reply[0][0].text &&
		replies_init(wanted, is_long ? LONG_BODY_BYTES : SHORT_BODY_BYTES) != 0)
		fail("no memory");
	return wanted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 1)
		return 0;
	const struct replies *replies = replies_of(data[0] & 0x80);
	const char *rest = (const char *)data + 1;
	struct answers whole = converse(replies, rest, size - 1, size);
	struct answers cut = converse(replies, rest, size - 1, 1 + (data[0] & 0x7f));

	if (whole.size != cut.size ||
		(whole.size > 0 && memcmp(whole.data, cut.data, whole.size) != 0))
		fail("in pieces it was answered otherwise than whole");
	free(whole.data);
	free(cut.data);
	return 0;
}
