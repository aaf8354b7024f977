/* SPDX-License-Identifier: MIT */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

/* What is read off a trial: one table for summaries, comparisons, gates and exports. */
#include <jansson.h>
#include <stdbool.h>

enum measure_better { MEASURE_NEITHER, MEASURE_HIGHER, MEASURE_LOWER };

/*
 * A value of a trial: field of part (of the trial itself where that is NULL),
 * with plus added and divided by over where those are named; over "tasks" is
 * over all their operations, where these are counted.
 */
struct measure {
	const char *key;   /* in a cell's summary */
	const char *label; /* in a table: "throughput", "CPU/task" */
	const char *unit;  /* "/s", "s", "ns", "KiB" or "" */
	enum measure_better better;
	const char *part, *field, *plus, *over;
	bool optional;        /* not in a summary where no trial has it */
	const char *together; /* field and plus in one, of a trial that does not have both */
};

/* Closed by a row without a key. */
extern const struct measure measures[];

/* The row of that key, or NULL. */
const struct measure *measure_find(const char *key);

/* A value in three digits and its unit: "12.3k/s", "4.05ms", "8.14MiB"; "-" for NAN. Thread-safe.
 */
const char *measure_format(const struct measure *measure, double value, char text[static 24]);

/* The value, or NAN where the trial does not have it. Thread-safe. */
double measure_of(const struct measure *measure, const json_t *trial);

#endif
