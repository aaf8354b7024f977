/* SPDX-License-Identifier: MIT */
/*
 * crash: tasks that wait, one of which dies of a fault meanwhile. What becomes
 * of the others tells how far a model keeps its tasks apart.
 */
#include <signal.h>
#include <sys/resource.h>

#include "../../models/io.h"
#include "../workloads/workload.h"

static const struct param params[] = {
	{ .name = "victim",
		.unit = "",
		.summary = "the number of the task that dies",
		.initial = "3",
		.max = 1000000 },
	{ .name = "duration_us",
		.unit = "us",
		.summary = "how long the others wait",
		.initial = "50000",
		.max = 60000000 },
	{ 0 },
};

enum { WAITED = 1 };

/* No core file is of use here. */
static int setup(struct work *work)
{
	const struct rlimit none = { 0 };

	setrlimit(RLIMIT_CORE, &none);
	work->demonstration = true;
	work->expected = WAITED;
	return 0;
}

/* Half-way, when the others have begun and none has ended. */
static void die(int64_t duration_ns)
{
	io_sleep(duration_ns / 2);
	signal(SIGSEGV, SIG_DFL);
	raise(SIGSEGV);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	int64_t duration_ns = param_number(work->params, "duration_us") * 1000;

	if (i == (uint64_t)param_number(work->params, "victim"))
		die(duration_ns);
	*digest = WAITED;
	return io_sleep(duration_ns);
}

const struct workload workload_crash = {
	.name = "crash",
	.summary = "tasks that wait, one of which dies",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 8,
	.setup = setup,
	.task = task,
};
