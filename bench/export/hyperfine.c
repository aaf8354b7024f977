/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "common.h"
#include "export.h"

static double mean_of(const json_t *values)
{
	double sum = 0;
	size_t i;
	json_t *value;

	json_array_foreach(values, i, value) sum += json_number_value(value);
	return i > 0 ? sum / i : NAN;
}

/* The sample's, over n - 1 as hyperfine has it; NAN for fewer than two. */
static double stddev_of(const json_t *values)
{
	double mean = mean_of(values), sum = 0;
	size_t i;
	json_t *value;

	json_array_foreach(values, i, value)
		sum += (json_number_value(value) - mean) * (json_number_value(value) - mean);
	return i > 1 ? sqrt(sum / (i - 1)) : NAN;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* Min, median and max into entry. values is not empty. 0 or -ENOMEM. */
static int set_order(json_t *entry, const json_t *values)
{
	size_t n = json_array_size(values), i;
	double *sorted = malloc(n * sizeof *sorted);
	json_t *value;

	if (!sorted)
		return -ENOMEM;
	json_array_foreach(values, i, value) sorted[i] = json_number_value(value);
	qsort(sorted, n, sizeof *sorted, compare);
	int err = 0;
	err |= json_object_set_new(
		entry, "median", json_real((sorted[n / 2] + sorted[(n - 1) / 2]) / 2));
	err |= json_object_set_new(entry, "min", json_real(sorted[0]));
	err |= json_object_set_new(entry, "max", json_real(sorted[n - 1]));
	free(sorted);
	return err ? -ENOMEM : 0;
}

/* The numbers of an array, without anything else that may stand in it. */
static json_t *numbers(const json_t *array)
{
	json_t *list = json_array(), *value;
	size_t i;

	json_array_foreach(array, i, value) if (json_is_number(value))
		json_array_append_new(list, json_real(json_number_value(value)));
	return list;
}

/* One number of each trial that is ok. */
static json_t *of_trials(const json_t *cell, const char *key)
{
	json_t *list = json_array(), *trial;
	size_t i;

	json_array_foreach(json_object_get(cell, "trials"), i,
		trial) if (cell_ok(trial) && !isnan(number_at(trial, key)))
		json_array_append_new(list, json_real(number_at(trial, key)));
	return list;
}

/* hyperfine's parameters are texts. What was timed is one, as it differs between entries. */
static json_t *parameters(const json_t *cell, const char *timed)
{
	json_t *all = json_object(), *value;
	const char *key;
	char number[32];

	json_object_set(all, "workload", json_object_get(cell, "workload"));
	json_object_set(all, "model", json_object_get(cell, "model"));
	snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT,
		json_integer_value(json_object_get(cell, "concurrency")));
	json_object_set_new(all, "concurrency", json_string(number));
	json_object_set_new(all, "timed", json_string(timed));
	json_object_foreach(json_object_get(cell, "params"), key, value)
	{
		snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		if (json_is_integer(value))
			json_object_set_new(all, key, json_string(number));
		else
			json_object_set(all, key, value);
	}
	return all;
}

/* Only runs that were ok have a time here, so each exit code is 0. */
static json_t *exit_codes(size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_integer(0));
	return list;
}

/* Takes the references of the three lists. NULL without memory. */
static json_t *make_entry(
	const json_t *cell, const char *timed, json_t *times, json_t *user, json_t *system)
{
	char command[256];
	json_t *entry = json_object();
	int err = 0;

	snprintf(command, sizeof command, "%s/%s/c%" JSON_INTEGER_FORMAT, text_at(cell, "workload"),
		text_at(cell, "model"), json_integer_value(json_object_get(cell, "concurrency")));
	err |= json_object_set_new(entry, "command", json_string(command));
	err |= json_object_set_new(entry, "mean", number_or_null(mean_of(times)));
	err |= json_object_set_new(entry, "stddev", number_or_null(stddev_of(times)));
	err |= json_object_set_new(entry, "user", number_or_null(mean_of(user)));
	err |= json_object_set_new(entry, "system", number_or_null(mean_of(system)));
	err |= set_order(entry, times);
	err |= json_object_set_new(entry, "exit_codes", exit_codes(json_array_size(times)));
	err |= json_object_set_new(entry, "parameters", parameters(cell, timed));
	err |= json_object_set_new(entry, "times", times);
	json_decref(user);
	json_decref(system);
	if (!err)
		return entry;
	json_decref(entry);
	return NULL;
}

/* An entry of a cell, from the whole process where that was timed, else from the trials. */
static json_t *cell_entry(const json_t *cell, const char *timed)
{
	const json_t *whole = json_object_get(cell, "whole_process_s");

	if (strcmp(timed, "whole process") == 0)
		return make_entry(cell, timed, numbers(json_object_get(whole, "times")),
			numbers(json_object_get(whole, "user")),
			numbers(json_object_get(whole, "system")));
	return make_entry(cell, timed, of_trials(cell, "elapsed_s"), of_trials(cell, "cpu_user_s"),
		of_trials(cell, "cpu_system_s"));
}

/* What of the cell was timed, or NULL where it has no times at all. */
static const char *what_was_timed(const json_t *cell)
{
	json_t *whole = numbers(json_object_get(json_object_get(cell, "whole_process_s"), "times"));
	json_t *trials = of_trials(cell, "elapsed_s");
	const char *timed = json_array_size(whole) > 0 ? "whole process"
		: json_array_size(trials) > 0          ? "makespan"
						       : NULL;

	json_decref(whole);
	json_decref(trials);
	return timed;
}

int export_hyperfine(const json_t *root, FILE *out, FILE *notes)
{
	json_t *results = json_array(), *cell;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		const char *timed = cell_ok(cell) ? what_was_timed(cell) : NULL;
		if (timed) {
			json_t *entry = cell_entry(cell, timed);
			err |= entry ? json_array_append_new(results, entry) : -1;
			continue;
		}
		fprintf(notes,
			"concbench export: left out, as hyperfine's format needs times: "
			"%s (%s)\n",
			text_at(cell, "name"), text_at(cell, "status"));
	}
	json_t *all = json_pack("{s:o}", "results", results);
	int written = export_json(all, out);
	return err ? -ENOMEM : written;
}
