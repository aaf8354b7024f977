/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PLAN_H
#define BENCH_PLAN_H

/* What a run is to do: its arguments, turned into cells. */
#include <jansson.h>

#include "trial.h"

struct cell {
	struct trial_spec spec;
	char *own_name;     /* what spec.model_name points to, or NULL */
	bool whole_process; /* hyperfine times it too */
	json_t *json;       /* its object in the results; borrowed from there */
};

struct plan {
	const char *profile; /* or NULL */
	uint64_t seed;
	unsigned trials, warmup_percent, time_limit_s, whole_process_rounds;
	bool pin;
	struct cell *cells;
	size_t cell_count;

	const char *output; /* FILE.json, or NULL */
	bool resume, force;
	char **texts;      /* of --resume: what the cells' names point into; closed by NULL */
	json_t *arguments; /* what chose the cells, as given, for --resume */
};

/*
 * Read the arguments of `concbench run`. 0, or EXIT_USAGE
 * when they are wrong, which it has said on stderr.
 */
int plan_read(struct plan *plan, int argc, char **argv);

/* The plan that the stored options of a results file tell of; output and the like as in `like`. */
int plan_resume(struct plan *plan, const json_t *stored, const struct plan *like);

/* The options object of the results. A new reference. */
json_t *plan_options(const struct plan *plan);

void plan_free(struct plan *plan);

#endif
