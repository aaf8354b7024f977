/* SPDX-License-Identifier: MIT */
/*
 * google-benchmark's JSON. A repetition's times are those of one iteration, averaged
 * over all; iterations are counted over all threads, so that the product is the
 * time that the loop took.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "../cells.h"
#include "import.h"

/* NAN for a unit that it does not have. */
static double unit_s(const char *name)
{
	static const struct {
		const char *name;
		double unit_s;
	} units[] = { { "ns", 1e-9 }, { "us", 1e-6 }, { "ms", 1e-3 }, { "s", 1 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (strcmp(units[i].name, name) == 0)
			return units[i].unit_s;
	return NAN;
}

static bool is_aggregate(const json_t *entry)
{
	return strcmp(text_at(entry, "run_type"), "aggregate") == 0 ||
		json_object_get(entry, "aggregate_name");
}

static const char *name_of(const json_t *entry)
{
	const char *name = text_at(entry, "run_name");

	return *name ? name : text_at(entry, "name");
}

static bool has_failed(const json_t *entry)
{
	return json_is_true(json_object_get(entry, "error_occurred"));
}

/* Newer versions: by the benchmark's own wish. */
static bool was_skipped(const json_t *entry)
{
	return json_is_true(json_object_get(entry, "skipped"));
}

/* Whether it is there and no integer from 1 to most. */
static bool is_odd(const json_t *object, const char *key, json_int_t most)
{
	const json_t *value = json_object_get(object, key);

	return value &&
		(!json_is_integer(value) || json_integer_value(value) < 1 ||
			json_integer_value(value) > most);
}

/* 0, or -EINVAL with what is wrong with the entry. */
static int check_entry(struct import *import, const json_t *entry, size_t number)
{
	if (!*name_of(entry))
		return import_fault(import, "benchmark %zu has no \"name\"", number);
	if (is_odd(entry, "threads", INT_MAX))
		return import_fault(import,
			"benchmark %zu (%s) has \"threads\" that are no integer from 1 to %d",
			number, name_of(entry), INT_MAX);
	if (has_failed(entry) || was_skipped(entry))
		return 0;
	if (!json_object_get(entry, "iterations") || is_odd(entry, "iterations", LLONG_MAX))
		return import_fault(import,
			"benchmark %zu (%s) has no \"iterations\" that are an integer above 0",
			number, name_of(entry));
	if (!(number_at(entry, "real_time") > 0))
		return import_fault(import,
			"benchmark %zu (%s) has no \"real_time\" that is a number above 0", number,
			name_of(entry));
	if (isnan(unit_s(text_at(entry, "time_unit"))))
		return import_fault(import,
			"benchmark %zu (%s) has no \"time_unit\" of ns, us, ms or s", number,
			name_of(entry));
	return 0;
}

static int add_trial(struct import *import, json_t *cell, const json_t *entry)
{
	double unit = unit_s(text_at(entry, "time_unit"));
	struct import_trial trial = { .elapsed_s = NAN, .cpu_s = NAN };

	if (has_failed(entry) || was_skipped(entry)) {
		const char *message = text_at(
			entry, has_failed(entry) ? "error_message" : "skip_message");
		trial.status = has_failed(entry) ? "failed" : "unavailable";
		trial.reason = *message ? message : "it does not say why";
	} else {
		double cpu_time = number_at(entry, "cpu_time");
		trial.tasks = json_integer_value(json_object_get(entry, "iterations"));
		trial.elapsed_s = number_at(entry, "real_time") * unit * trial.tasks;
		if (cpu_time > 0) /* no loop takes none, so that 0 stands for an unknown one */
			trial.cpu_s = cpu_time * unit * trial.tasks;
	}
	return import_trial(import, cell, &trial);
}

/* Repetitions share a name and, where versions tell them, a place in the program. */
static int add_entry(struct import *import, const json_t *entry, json_t *known)
{
	double family = number_at(entry, "family_index");
	double instance = number_at(entry, "per_family_instance_index");
	json_int_t threads = json_integer_value(json_object_get(entry, "threads"));
	json_t *key = json_sprintf("%s %g %g", name_of(entry), family, instance);

	if (!key)
		return -ENOMEM;
	json_t *cell = json_object_get(known, json_string_value(key));
	if (!cell) {
		cell = import_cell(import, name_of(entry), "benchmark", threads > 0 ? threads : 1);
		json_object_set(known, json_string_value(key), cell);
	}
	json_decref(key);
	return cell ? add_trial(import, cell, entry) : -ENOMEM;
}

/* In UTC, as ours are; nothing where it is not a date with a zone. */
static void set_started(json_t *root, const char *date)
{
	struct tm local = { 0 };
	char started[32];

	if (!strptime(date, "%Y-%m-%dT%H:%M:%S%z", &local))
		return;
	long offset_s = local.tm_gmtoff;
	time_t start_s = timegm(&local) - offset_s;
	strftime(started, sizeof started, "%Y-%m-%dT%H:%M:%SZ", gmtime(&start_s));
	json_object_set_new(root, "started", json_string(started));
}

/* 0 or -EINVAL. */
static int set_machine(struct import *import, const json_t *context)
{
	json_t *machine = json_object_get(import->root, "environment");
	json_t *warnings = json_object_get(machine, "warnings");
	const json_t *load = json_array_get(json_object_get(context, "load_avg"), 0);
	json_t *cores = json_object_get(context, "num_cpus");

	if (is_odd(context, "num_cpus", INT_MAX))
		return import_fault(import,
			"its \"context\" has \"num_cpus\" that are no integer from 1 to %d",
			INT_MAX);
	set_started(import->root, text_at(context, "date"));
	if (*text_at(context, "host_name"))
		json_object_set(machine, "host", json_object_get(context, "host_name"));
	if (cores)
		json_object_set(machine, "cores", cores);
	if (json_number_value(load) > 0)
		json_object_set_new(machine, "load_average", json_real(json_number_value(load)));
	if (json_is_true(json_object_get(context, "cpu_scaling_enabled")))
		json_array_append_new(
			warnings, json_string("the CPU's frequency was scaled while it ran"));
	if (strcmp(text_at(context, "library_build_type"), "debug") == 0)
		json_array_append_new(warnings,
			json_string("google-benchmark's library was built for debugging"));
	return 0;
}

int import_google_benchmark(const json_t *source, struct import *import)
{
	const json_t *list = json_object_get(source, "benchmarks");
	json_t *known = json_object(), *entry;
	size_t i, aggregates = 0;
	int err = 0;

	if (!json_is_array(list))
		err = import_fault(import, "it has no \"benchmarks\"");
	json_array_foreach(list, i, entry)
	{
		if (err)
			break;
		if (is_aggregate(entry)) {
			aggregates++;
			continue;
		}
		err = check_entry(import, entry, i + 1);
		if (!err)
			err = add_entry(import, entry, known);
	}
	json_decref(known);
	if (err)
		return err;
	if (json_array_size(json_object_get(import->root, "cells")) == 0)
		return import_fault(import,
			aggregates ? "it has only aggregates; run the benchmark without "
				     "--benchmark_report_aggregates_only"
				   : "its \"benchmarks\" are empty");
	if (aggregates > 0)
		fprintf(import->notes,
			"concbench import: left out: %zu aggregates, as the repetitions are "
			"there\n",
			aggregates);
	return set_machine(import, json_object_get(source, "context"));
}
