/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "cells.h"
#include "table.h"

/* What a model cannot do is the same for many cells. */
static bool is_alike(const json_t *one, const json_t *other)
{
	return strcmp(text_at(one, "status"), "unavailable") == 0 &&
		strcmp(text_at(other, "status"), "unavailable") == 0 &&
		strcmp(text_at(one, "model"), text_at(other, "model")) == 0 &&
		strcmp(text_at(one, "reason"), text_at(other, "reason")) == 0;
}

static bool has_number(const json_t *cell)
{
	return cell_ok(cell) || !cell_was_run(cell);
}

/* The cell before end that tells the same, or NULL. */
static const json_t *alike_before(const json_t *cells, size_t end)
{
	const json_t *cell = json_array_get(cells, end);

	for (size_t i = 0; i < end; i++) {
		const json_t *other = json_array_get(cells, i);
		if (!has_number(other) && is_alike(cell, other))
			return other;
	}
	return NULL;
}

/* "prefork: unavailable: its tasks cannot start others: spawn, switch" */
static void put_alike(FILE *out, const json_t *cells, size_t first)
{
	const json_t *cell = json_array_get(cells, first);
	const char *last = "";
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	fprintf(line, "%s:", text_at(cell, "reason"));
	for (size_t i = first; i < json_array_size(cells); i++) {
		const json_t *other = json_array_get(cells, i);
		const char *workload = text_at(other, "workload");
		if (has_number(other) || !is_alike(cell, other) || strcmp(workload, last) == 0)
			continue;
		fprintf(line, "%s %s", *last ? "," : "", workload);
		last = workload;
	}
	fclose(line);
	table_wrap(out, text, fprintf(out, "  %s: unavailable: ", text_at(cell, "model")));
	free(text);
}

static void put_one(FILE *out, const json_t *cell)
{
	int column = fprintf(out, "  %s %s c=%lld: %s: ", text_at(cell, "workload"),
		text_at(cell, "model"),
		(long long)json_integer_value(json_object_get(cell, "concurrency")),
		text_at(cell, "status"));

	table_wrap(out, text_at(cell, "reason"), column);
}

void table_reasons(FILE *out, const json_t *cells)
{
	const json_t *cell;
	size_t i, not_run = 0;
	bool head = false;

	json_array_foreach(cells, i, cell)
	{
		not_run += !cell_was_run(cell);
		if (has_number(cell) || alike_before(cells, i))
			continue;
		if (!head)
			fputs("\nWithout a number:\n", out);
		head = true;
		if (is_alike(cell, cell))
			put_alike(out, cells, i);
		else
			put_one(out, cell);
	}
	if (not_run > 0)
		fprintf(out, "\n%zu cells were not run; --resume goes on with them.\n", not_run);
}
