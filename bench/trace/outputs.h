/* SPDX-License-Identifier: MIT */
#ifndef TRACE_OUTPUTS_H
#define TRACE_OUTPUTS_H

/* What a timeline is written as. */
#include <stdbool.h>
#include <stdio.h>

struct timeline;

/* Print it as bars of characters, at most 20 lines of 80 columns; in colour where a terminal is. */
void timeline_text(const struct timeline *timeline, bool colour, FILE *out);

/*
 * Print it as JSON in Chrome's trace event format, which ui.perfetto.dev opens:
 * a track a thread, with a slice for each time that something ran there, and a
 * track a strand, with its states.
 */
void timeline_json(const struct timeline *timeline, FILE *out);

/*
 * Draw it by gnuplot into path, whose ending is format, "svg" or "png". When *stop
 * is set it ends. An exit status, with what is wrong said on stderr.
 */
int timeline_draw(const struct timeline *timeline, const char *path, const char *format,
	const volatile int *stop);

#endif
