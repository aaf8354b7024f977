/* SPDX-License-Identifier: MIT */
#include "param.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct param *param_find(const struct param *table, const char *name)
{
	for (const struct param *row = table; row && row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

static bool is_choice(const char *choices, const char *value)
{
	size_t size = strlen(value);

	for (const char *at = choices; at; at = strchr(at, '|')) {
		at += *at == '|';
		if (strcspn(at, "|") == size && strncmp(at, value, size) == 0)
			return true;
	}
	return false;
}

int params_set(struct params *params, const char *name, const char *value)
{
	const struct param *row = param_find(params->table, name);

	if (!row)
		return -ENOENT;
	size_t place = row - params->table;
	if (strlen(value) >= sizeof params->value[place].text)
		return -EINVAL;
	if (row->unit) {
		char *end;
		errno = 0;
		long long number = strtoll(value, &end, 10);
		if (end == value || *end || !(*value == '-' || (*value >= '0' && *value <= '9')))
			return -EINVAL;
		if (errno || number < row->min || number > row->max)
			return -ERANGE;
		params->value[place].number = number;
	}
	if (row->choices && !is_choice(row->choices, value))
		return -ERANGE;
	snprintf(params->value[place].text, sizeof params->value[place].text, "%s", value);
	return 0;
}

void params_init(struct params *params, const struct param *table)
{
	*params = (struct params){ .table = table };
	for (const struct param *row = table; row && row->name; row++)
		if (row - table >= PARAMS_MAX || params_set(params, row->name, row->initial) != 0)
			abort(); /* a table with a bad default is a bug that any run shows */
}

static size_t place_of(const struct params *params, const char *name)
{
	const struct param *row = param_find(params->table, name);

	if (!row)
		abort(); /* a misspelt name in the code, not in the input */
	return row - params->table;
}

int64_t param_number(const struct params *params, const char *name)
{
	return params->value[place_of(params, name)].number;
}

const char *param_text(const struct params *params, const char *name)
{
	return params->value[place_of(params, name)].text;
}
