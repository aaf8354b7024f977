/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

/* How far a run has come: a bar with an estimate on a terminal, now and then a line elsewhere. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
	bool terminal, shown;
	size_t first; /* what was done when it began */
	int64_t start_ns, printed_ns;
};

void progress_start(struct progress *progress);

/* Show that `done` of `total` are over and what runs now; also the time left, if it goes on so. */
void progress_show(struct progress *progress, size_t done, size_t total, const char *what);

/* Clear the bar. */
void progress_end(const struct progress *progress);

#endif
