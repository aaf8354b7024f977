/* SPDX-License-Identifier: MIT */
#include "demonstrations.h"

#include <stdio.h>
#include <string.h>

#include "../workloads/workload.h"

extern const struct workload workload_crash, workload_race, workload_easy, workload_order,
	workload_awaits, workload_deadlock, workload_orphan;

const struct workload *const demonstrations[] = {
	&workload_crash,
	&workload_race,
	&workload_easy,
	&workload_order,
	&workload_awaits,
	&workload_deadlock,
	&workload_orphan,
	NULL,
};

static void keep(void *arg, const char *line)
{
	struct reports *reports = arg;

	if (reports->count < REPORTS_MAX)
		snprintf(reports->lines[reports->count++], REPORT_BYTES, "%s", line);
}

int64_t reported_run(struct reports *reports, task_fn *fn, void *arg)
{
	const struct runtime_options options = { .report = keep, .report_arg = reports };

	reports->count = 0;
	return runtime_run(&options, fn, arg);
}

unsigned reports_with(const struct reports *reports, const char *word, const char *other)
{
	unsigned found = 0;

	for (unsigned i = 0; i < reports->count; i++)
		found += strstr(reports->lines[i], word) && strstr(reports->lines[i], other);
	return found;
}
