/* SPDX-License-Identifier: MIT */
#ifndef GATE_METRICS_H
#define GATE_METRICS_H

/* What a gate holds against each other, by rows of bench/measure.h. */
#include <stdbool.h>

#include "../measure.h"

enum { METRICS = 10 };

/* How a metric is measured. */
enum metric_source {
	FROM_PAIRS,     /* the timed launches */
	FROM_COUNTING,  /* launches that are traced, and so say nothing of time */
	FROM_CALLGRIND, /* once an arm, under valgrind */
};

struct metric {
	const char *key; /* of a measure */
	enum metric_source source;

	/*
	 * Added to both sides of a ratio: less than this is as good as nothing.
	 * Half a context switch a task more matters, whether there were two of
	 * them before or none.
	 */
	double floor;

	/* How far its own noise may raise the threshold before it can tell nothing. */
	double widest;
	bool of_trials, of_commands; /* which of them have it */
};

/* The last is that of callgrind. */
extern const struct metric gated_metrics[METRICS];

#endif
