/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RUN_FACTS_H
#define BENCH_RUN_FACTS_H

/*
 * What must be the same for two runs to differ by their programs alone: their machines and
 * what a trial is. The build is what one compares; trials, seed and time limit do not
 * change what a trial is. Everything here is thread-safe.
 */
#include <jansson.h>

/* Where a results file has it: "environment" or "options", and its key in there. */
struct run_fact {
	const char *part, *key;
};

/*
 * The first fact after last (of all, where that is NULL) in which two results differ, or
 * NULL. null and absent are alike. Of a result only environment and options are read.
 */
const struct run_fact *runs_differ(
	const json_t *before, const json_t *after, const struct run_fact *last);

/* A result's value of a fact, NULL where it has none. Borrowed. */
const json_t *run_fact_of(const json_t *root, const struct run_fact *fact);

#endif
