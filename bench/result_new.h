/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RESULT_NEW_H
#define BENCH_RESULT_NEW_H

/* What a results file holds before anything was measured. */
#include <jansson.h>

#include "trial.h"

/*
 * A results object that began now on this machine, not complete, without cells.
 * Takes the reference to options. A new reference.
 */
json_t *result_new(json_t *options);

/* Parameters by name: numbers, and texts as text. A new reference. */
json_t *params_values(const struct params *params);

/* A cell without trials, which says that it was not run. A new reference. */
json_t *cell_new(const struct trial_spec *spec);

#endif
