/* SPDX-License-Identifier: MIT */
/*
 * blocking: one task after the other, in the caller's thread.
 *
 * How it works: a loop. While a task waits, the program waits.
 * What it costs: nothing beyond the tasks, so its time is the sum of theirs.
 * What to watch: concurrency is 1 whatever was asked for. The yardstick for
 * all the others, and as good as any of them when there is one thing to do.
 */
#include "io.h"
#include "par_posix.h"
#include "service.h"

static int run(struct job *job)
{
	par = &par_blocking;
	for (uint64_t i = 0; i < job->tasks; i++)
		job->task(job, i);
	par = NULL;
	return 0;
}

/* An iterative server: while it serves one client, the others wait in the backlog. */
static int serve(struct service *service)
{
	struct connection *connection;
	int listener = service_listen(service, false);

	if (listener < 0)
		return listener;
	service->ready(service);
	while ((connection = service_accept(service, listener)))
		connection_serve(connection);
	return io_close(listener);
}

const struct model model_blocking = {
	.name = "blocking",
	.summary = "one task after the other",
	.features = MODEL_SHARED_MEMORY | MODEL_SPAWN,
	.run = run,
	.serve = serve,
};
