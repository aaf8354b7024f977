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

/* Of one task or operation. */
static double cpu_s_of(const json_t *trial)
{
	return measure_of(measure_find("cpu_per_task_s"), trial);
}

/* An entry without cpu_time would end compare.py. 0 or -1 without memory. */
static int set_numbers(json_t *entry, const json_t *trial)
{
	double cpu_s = cpu_s_of(trial);
	double real_ns = number_at(trial, "elapsed_s") * 1e9 / operations_of(trial);
	int err = 0;

	err |= json_object_set_new(entry, "iterations", json_integer(operations_of(trial)));
	err |= json_object_set_new(entry, "real_time", json_real(real_ns));
	err |= json_object_set_new(entry, "cpu_time", json_real(isnan(cpu_s) ? 0 : cpu_s * 1e9));
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

static int add_trial(json_t *list, const json_t *cell, size_t place, size_t family)
{
	const json_t *trials = json_object_get(cell, "trials");
	const char *name = text_at(cell, "name");
	json_t *entry = json_pack("{s:s, s:I, s:i, s:s, s:s, s:I, s:I, s:i}", "name", name,
		"family_index", (json_int_t)family, "per_family_instance_index", 0, "run_name",
		name, "run_type", "iteration", "repetitions", (json_int_t)json_array_size(trials),
		"repetition_index", (json_int_t)place, "threads", 1);
	int err = entry ? set_numbers(entry, json_array_get(trials, place)) : -1;

	return err | json_array_append_new(list, entry);
}

/* What compare.py would take for a trial of 0 ns is left out. */
static int add_trials(json_t *list, const json_t *cell, size_t family, FILE *notes)
{
	size_t i, unknown = 0;
	json_t *trial;
	int err = 0;

	json_array_foreach(json_object_get(cell, "trials"), i, trial)
	{
		if (!cell_ok(trial) || !(operations_of(trial) > 0) ||
			!isfinite(number_at(trial, "elapsed_s"))) {
			fprintf(notes,
				"concbench export: left out, as google-benchmark needs numbers: "
				"trial %zu of %s\n",
				i + 1, text_at(cell, "name"));
			continue;
		}
		unknown += isnan(cpu_s_of(trial));
		err |= add_trial(list, cell, i, family);
	}
	if (unknown > 0)
		fprintf(notes,
			"concbench export: google-benchmark needs a CPU time, which is not known "
			"and written as 0: %s\n",
			text_at(cell, "name"));
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
	json_t *list = json_array(), *cell;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (export_takes(cell, "google-benchmark", notes))
			err |= add_trials(list, cell, i, notes);
	}
	int written = export_json(
		json_pack("{s:o, s:o}", "context", context(root), "benchmarks", list), out);
	return err ? -ENOMEM : written;
}
