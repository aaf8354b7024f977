/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PROGRESS_H
#define BENCH_PROGRESS_H

/*
 * How far a run has come: a bar with an estimate on a terminal, perhaps with a
 * table of what is known so far above it; now and then a line elsewhere.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "screen.h"

/* Print the table as it is now; colours: in colours. */
typedef void progress_table_fn(const void *arg, bool colours, FILE *out);

struct progress {
	bool terminal, shown;
	size_t first; /* what was done when it began */
	int64_t start_ns, printed_ns;
	progress_table_fn *table; /* or NULL; set it after progress_start */
	const void *arg;          /* of table */
	struct screen screen;
};

void progress_start(struct progress *progress);

/* Show that `done` of `total` are over and what runs now; also the time left, if it goes on so. */
void progress_show(struct progress *progress, size_t done, size_t total, const char *what);

/* Clear what is shown, at the end or to make room for a message. */
void progress_end(struct progress *progress);

#endif
