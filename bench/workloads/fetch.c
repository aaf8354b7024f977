/* SPDX-License-Identifier: MIT */
/* fetch: an HTTP GET over libcurl, the body checked. */
#include <errno.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "web.h"

static const struct param params[] = {
	WEB_URL,
	WEB_DELAY("1"),
	WEB_BODY,
	{ .name = "keep_alive",
		.unit = "",
		.summary = "1: connections are reused; 0: one a request",
		.initial = "1",
		.max = 1 },
	WEB_TIMEOUT,
	{ 0 },
};

static int setup(struct work *work)
{
	struct web *web = work->state = calloc(1, sizeof *web);

	if (!web)
		return -ENOMEM;
	web->fresh_connection = !param_number(work->params, "keep_alive");
	return web_setup(work, web, param_text(work->params, "url"),
		param_number(work->params, "body_bytes"),
		param_number(work->params, "delay_ms") * 1000);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	enum { SMALL_BYTES = 8192 };
	const struct web *web = work->state;
	char small[SMALL_BYTES]; /* spares threads the allocator's lock */
	struct io_fetch fetch = {
		.url = web->url,
		.deadline_ns = io_now_ns() + web->timeout_ns,
		.fresh_connection = web->fresh_connection,
		.body = web->body_bytes <= SMALL_BYTES ? small : malloc(web->body_bytes),
		.capacity = web->body_bytes,
	};

	(void)i;
	if (!fetch.body)
		return -ENOMEM;
	int err = web_status(io_fetch(&fetch));
	*digest = web_digest(fetch.body, fetch.body_bytes);
	if (fetch.body != small)
		free(fetch.body);
	return err;
}

/* The callback form. */
struct call {
	struct transfer transfer;
	struct io_fetch fetch;
	task_done_fn *done;
	void *arg;
	char body[];
};

static void finish(struct call *call, int err)
{
	task_done_fn *done = call->done;
	void *arg = call->arg;
	uint64_t digest = web_digest(call->body, call->fetch.body_bytes);

	free(call);
	done(arg, err, digest);
}

static void fetched(struct transfer *transfer)
{
	struct call *call = transfer->arg;

	transfer_close(transfer);
	finish(call, web_status(transfer->result));
}

static void callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	const struct web *web = work->state;
	struct call *call = malloc(sizeof *call + web->body_bytes);

	(void)i;
	if (!call) {
		done(arg, -ENOMEM, 0);
		return;
	}
	*call = (struct call){
		.transfer = { .event = fetched, .arg = call },
		.fetch = {
			.url = web->url,
			.deadline_ns = io_now_ns() + web->timeout_ns,
			.fresh_connection = web->fresh_connection,
			.body = call->body,
			.capacity = web->body_bytes,
		},
		.done = done,
		.arg = arg,
	};
	int err = transfer_start(loop, &call->transfer, &call->fetch);
	if (err)
		finish(call, err);
}

const struct workload workload_fetch = {
	.name = "fetch",
	.summary = "HTTP GET over libcurl",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 100,
	.fds_per_task = 1,
	.setup = setup,
	.task = task,
	.callback = callback,
	.teardown = web_teardown,
};
