/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "page.h"

/* Whether another group of the workload has another value of a parameter. */
static bool tells_apart(const struct groups *groups, const struct group *group, const char *key)
{
	const json_t *value = json_object_get(group->params, key);

	for (size_t i = 0; i < groups->count; i++) {
		const struct group *other = &groups->list[i];
		if (strcmp(other->workload, group->workload) == 0 &&
			!json_equal(json_object_get(other->params, key), value))
			return true;
	}
	return false;
}

/* Whether an earlier group, of the same parameters, is called so. */
static bool is_taken(char **labels, size_t count, const char *label)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(labels[i], label) == 0)
			return true;
	return false;
}

/* NULL without memory. */
static char *label_of(const struct groups *groups, const struct group *group, bool numbered)
{
	json_t *telling = json_object(), *value;
	char *label = NULL;
	size_t size;
	const char *key;
	FILE *out = open_memstream(&label, &size);

	if (!out)
		goto out;
	json_object_foreach((json_t *)group->params, key, value)
	{
		if (tells_apart(groups, group, key))
			json_object_set(telling, key, value);
	}
	fprintf(out, "%s%s", group->workload, json_object_size(telling) > 0 ? " " : "");
	params_print(telling, " ", "", out);
	if (numbered)
		fprintf(out, " #%u", group->variant);
	if (fclose(out) != 0) {
		free(label);
		label = NULL;
	}
out:
	json_decref(telling);
	return label;
}

char **report_labels(const struct groups *groups)
{
	char **labels = calloc(groups->count + 1, sizeof(char *));

	for (size_t i = 0; labels && i < groups->count; i++) {
		const struct group *group = &groups->list[i];
		labels[i] = label_of(groups, group, false);
		if (labels[i] && is_taken(labels, i, labels[i])) {
			free(labels[i]);
			labels[i] = label_of(groups, group, true);
		}
		if (!labels[i]) {
			report_free_labels(labels, groups);
			return NULL;
		}
	}
	return labels;
}

void report_free_labels(char **labels, const struct groups *groups)
{
	for (size_t i = 0; labels && i < groups->count; i++)
		free(labels[i]);
	free(labels);
}
