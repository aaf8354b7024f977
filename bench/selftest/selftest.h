/* SPDX-License-Identifier: MIT */
#ifndef SELFTEST_SELFTEST_H
#define SELFTEST_SELFTEST_H

/*
 * How often a gate is wrong: gates of identical code, one side linked in another
 * order, and gates of code that was slowed down on purpose by a known amount.
 */
#include <jansson.h>
#include <stdio.h>

#include "../gate/gate.h"

enum { LEVELS_MAX = 16 };

/* One kind of gate that is run again and again. */
struct level {
	double percent; /* of head's tasks that do their work twice */
	bool call;      /* head makes a system call more each task */
	size_t gates;   /* that were run */
	size_t verdicts[REGRESSION + 1];
	size_t *found;                /* per cell: gates that found it by a metric that tells */
	size_t (*metrics)[METRICS];   /* per cell and metric: gates that found it by that */
	size_t (*undecided)[METRICS]; /* per cell and metric: gates in which that was inconclusive
	                               */
};

struct selftest {
	struct gate gate;
	struct level levels[LEVELS_MAX];
	size_t level_count;
	bool turned; /* the two layouts have changed sides */
	double elapsed_s;
};

/* Add the verdicts of the gate that was just run to its level. */
void selftest_note(struct selftest *test, struct level *level);

/* The document. A new reference. */
json_t *selftest_document(const struct selftest *test, json_t *options);

/* What a person reads of the document. */
void selftest_table(const json_t *document, FILE *out);

/*
 * Draw power.svg and power.png in the folder dir: how many gates find a
 * slowdown, by its size. An exit status.
 */
int selftest_plot(const json_t *document, const char *dir, const volatile int *stop);

/* `concbench selftest`; its options are those of options.h. */
extern const struct command selftest_command;
int selftest_main(int argc, char **argv);

#endif
