/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PARAM_H
#define MODELS_PARAM_H

/*
 * Parameters: one table of a model or workload feeds the command line, the
 * range checks, the JSON and `list`.
 */
#include <stdint.h>

struct param {
	const char *name;    /* as in --param NAME=VALUE; NULL ends a table */
	const char *unit;    /* "ms", "bytes"; "" for a plain number; NULL for a text parameter */
	const char *summary; /* one line for `list` */
	const char *initial; /* the default, as one would type it */
	int64_t min, max;    /* of a number */
	const char *choices; /* of a text parameter, where only these will do: "one|another" */
	const char *unless;  /* a text parameter of the table, if it has it: where that is not empty
	                        this one means nothing */
};

enum { PARAMS_MAX = 16 }; /* rows of a table */

/* A table with a value for each row. */
struct params {
	const struct param *table; /* may be NULL: no parameters */
	struct {
		int64_t number;
		char text[256];
	} value[PARAMS_MAX];
};

/* Every value at its default. */
void params_init(struct params *params, const struct param *table);

/*
 * Set one value from its text. Returns 0; -ENOENT when the table has no such
 * name; -EINVAL for what is not a whole number (or too long a text), -ERANGE
 * outside min .. max or not among the choices.
 */
int params_set(struct params *params, const char *name, const char *value);

/* The row of that name, or NULL. */
const struct param *param_find(const struct param *table, const char *name);

/* A value by name; the name must be in the table. Thread-safe. */
int64_t param_number(const struct params *params, const char *name);
const char *param_text(const struct params *params, const char *name);

#endif
