/* SPDX-License-Identifier: MIT */
#include "view.h"

#include <string.h>

/* Whether a list with commas has the name; NULL has all. */
static bool has(const char *list, const char *name)
{
	size_t length = strlen(name);

	if (!list)
		return true;
	while (*list) {
		size_t item = strcspn(list, ",");
		if (item == length && strncmp(list, name, length) == 0)
			return true;
		list += item + (list[item] == ',');
	}
	return false;
}

bool history_selected(const struct history_view *view, const struct history_series *series)
{
	const json_t *cell = series->points[0]->cell;

	return has(view->workloads, text_at(cell, "workload")) &&
		has(view->models, text_at(cell, "model"));
}

void history_put_cell(const json_t *cell, FILE *out)
{
	const json_t *tasks = json_object_get(cell, "tasks");

	fprintf(out, "%s %s c=%lld", text_at(cell, "workload"), text_at(cell, "model"),
		(long long)json_integer_value(json_object_get(cell, "concurrency")));
	if (json_is_integer(tasks))
		fprintf(out, " tasks=%lld", (long long)json_integer_value(tasks));
	if (json_object_size(json_object_get(cell, "params")) > 0)
		putc(' ', out);
	params_print(json_object_get(cell, "params"), " ", "", out);
}
