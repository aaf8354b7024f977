/* SPDX-License-Identifier: MIT */
#include "compare_view.h"

#include <stdio.h>
#include <stdlib.h>

#include "../cli.h"
#include "../run_facts.h"

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

	for (const struct run_fact *fact = runs_differ(before, after, NULL); list && fact;
		fact = runs_differ(before, after, fact))
		add(list, fact->key, run_fact_of(before, fact), run_fact_of(after, fact));
	if (list && compared->other_tasks > 0)
		json_array_append_new(list,
			json_sprintf("another number of tasks: in %zu of the %zu cells that both "
				     "have",
				compared->other_tasks, compared->common));
	return list;
}

int compare_refuse(const char *command, const json_t *differences)
{
	const json_t *difference;
	size_t i;

	cli_error(command, "these runs differ by more than their programs:");
	json_array_foreach(differences, i, difference)
		fprintf(stderr, "  %s\n", json_string_value(difference));
	fputs("With --force they are compared all the same, and every line says so.\n", stderr);
	return EXIT_USAGE;
}
