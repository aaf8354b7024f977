/* SPDX-License-Identifier: MIT */
/* echo: a TCP server that sends back what comes. */
#include <errno.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "service.h"

enum { BUFFER_BYTES = 16384 };

static const struct param params[] = {
	{ .name = "message_bytes",
		.unit = "bytes",
		.summary = "what the load sends at a time",
		.initial = "64",
		.min = 1,
		.max = 16777216 },
	SERVICE_KEEP_ALIVE,
	SERVICE_IDLE,
	SERVICE_LOAD,
	{ 0 },
};

static int64_t idle_ns(const struct work *work)
{
	return (int64_t)(intptr_t)work->state;
}

static int setup(struct work *work)
{
	work->state = (void *)(intptr_t)(param_number(work->params, "idle_ms") * 1000000);
	return 0;
}

static void connection(struct work *work, int fd)
{
	char buf[BUFFER_BYTES];

	for (;;) {
		int64_t deadline_ns = io_now_ns() + idle_ns(work);
		ssize_t n = io_read(fd, buf, sizeof buf, deadline_ns);
		if (n <= 0 || io_write_all(fd, buf, n, deadline_ns) != 0)
			return;
	}
}

extern const struct client client_echo;

const struct workload workload_echo = {
	.name = "echo",
	.summary = "TCP server that sends back what comes",
	.kind = WORKLOAD_SERVICE,
	.params = params,
	.fds_per_task = 1,
	.setup = setup,
	.connection = connection,
	.client = &client_echo,
};
