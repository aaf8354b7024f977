/* SPDX-License-Identifier: MIT */
#include "cells.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "workloads/workload.h"

double number_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_number(value) ? json_number_value(value) : NAN;
}

const char *text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

json_t *number_or_null(double number)
{
	return isfinite(number) ? json_real(number) : json_null();
}

/* How many bytes the character of UTF-8 has that a text begins with; 0 where it is none. */
static size_t character_bytes(const char *text)
{
	for (size_t bytes = 1; bytes <= strnlen(text, 4); bytes++) {
		json_t *character = json_stringn(text, bytes);
		json_decref(character);
		if (character)
			return bytes;
	}
	return 0;
}

json_t *path_json(const char *path)
{
	char *copy = strdup(path);

	for (char *c = copy; c && *c;) {
		size_t bytes = character_bytes(c);
		if (bytes == 0)
			*c = '?';
		c += bytes > 0 ? bytes : 1;
	}
	json_t *json = copy ? json_string(copy) : NULL;
	free(copy);
	return json;
}

bool cell_ok(const json_t *cell)
{
	return strcmp(text_at(cell, "status"), "ok") == 0;
}

bool cell_was_run(const json_t *cell)
{
	return json_array_size(json_object_get(cell, "trials")) > 0;
}

static struct estimate estimate_at(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return (struct estimate){
		.median = number_at(value, "median"),
		.low = number_at(value, "low"),
		.high = number_at(value, "high"),
		.confidence = number_at(value, "confidence"),
	};
}

struct estimate cell_estimate(const json_t *cell, const char *key)
{
	return estimate_at(json_object_get(cell, "summary"), key);
}

struct estimate cell_figure(const json_t *cell, const char *name)
{
	return estimate_at(json_object_get(json_object_get(cell, "summary"), "figures"), name);
}

bool cell_demonstration(const json_t *cell)
{
	const json_t *trial = json_array_get(json_object_get(cell, "trials"), 0);

	return json_is_true(json_object_get(trial, "demonstration"));
}

void params_print(const json_t *params, const char *between, const char *escaped, FILE *out)
{
	const char *key, *separator = "";
	json_t *value;

	json_object_foreach((json_t *)params, key, value)
	{
		if (json_is_string(value) && json_string_length(value) == 0)
			continue;
		fprintf(out, "%s%s=", separator, key);
		separator = between;
		if (json_is_integer(value))
			fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		if (json_is_real(value))
			fprintf(out, "%.15g", json_real_value(value));
		for (const char *c = json_string_value(value); c && *c; c++) {
			if (strchr(escaped, *c))
				putc('\\', out);
			putc(*c, out);
		}
	}
}

const json_t *group_cell(const struct group *group, const char *model, json_int_t concurrency)
{
	for (size_t i = 0; i < group->cell_count; i++) {
		const json_t *cell = group->cells[i];
		if (json_integer_value(json_object_get(cell, "concurrency")) == concurrency &&
			strcmp(text_at(cell, "model"), model) == 0)
			return cell;
	}
	return NULL;
}

void group_trials(const struct group *group, size_t *least, size_t *most)
{
	*least = *most = 0;
	for (size_t i = 0; i < group->cell_count; i++) {
		size_t count = json_array_size(json_object_get(group->cells[i], "trials"));
		if (!cell_ok(group->cells[i]))
			continue;
		if (*least == 0 || count < *least)
			*least = count;
		if (count > *most)
			*most = count;
	}
}

double group_confidence(const struct group *group, const char *key)
{
	double lowest = NAN;

	for (size_t i = 0; i < group->cell_count; i++)
		if (cell_ok(group->cells[i]))
			lowest = fmin(lowest, cell_estimate(group->cells[i], key).confidence);
	return lowest;
}

bool group_demonstration(const struct group *group)
{
	for (size_t i = 0; i < group->cell_count; i++)
		if (cell_demonstration(group->cells[i]))
			return true;
	return false;
}

