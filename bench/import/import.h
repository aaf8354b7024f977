/* SPDX-License-Identifier: MIT */
#ifndef IMPORT_IMPORT_H
#define IMPORT_IMPORT_H

/*
 * Another benchmark's results as a results file of ours, so that they can be
 * compared, plotted and exported. What the other does not tell is null.
 */
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

#include "../command.h"

/* `concbench import FILE --format NAME [-o OUT.json]`. */
extern const struct command import_command;

/* A results file in the making. */
struct import {
	json_t *root;      /* from import_new */
	json_int_t trials; /* so far */
	char reason[256];  /* why a reader gave up, for a person */
	FILE *notes;       /* what is left out, a line each */
};

/*
 * A format's reader: add the cells of source and what is known of the machine.
 * 0; -EINVAL with import->reason; or -ENOMEM.
 */
typedef int import_fn(const json_t *source, struct import *import);

import_fn import_hyperfine;        /* a cell a command, a trial a run */
import_fn import_google_benchmark; /* a cell a benchmark, a trial a repetition */

/* A result without cells, all that describes the machine null. A new reference. */
json_t *import_new(const char *format);

/*
 * A new cell for what the other calls name, which becomes its workload: plain, and
 * like that of no cell before it. key is what the parameter that keeps name is
 * called. Borrowed from import->root; NULL without memory.
 */
json_t *import_cell(
	struct import *import, const char *name, const char *key, json_int_t concurrency);

struct import_trial {
	const char *status, *reason; /* NULL where ok */
	json_int_t tasks;            /* 0: unknown */
	double elapsed_s;            /* NAN: unknown */
	double cpu_s;                /* user and system time together; NAN: unknown */
};

/* Add a trial to one of import's cells, and sum it up anew. 0 or -ENOMEM. */
int import_trial(struct import *import, json_t *cell, const struct import_trial *trial);

/* Say in import->reason what is wrong; returns -EINVAL. */
__attribute__((format(printf, 2, 3))) int import_fault(
	struct import *import, const char *format, ...);

#endif
