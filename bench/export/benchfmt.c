/* SPDX-License-Identifier: MIT */
/*
 * Go's benchmark format, which benchstat reads: configuration, what is better of
 * each unit, then a line a trial. Time an operation is the makespan over all.
 */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "common.h"
#include "export.h"

/* A measure's unit there, which is also its name; the others have no place in it. */
static const struct unit {
	const char *key, *name;
	double scale;
} units[] = {
	{ "throughput_per_s", "op/s", 1 },
	{ "latency_p50_ns", "p50-ns", 1 },
	{ "latency_p90_ns", "p90-ns", 1 },
	{ "latency_p99_ns", "p99-ns", 1 },
	{ "latency_p99.9_ns", "p99.9-ns", 1 },
	{ "latency_max_ns", "max-ns", 1 },
	{ "cpu_per_task_s", "cpu-ns/op", 1e9 },
	{ "switches_per_task", "switches/op", 1 },
	{ "system_calls_per_task", "syscalls/op", 1 },
	{ "allocations_per_task", "allocs/op", 1 },
	{ "instructions_per_task", "instructions/op", 1 },
	{ "peak_memory_kib", "peak-B", 1024 },
	{ NULL, NULL, 0 },
};

/* A value of the configuration ends with its line. */
static void put_config(const char *key, const char *value, FILE *out)
{
	if (!*value)
		return;
	fprintf(out, "%s: ", key);
	for (; *value; value++)
		putc(iscntrl((unsigned char)*value) ? ' ' : *value, out);
	putc('\n', out);
}

static void put_head(const json_t *root, FILE *out)
{
	const json_t *machine = json_object_get(root, "environment");

	put_config("commit", text_at(machine, "git"), out);
	put_config("date", text_at(root, "started"), out);
	put_config("host", text_at(machine, "host"), out);
	put_config("cpu", text_at(machine, "cpu"), out);
	put_config("os", text_at(machine, "os"), out);
	put_config("kernel", text_at(machine, "kernel"), out);
	for (const struct unit *unit = units; unit->key; unit++)
		fprintf(out, "Unit %s better=%s\n", unit->name,
			measure_find(unit->key)->better == MEASURE_HIGHER ? "higher" : "lower");
}

/*
 * WORKLOAD/MODEL/cN.. as Workload/model=MODEL/conc=N..; no space may be in it. The
 * number of CPUs is the last part of a name there. NULL without memory.
 */
static char *name_of(const json_t *cell, double cores)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	const char *workload = text_at(cell, "workload"), *model = text_at(cell, "model");
	const char *rest = text_at(cell, "name") + strlen(workload) + 1 + strlen(model) +
		strlen("/c");

	if (!out)
		return NULL;
	fprintf(out, "Benchmark%c%s/model=%s/conc=", toupper((unsigned char)*workload),
		workload + 1, model);
	for (; *rest; rest++)
		putc(isgraph((unsigned char)*rest) ? *rest : '_', out);
	if (!isnan(cores))
		fprintf(out, "-%.0f", cores);
	if (fclose(out) == 0)
		return text;
	free(text);
	return NULL;
}

static void put_trial(const json_t *trial, const char *name, FILE *out)
{
	double each = number_at(trial, "operations");
	double count = number_at(trial, "tasks") * (isnan(each) ? 1 : each);
	double elapsed_s = number_at(trial, "elapsed_s");

	if (!cell_ok(trial) || !(count >= 1) || isnan(elapsed_s))
		return;
	fprintf(out, "%s %.0f ", name, count);
	export_number(elapsed_s * 1e9 / count, out);
	fputs(" ns/op", out);
	for (const struct unit *unit = units; unit->key; unit++) {
		double value = measure_of(measure_find(unit->key), trial) * unit->scale;
		if (!isfinite(value))
			continue;
		putc(' ', out);
		export_number(value, out);
		fprintf(out, " %s", unit->name);
	}
	putc('\n', out);
}

int export_benchfmt(const json_t *root, FILE *out, FILE *notes)
{
	double cores = number_at(json_object_get(root, "environment"), "cores");
	json_t *cell, *trial;
	size_t i, k;
	int err = 0;

	put_head(root, out);
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (!export_takes(cell, "benchfmt", notes))
			continue;
		char *name = name_of(cell, cores);
		if (!name)
			err = -ENOMEM;
		json_array_foreach(json_object_get(cell, "trials"), k, trial) if (name)
			put_trial(trial, name, out);
		free(name);
	}
	return err;
}
