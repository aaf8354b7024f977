/* SPDX-License-Identifier: MIT */
/*
 * blocking: one task after the other, in the caller's thread.
 *
 * How it works: a loop. While a task waits, the program waits.
 * What it costs: nothing beyond the tasks, so its time is the sum of theirs.
 * What to watch: concurrency is 1 whatever was asked for. The yardstick for
 * all the others, and as good as any of them when there is one thing to do.
 */
#include "model.h"

static int run(struct job *job)
{
	for (uint64_t i = 0; i < job->tasks; i++)
		job->task(job, i);
	return 0;
}

const struct model model_blocking = {
	.name = "blocking",
	.summary = "one task after the other",
	.features = MODEL_SHARED_MEMORY,
	.run = run,
};
