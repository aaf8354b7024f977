/* SPDX-License-Identifier: MIT */
#include "web.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "../../models/http.h"
#include "../../models/io.h"
#include "../origin.h"

uint64_t web_digest(const void *body, size_t size)
{
	return XXH3_64bits(body, size);
}

int web_status(int status)
{
	if (status < 0)
		return status;
	return status == 200 ? 0 : -EBADMSG;
}

void web_teardown(struct work *work)
{
	free(work->state);
}

static uint64_t origin_digest(uint64_t body_bytes)
{
	enum { PIECE = 64 * 1024 };
	char piece[PIECE];
	XXH3_state_t *state = XXH3_createState();

	XXH3_64bits_reset(state);
	for (uint64_t at = 0; at < body_bytes; at += PIECE) {
		size_t size = body_bytes - at < PIECE ? body_bytes - at : PIECE;
		origin_fill(piece, size, at);
		XXH3_64bits_update(state, piece, size);
	}
	uint64_t digest = XXH3_64bits_digest(state);
	XXH3_freeState(state);
	return digest;
}

static int update(void *state, const char *data, size_t size)
{
	return XXH3_64bits_update(state, data, size) == XXH_OK ? 0 : -EINVAL;
}

/* A server that is not ours: what it answers now is what it must answer every task. */
static int learn(struct work *work, struct web *web)
{
	XXH3_state_t *state = XXH3_createState();
	struct io_fetch fetch = {
		.url = web->url,
		.deadline_ns = io_now_ns() + web->timeout_ns,
		.sink = update,
		.sink_arg = state,
	};

	XXH3_64bits_reset(state);
	int status = io_fetch(&fetch);
	work->expected = XXH3_64bits_digest(state);
	web->body_bytes = fetch.body_bytes;
	XXH3_freeState(state);
	http_close_idle();
	if (status < 0)
		work_explain(work, "GET %.150s: %s", web->url,
			status == -EHOSTUNREACH ? "no such host" : strerror(-status));
	else if (status != 200)
		work_explain(work, "GET %.150s: HTTP status %d, not 200", web->url, status);
	return web_status(status);
}

int web_setup(
	struct work *work, struct web *web, const char *url, uint64_t body_bytes, uint64_t delay_us)
{
	web->timeout_ns = param_number(work->params, "timeout_ms") * 1000000;
	if (*url) {
		snprintf(web->url, sizeof web->url, "%s", url);
		return learn(work, web);
	}
	int err = origin_start(work->origin);
	if (err) {
		work_explain(work, "the origin did not start: %s", strerror(-err));
		return err;
	}
	snprintf(web->url, sizeof web->url, "http://127.0.0.1:%d/body?bytes=%llu&delay_us=%llu",
		work->origin->port, (unsigned long long)body_bytes, (unsigned long long)delay_us);
	web->body_bytes = body_bytes;
	work->expected = origin_digest(body_bytes);
	return 0;
}
