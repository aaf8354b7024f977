/* SPDX-License-Identifier: MIT */
/*
 * easy: the fetch of a program that does not know where it runs. It calls
 * libcurl's easy interface itself, past the world it is in, and so blocks the
 * thread: under coroutines, every other task.
 */
#include <errno.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "../workloads/web.h"

static const struct param params[] = {
	WEB_URL,
	WEB_DELAY("1"),
	WEB_BODY,
	WEB_TIMEOUT,
	{ 0 },
};

static int setup(struct work *work)
{
	struct web *web = work->state = calloc(1, sizeof *web);

	if (!web)
		return -ENOMEM;
	work->demonstration = true;
	return web_setup(work, web, param_text(work->params, "url"),
		param_number(work->params, "body_bytes"),
		param_number(work->params, "delay_ms") * 1000);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	const struct web *web = work->state;
	struct io_fetch fetch = {
		.url = web->url,
		.deadline_ns = io_now_ns() + web->timeout_ns,
		.body = malloc(web->body_bytes),
		.capacity = web->body_bytes,
	};

	(void)i;
	if (!fetch.body)
		return -ENOMEM;
	int err = web_status(io_blocking.fetch(&fetch));
	*digest = web_digest(fetch.body, fetch.body_bytes);
	free(fetch.body);
	return err;
}

const struct workload workload_easy = {
	.name = "easy",
	.summary = "HTTP GET by a call that blocks whatever the model",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 100,
	.fds_per_task = 1,
	.setup = setup,
	.task = task,
	.teardown = web_teardown,
};
