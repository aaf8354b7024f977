/* SPDX-License-Identifier: MIT */
/*
 * hyperfine's JSON. Each time is that of one process from start to end. User and
 * system time are means over the runs there, which no trial measured.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "../cells.h"
#include "import.h"

/* 0, or -EINVAL with what is wrong with the entry. */
static int check_entry(struct import *import, const json_t *entry, size_t number)
{
	const json_t *times = json_object_get(entry, "times");
	const json_t *codes = json_object_get(entry, "exit_codes");
	json_t *time;
	size_t i;

	if (!json_is_string(json_object_get(entry, "command")))
		return import_fault(import, "entry %zu has no \"command\"", number);
	if (json_array_size(times) == 0)
		return import_fault(import,
			"entry %zu has no \"times\"; hyperfine writes them with --export-json",
			number);
	json_array_foreach(times, i, time)
	{
		if (!(json_number_value(time) > 0))
			return import_fault(import, "entry %zu: time %zu is not a number above 0",
				number, i + 1);
	}
	if (codes && json_array_size(codes) != json_array_size(times))
		return import_fault(
			import, "entry %zu has not as many \"exit_codes\" as \"times\"", number);
	return 0;
}

/* Versions that write no exit codes end at the first command that fails. */
static int add_run(struct import *import, json_t *cell, const json_t *time, const json_t *code)
{
	struct import_trial trial = {
		.elapsed_s = json_number_value(time), .tasks = 1, .cpu_s = NAN
	};
	char reason[64];

	if (code && !json_is_integer(code)) {
		trial.status = "crashed";
		trial.reason = "a signal ended it";
	} else if (json_integer_value(code) != 0) {
		snprintf(reason, sizeof reason, "exit status %" JSON_INTEGER_FORMAT,
			json_integer_value(code));
		trial.status = "failed";
		trial.reason = reason;
	}
	return import_trial(import, cell, &trial);
}

static void keep_parameters(json_t *cell, const json_t *parameters)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)parameters, key, value)
	{
		if (json_is_string(value) && strcmp(key, "command") != 0)
			json_object_set(json_object_get(cell, "params"), key, value);
	}
}

static int add_entry(struct import *import, const json_t *entry)
{
	json_t *cell = import_cell(import, text_at(entry, "command"), "command", 1), *time;
	size_t i;
	int err = 0;

	if (!cell)
		return -ENOMEM;
	json_object_set_new(cell, "tasks", json_integer(1));
	keep_parameters(cell, json_object_get(entry, "parameters"));
	json_array_foreach(json_object_get(entry, "times"), i, time) if (!err) err = add_run(
		import, cell, time, json_array_get(json_object_get(entry, "exit_codes"), i));
	return err;
}

int import_hyperfine(const json_t *source, struct import *import)
{
	const json_t *results = json_object_get(source, "results");
	json_t *entry;
	size_t i;
	int err = 0;

	if (!json_is_array(results))
		return import_fault(import, "it has no \"results\"");
	if (json_array_size(results) == 0)
		return import_fault(import, "its \"results\" are empty");
	json_array_foreach(results, i, entry)
	{
		err = check_entry(import, entry, i + 1);
		if (!err)
			err = add_entry(import, entry);
		if (err)
			return err;
	}
	fputs("concbench import: left out: user and system times, as hyperfine gives only their "
	      "means\n",
		import->notes);
	return 0;
}
