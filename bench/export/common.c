/* SPDX-License-Identifier: MIT */
#include "common.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"

static bool same_place(const json_t *a, const json_t *b)
{
	return strcmp(text_at(a, "workload"), text_at(b, "workload")) == 0 &&
		strcmp(text_at(a, "model"), text_at(b, "model")) == 0 &&
		json_equal(json_object_get(a, "concurrency"), json_object_get(b, "concurrency"));
}

/* The parameters of a cell in which another of the same place differs. A new reference. */
static json_t *telling_params(const json_t *cells, const json_t *cell)
{
	json_t *telling = json_object(), *other, *value;
	const char *key;
	size_t i;

	json_array_foreach(cells, i, other)
	{
		if (!same_place(cell, other))
			continue;
		const json_t *params = json_object_get(other, "params");
		json_object_foreach(json_object_get(cell, "params"), key, value)
		{
			if (!json_equal(value, json_object_get(params, key)))
				json_object_set(telling, key, value);
		}
	}
	return telling;
}

/* Without regard to what other cells are called. NULL without memory. */
static char *name_of(const json_t *cells, const json_t *cell)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fprintf(out, "%s/%s/c%" JSON_INTEGER_FORMAT, text_at(cell, "workload"),
		text_at(cell, "model"), json_integer_value(json_object_get(cell, "concurrency")));
	json_t *telling = telling_params(cells, cell);
	if (json_object_size(telling) > 0)
		putc('/', out);
	params_print(telling, "/", "", out);
	json_decref(telling);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

json_t *export_unique(const char *name, const char *mark, json_t *taken)
{
	json_t *unique = json_string(name);

	for (unsigned number = 2; unique && json_object_get(taken, json_string_value(unique));
		number++) {
		json_decref(unique);
		unique = json_sprintf("%s%s%u", name, mark, number);
	}
	if (unique)
		json_object_set_new(taken, json_string_value(unique), json_true());
	return unique;
}

int export_name_cells(json_t *root)
{
	const json_t *cells = json_object_get(root, "cells");
	json_t *taken = json_object(), *cell;
	size_t i;
	int err = 0;

	json_array_foreach(cells, i, cell)
	{
		char *name = name_of(cells, cell);
		err |= json_object_set_new(
			cell, "name", name ? export_unique(name, "#", taken) : NULL);
		free(name);
	}
	json_decref(taken);
	return err ? -ENOMEM : 0;
}

bool export_keep(json_t *root, const char *name)
{
	json_t *cell, *kept = NULL;
	size_t i;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (strcmp(text_at(cell, "name"), name) == 0)
			kept = cell;
	}
	return kept && json_object_set_new(root, "cells", json_pack("[O]", kept)) == 0;
}

bool export_takes(const json_t *cell, const char *format, FILE *notes)
{
	if (cell_ok(cell) && !cell_demonstration(cell))
		return true;
	fprintf(notes, "concbench export: left out, as %s needs numbers: %s (%s)\n", format,
		text_at(cell, "name"), cell_ok(cell) ? "a demonstration" : text_at(cell, "status"));
	return false;
}

void export_number(double value, FILE *out)
{
	char text[32];

	snprintf(text, sizeof text, "%.15g", value);
	if (strtod(text, NULL) != value)
		snprintf(text, sizeof text, "%.17g", value);
	fputs(text, out);
}

char *export_plain(const char *text, const char *also)
{
	char *plain = strdup(text);

	for (char *c = plain; c && *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(also, *c))
			*c = '_';
	return plain;
}

json_t *export_column(const char *name, const char *key, json_t *taken)
{
	char *plain = export_plain(name, "-.");
	json_t *column = plain ? json_sprintf("%s_%s", plain, key) : NULL;
	json_t *unique = column ? export_unique(json_string_value(column), "_", taken) : NULL;

	free(plain);
	json_decref(column);
	return unique;
}

int export_json(json_t *json, FILE *out)
{
	int err = !json || json_dumpf(json, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) != 0
		? -ENOMEM
		: 0;

	putc('\n', out);
	json_decref(json);
	return err;
}
