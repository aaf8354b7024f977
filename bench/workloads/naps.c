/* SPDX-License-Identifier: MIT */
/*
 * naps: tasks that sleep for different times. Those of one, two and half a second
 * are the first example of many a course on concurrency: one after the other they
 * take the sum, at once the longest.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "sleep.h"

enum { TIMES_MAX = 64, LONGEST_MS = 60000 };

static const struct param params[] = {
	{ .name = "durations_ms",
		.summary = "how long tasks sleep, in ms: \"1000,2000,500\", in turn",
		.initial = "1000,2000,500" },
	{ 0 },
};

/* The next number of the list at *text, which is left behind it and its comma. -1: none. */
static long next_ms(const char **text)
{
	char *end;
	bool digit = **text >= '0' && **text <= '9';
	long number = digit ? strtol(*text, &end, 10) : -1;

	if (!digit || number > LONGEST_MS || (*end && *end != ',') || (*end && !end[1]))
		return -1;
	*text = end + (*end == ',');
	return number;
}

static int setup(struct work *work)
{
	const char *text = param_text(work->params, "durations_ms");
	int err = sleep_setup(work, TIMES_MAX);
	struct sleep_times *times = work->state;

	if (err)
		return err;
	for (times->count = 0; *text || times->count == 0; times->count++) {
		long duration_ms = times->count < TIMES_MAX ? next_ms(&text) : -1;
		if (duration_ms < 0) {
			work_explain(work,
				"durations_ms takes 1 to %d whole numbers up to %d, with commas "
				"between",
				TIMES_MAX, LONGEST_MS);
			return -EINVAL;
		}
		times->duration_ns[times->count] = duration_ms * 1000000;
	}
	return 0;
}

const struct workload workload_naps = {
	.name = "naps",
	.summary = "wait on timers of different lengths",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 3,
	.setup = setup,
	.task = sleep_task,
	.callback = sleep_callback,
	.resumable = { sizeof(struct sleep_frame), sleep_resume },
	.teardown = sleep_teardown,
};