const char *group_operation(const struct group *group)
{
	const struct workload *workload = workload_find(group->workload);

	if (workload && workload->operation)
		return workload->operation;
	return workload && workload->kind == WORKLOAD_SERVICE ? "requests" : "tasks";
}

const char *group_operation_short(const struct group *group)
{
	const struct workload *workload = workload_find(group->workload);

	if (workload && workload->operation)
		return "op";
	return workload && workload->kind == WORKLOAD_SERVICE ? "req" : "task";
}

const struct figure *group_figures(const struct group *group)
{
	const struct workload *workload = workload_find(group->workload);

	return workload ? workload->figures : NULL;
}

/* The group that a cell belongs to, a new one where need be; NULL without memory. */
static struct group *find_group(struct groups *groups, const json_t *cell)
{
	const char *workload = text_at(cell, "workload"), *model = text_at(cell, "model");
	const json_t *params = json_object_get(cell, "params");
	json_int_t concurrency = json_integer_value(json_object_get(cell, "concurrency"));
	unsigned variant = 1;

	for (struct group *group = groups->list; group < groups->list + groups->count; group++) {
		if (strcmp(group->workload, workload) != 0)
			continue;
		if (json_equal(group->params, params) && !group_cell(group, model, concurrency))
			return group;
		variant++;
	}
	struct group *list = realloc(groups->list, (groups->count + 1) * sizeof *list);
	if (!list)
		return NULL;
	groups->list = list;
	list[groups->count] = (struct group){
		.workload = workload, .params = params, .variant = variant
	};
	return &list[groups->count++];
}

static int add_cell(struct group *group, const json_t *cell)
{
	const json_t **cells = realloc(
		group->cells, (group->cell_count + 1) * sizeof(const json_t *));

	if (!cells)
		return -ENOMEM;
	cells[group->cell_count++] = cell;
	group->cells = cells;
	return 0;
}

/* The model of a cell, unless an earlier cell has it too. */
static void note_model(struct group *group, size_t place)
{
	const char *model = text_at(group->cells[place], "model");

	for (size_t i = 0; i < place; i++)
		if (strcmp(text_at(group->cells[i], "model"), model) == 0)
			return;
	group->models[group->model_count++] = model;
}

static void note_concurrency(struct group *group, json_int_t concurrency)
{
	size_t place = group->concurrency_count;

	while (place > 0 && group->concurrencies[place - 1] > concurrency)
		place--;
	if (place > 0 && group->concurrencies[place - 1] == concurrency)
		return;
	memmove(&group->concurrencies[place + 1], &group->concurrencies[place],
		(group->concurrency_count - place) * sizeof group->concurrencies[0]);
	group->concurrencies[place] = concurrency;
	group->concurrency_count++;
}

/* What stands along the two edges of the group's table. */
static int note_edges(struct group *group)
{
	group->models = malloc(group->cell_count * sizeof(const char *));
	group->concurrencies = malloc(group->cell_count * sizeof(json_int_t));
	if (!group->models || !group->concurrencies)
		return -ENOMEM;
	for (size_t i = 0; i < group->cell_count; i++) {
		note_model(group, i);
		note_concurrency(
			group, json_integer_value(json_object_get(group->cells[i], "concurrency")));
	}
	return 0;
}

int groups_init(struct groups *groups, const json_t *root)
{
	size_t i;
	json_t *cell;
	int err = 0;

	*groups = (struct groups){ 0 };
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		struct group *group = find_group(groups, cell);
		err = group ? add_cell(group, cell) : -ENOMEM;
		if (err)
			goto out;
	}
	for (i = 0; i < groups->count && !err; i++)
		err = note_edges(&groups->list[i]);
out:
	if (err)
		groups_free(groups);
	return err;
}

void groups_free(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++) {
		free(groups->list[i].cells);
		free(groups->list[i].models);
		free(groups->list[i].concurrencies);
	}
	free(groups->list);
	*groups = (struct groups){ 0 };
}
