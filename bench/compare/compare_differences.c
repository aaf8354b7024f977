/* SPDX-License-Identifier: MIT */
#include "compare_view.h"

#include <stdlib.h>

/*
 * What must be the same for two runs to differ by their programs alone. The build
 * is what one compares, and trials, seed and time limit do not change what a trial is.
 */
static const struct fact {
	const char *part, *key;
} facts[] = {
	{ "environment", "host" },
	{ "environment", "cpu" },
	{ "environment", "cores" },
	{ "environment", "kernel" },
	{ "environment", "governor" },
	{ "environment", "workdir_filesystem" },
	{ "options", "pin" },
	{ "options", "warmup_percent" },
};

/* A value in a sentence, to be freed. */
static char *in_words(const json_t *value)
{
	return json_dumps(value ? value : json_null(), JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

static void add(json_t *list, const char *what, const json_t *old, const json_t *new)
{
	char *old_text = in_words(old), *new_text = in_words(new);

	if (old_text && new_text)
		json_array_append_new(
			list, json_sprintf("another %s: %s, then %s", what, old_text, new_text));
	free(old_text);
	free(new_text);
}

json_t *compare_differences(
	const json_t *before, const json_t *after, const struct compared *compared)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < sizeof facts / sizeof *facts; i++) {
		const json_t *old = json_object_get(
			json_object_get(before, facts[i].part), facts[i].key);
		const json_t *new = json_object_get(
			json_object_get(after, facts[i].part), facts[i].key);
		bool neither = (!old || json_is_null(old)) && (!new || json_is_null(new));
		if (!neither && !json_equal(old, new))
			add(list, facts[i].key, old, new);
	}
	if (list && compared->other_tasks > 0)
		json_array_append_new(list,
			json_sprintf("another number of tasks: in %zu of the %zu cells that both "
				     "have",
				compared->other_tasks, compared->common));
	return list;
}
