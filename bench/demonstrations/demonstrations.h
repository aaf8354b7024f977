/* SPDX-License-Identifier: MIT */
#ifndef DEMONSTRATIONS_H
#define DEMONSTRATIONS_H

/* What the demonstrations of the coroutine runtime share. */
#include "../../models/runtime/task.h"

enum { REPORTS_MAX = 16, REPORT_BYTES = 160 };

/* The lines that a runtime reported. */
struct reports {
	char lines[REPORTS_MAX][REPORT_BYTES];
	unsigned count;
};

/* As runtime_run on a loop of its own, with what it reports kept instead of printed. */
int64_t reported_run(struct reports *reports, task_fn *fn, void *arg);

/* How many lines have all of these words. */
unsigned reports_with(const struct reports *reports, const char *word, const char *other);

#endif
