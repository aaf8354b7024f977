/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

/* How far a run has come: a bar with an estimate on a terminal, now and then a line elsewhere. */
#include <stdbool.h>
#include <stdint.h>

struct progress {
	bool terminal;
	double total_s, done_s; /* expected work, and the part of it that is over */
	int64_t start_ns, printed_ns;
};

/* Begin; the work is expected to take so long. */
void progress_start(struct progress *progress, double total_s);

/* Show what runs now. The expectations may have changed since. */
void progress_show(struct progress *progress, const char *what);

/* Clear the bar. */
void progress_end(struct progress *progress);

#endif
