/* SPDX-License-Identifier: MIT */
#include "run_facts.h"

#include <stdbool.h>

static const struct run_fact facts[] = {
	{ "environment", "host" },
	{ "environment", "cpu" },
	{ "environment", "cores" },
	{ "environment", "kernel" },
	{ "environment", "governor" },
	{ "environment", "workdir_filesystem" },
	{ "options", "pin" },
	{ "options", "warmup_percent" },
	{ 0 },
};

const json_t *run_fact_of(const json_t *root, const struct run_fact *fact)
{
	const json_t *value = json_object_get(json_object_get(root, fact->part), fact->key);

	return json_is_null(value) ? NULL : value;
}

const struct run_fact *runs_differ(
	const json_t *before, const json_t *after, const struct run_fact *last)
{
	for (const struct run_fact *fact = last ? last + 1 : facts; fact->key; fact++) {
		const json_t *old = run_fact_of(before, fact), *new = run_fact_of(after, fact);
		if ((old || new) && !json_equal(old, new))
			return fact;
	}
	return NULL;
}
