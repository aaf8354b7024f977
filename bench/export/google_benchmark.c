/* SPDX-License-Identifier: MIT */
/*
 * google-benchmark's JSON, an entry a trial, as its repetitions are. Times are those
 * of one task (or operation): the makespan and the CPU time over all of them.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "common.h"
#include "export.h"

/* Beside these two its times, other measures are counters of the user's own. */
static bool is_time(const struct measure *row)
{
	return strcmp(row->key, "elapsed_s") == 0 || strcmp(row->key, "cpu_per_task_s") == 0;
}

static double operations_of(const json_t *trial)
{
	double each = number_at(trial, "operations");

	return number_at(trial, "tasks") * (isnan(each) ? 1 : each);
}

/* 0 or -1 without memory. */
static int set_numbers(json_t *entry, const json_t *trial)
{
	double cpu_s = measure_of(measure_find("cpu_per_task_s"), trial);
	double real_ns = number_at(trial, "elapsed_s") * 1e9 / operations_of(trial);
	int err = 0;

	err |= json_object_set_new(entry, "iterations", json_integer(operations_of(trial)));
	err |= json_object_set_new(entry, "real_time", json_real(real_ns));
	if (!isnan(cpu_s))
		err |= json_object_set_new(entry, "cpu_time", json_real(cpu_s * 1e9));
	err |= json_object_set_new(entry, "time_unit", json_string("ns"));
	for (const struct measure *row = measures; row->key; row++) {
		double value = measure_of(row, trial);
		if (!is_time(row) && isfinite(value))
			err |= json_object_set_new(entry,
				strcmp(row->key, "throughput_per_s") == 0 ? "items_per_second"
									  : row->key,
				json_real(value));
	}
	return err;
}

static int set_error(json_t *entry, const json_t *trial)
{
	json_t *rest = json_pack("{s:b, s:s, s:i, s:f, s:f, s:s}", "error_occurred", true,
		"error_message",
		*text_at(trial, "reason") ? text_at(trial, "reason") : text_at(trial, "status"),
		"iterations", 0, "real_time", 0.0, "cpu_time", 0.0, "time_unit", "ns");
	int err = rest ? json_object_update(entry, rest) : -1;

	json_decref(rest);
	return err;
}

static int add_trials(json_t *list, const json_t *cell, const char *name, size_t family)
{
	const json_t *trials = json_object_get(cell, "trials");
	json_t *trial;
	size_t i;
	int err = 0;

	json_array_foreach(trials, i, trial)
	{
		json_t *entry = json_pack("{s:s, s:I, s:i, s:s, s:s, s:I, s:I, s:i}", "name", name,
			"family_index", (json_int_t)family, "per_family_instance_index", 0,
			"run_name", name, "run_type", "iteration", "repetitions",
			(json_int_t)json_array_size(trials), "repetition_index", (json_int_t)i,
			"threads", 1);
		bool whole = cell_ok(trial) && operations_of(trial) > 0 &&
			isfinite(number_at(trial, "elapsed_s"));
		err |= !entry || (whole ? set_numbers(entry, trial) : set_error(entry, trial)) != 0;
		err |= json_array_append_new(list, entry);
	}
	return err;
}

static json_t *context(const json_t *root)
{
	const json_t *machine = json_object_get(root, "environment");
	json_t *json = json_pack(
		"{s:s, s:[], s:i}", "executable", "concbench", "caches", "json_schema_version", 1);
	double load = number_at(machine, "load_average");

	if (*text_at(root, "started"))
		json_object_set(json, "date", json_object_get(root, "started"));
	if (*text_at(machine, "host"))
		json_object_set(json, "host_name", json_object_get(machine, "host"));
	if (!isnan(number_at(machine, "cores")))
		json_object_set_new(json, "num_cpus", json_integer(number_at(machine, "cores")));
	json_object_set_new(json, "load_avg", isnan(load) ? json_array() : json_pack("[f]", load));
	return json;
}

int export_google_benchmark(const json_t *root, FILE *out, FILE *notes)
{
	json_t *list = json_array(), *names = export_names(root), *cell;
	size_t i;
	int err = names ? 0 : -1;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		const char *name = json_string_value(json_array_get(names, i));
		if (name && cell_was_run(cell) && !cell_demonstration(cell))
			err |= add_trials(list, cell, name, i);
		else if (name)
			export_takes(cell, name, "google-benchmark", notes);
	}
	json_decref(names);
	int written = export_json(
		json_pack("{s:o, s:o}", "context", context(root), "benchmarks", list), out);
	return err ? -ENOMEM : written;
}
