/* SPDX-License-Identifier: MIT */
#include "needs.h"

#include <stdio.h>
#include <string.h>

#include "../cpus.h"
#include "../profile.h"
#include "../trial.h"

enum {
	OWN_TASKS = 128,     /* the harness's, the origin's, pools' and what else runs here */
	OWN_MAPPINGS = 1000, /* of the program and its libraries, some 220, with room to spare */
	STACK_MAPPINGS = 2,  /* itself and its guard */
};

/* How many children each of a row's tasks has at once. */
static uint64_t children_of(const struct profile_row *row, const struct workload *workload)
{
	struct params params;

	params_init(&params, workload->params);
	for (const char *const *text = row->params; *text; text++) {
		const char *value = strchr(*text, '=');
		char name[64];
		snprintf(name, sizeof name, "%.*s", (int)strcspn(*text, "="), *text);
		if (value)
			params_set(&params, name, value + 1);
	}
	return param_find(workload->params, "children") ? param_number(&params, "children") : 1;
}

static uint64_t greater(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

struct needs needs_of(const struct profile *profile)
{
	struct needs needs = { 0 };
	uint64_t most = 0;

	for (const struct profile_row *row = profile->rows; row->workload; row++) {
		const struct workload *workload = workload_find(row->workload);
		for (int i = 0; i < PROFILE_POINTS && row->points[i].tasks > 0; i++) {
			unsigned concurrency = row->points[i].concurrency;
			if (concurrency == PROFILE_CORES)
				concurrency = cpus_count();
			needs.descriptors = greater(
				needs.descriptors, trial_descriptors(workload, concurrency));
			most = greater(most, concurrency * children_of(row, workload));
		}
	}
	needs.tasks = most + OWN_TASKS;
	needs.mappings = STACK_MAPPINGS * most + OWN_MAPPINGS;
	return needs;
}
