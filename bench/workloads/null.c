/* SPDX-License-Identifier: MIT */
/* null: a task that does nothing. What is measured is the model and the harness. */
#include "workload.h"

enum { DIGEST = 1 };

static int setup(struct work *work)
{
	work->expected = DIGEST;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	(void)work, (void)i;
	*digest = DIGEST;
	return 0;
}

const struct workload workload_null = {
	.name = "null",
	.summary = "nothing: the floor of model and harness",
	.kind = WORKLOAD_CPU,
	.tasks = 1000,
	.setup = setup,
	.task = task,
};
