/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>

#include "../cells.h"
#include "../environment.h"
#include "../result.h"
#include "../summary.h"
#include "import.h"

enum { NAME_LENGTH = 56 }; /* of the 64 of a plain name; the rest is for a number */

json_t *import_new(const char *format)
{
	static const char *const unknown[] = { "host", "cpu", "cores", "memory_kib", "kernel", "os",
		"compiler", "flags", "libuv", "libcurl", "jansson", "openssl", "hyperfine", "git",
		"load_average", "workdir_filesystem", "limits", "governor", "clock_resolution_ns",
		"clock_overhead_ns" };
	json_t *machine = json_object();

	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		json_object_set_new(machine, unknown[i], json_null());
	json_object_set_new(machine, "warnings", json_array());
	return json_pack("{s:i, s:s, s:s, s:s, s:n, s:b, s:o, s:n, s:[]}", "schema", RESULT_SCHEMA,
		"program", "concbench", "version", CONCBENCH_VERSION, "imported", format, "started",
		"complete", true, "environment", machine, "options", "cells");
}

/* Letters, digits and -.+ are kept, any run of others becomes one _. */
static void make_plain(const char *name, char plain[NAME_LENGTH + 1])
{
	size_t length = 0;

	for (; *name && length < NAME_LENGTH; name++) {
		if (isalnum((unsigned char)*name) || (length > 0 && strchr("-.+", *name)))
			plain[length++] = *name;
		else if (length > 0 && plain[length - 1] != '_')
			plain[length++] = '_';
	}
	while (length > 0 && plain[length - 1] == '_')
		length--;
	plain[length] = '\0';
	if (length == 0)
		strcpy(plain, "unnamed");
}

static bool is_taken(const json_t *cells, const char *workload)
{
	json_t *cell;
	size_t i;

	json_array_foreach(cells, i, cell)
	{
		if (strcmp(text_at(cell, "workload"), workload) == 0)
			return true;
	}
	return false;
}

json_t *import_cell(
	struct import *import, const char *name, const char *key, json_int_t concurrency)
{
	json_t *cells = json_object_get(import->root, "cells");
	char plain[NAME_LENGTH + 1], workload[NAME_LENGTH + 16];

	make_plain(name, plain);
	strcpy(workload, plain);
	for (unsigned number = 2; is_taken(cells, workload); number++)
		snprintf(workload, sizeof workload, "%s-%u", plain, number);
	json_t *cell = json_pack("{s:s, s:O, s:I, s:n, s:{s:s}, s:s, s:s, s:[], s:n, s:n}",
		"workload", workload, "model", json_object_get(import->root, "imported"),
		"concurrency", concurrency, "tasks", "params", key, name, "status", "failed",
		"reason", "it has no measurement", "trials", "summary", "whole_process_s");
	return json_array_append_new(cells, cell) == 0 ? cell : NULL;
}

int import_trial(struct import *import, json_t *cell, const struct import_trial *trial)
{
	json_t *tasks = trial->tasks > 0 ? json_integer(trial->tasks) : json_null();
	json_t *json = json_pack("{s:I, s:s, s:s?, s:o, s:o, s:o, s:o}", "order", import->trials++,
		"status", trial->status ? trial->status : "ok", "reason", trial->reason, "tasks",
		tasks, "errors", trial->status ? json_null() : json_integer(0), "elapsed_s",
		number_or_null(trial->elapsed_s), "throughput_per_s",
		number_or_null(trial->tasks > 0 ? trial->tasks / trial->elapsed_s : NAN));
	static const char *const unknown[] = { "latency_ns", "cpu_user_s", "cpu_system_s",
		"voluntary_switches", "involuntary_switches", "peak_memory_kib", "origin_cpu_s" };

	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		json_object_set_new(json, unknown[i], json_null());
	if (isfinite(trial->cpu_s))
		json_object_set_new(json, "cpu_s", json_real(trial->cpu_s));
	if (json_array_append_new(json_object_get(cell, "trials"), json) != 0)
		return -ENOMEM;
	summary_update(cell);
	return 0;
}

int import_fault(struct import *import, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(import->reason, sizeof import->reason, format, arguments);
	va_end(arguments);
	return -EINVAL;
}
