/* SPDX-License-Identifier: MIT */
#include "whole_process.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cells.h"
#include "cpus.h"
#include "environment.h"
#include "launch.h"
#include "origin.h"
#include "summary.h"
#include "workdir.h"

enum { ROUND_LIMIT_S = 600 };

bool whole_process_available(void)
{
	char *argv[] = { "hyperfine", "--version", NULL };
	char *version = first_line_of(argv);

	free(version);
	return version != NULL;
}

/* Where the origin of a round answers as the cell's own would; empty for workloads without one. */
static void url_of(const struct cell *cell, const struct origin *origin, char *url, size_t size)
{
	const struct params *params = &cell->spec.params;

	*url = '\0';
	if (!param_find(params->table, "url") || !param_find(params->table, "body_bytes") ||
		*param_text(params, "url"))
		return;
	snprintf(url, size, "http://127.0.0.1:%d/body?bytes=%s&delay_ms=%s", origin->port,
		param_text(params, "body_bytes"), param_text(params, "delay_ms"));
}

/* An argument in quotes, as hyperfine's splitting of commands wants it. */
static void put_argument(FILE *out, const char *name, const char *value)
{
	fputs(" '", out);
	fputs(name, out);
	for (; *value; value++) {
		if (*value == '\'')
			fputs("'\\'", out);
		fputc(*value, out);
	}
	fputc('\'', out);
}

/* The cell's trial as a command line; NULL without memory, else to be freed. */
static char *command_of(const struct cell *cell, const char *url, const char *workdir)
{
	const struct trial_spec *spec = &cell->spec;
	char self[512], assignment[80], *command = NULL;
	size_t size;
	ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
	FILE *out = open_memstream(&command, &size);

	if (!out)
		return NULL;
	self[n > 0 ? n : 0] = '\0';
	put_argument(out, "", self);
	fprintf(out, " trial -m %s -w %s -c %u -n %llu%s --workdir", spec->model_name,
		spec->workload->name, spec->concurrency, (unsigned long long)spec->tasks,
		spec->pin ? " --pin" : "");
	put_argument(out, "", workdir);
	for (const struct param *row = spec->params.table; row && row->name; row++) {
		bool is_url = *url && strcmp(row->name, "url") == 0;
		snprintf(assignment, sizeof assignment, "%s=", row->name);
		fputs(" --param", out);
		put_argument(out, assignment, is_url ? url : param_text(&spec->params, row->name));
	}
	return fclose(out) == 0 ? command : NULL;
}

static bool due(const struct cell *cell, unsigned round)
{
	const json_t *known = json_object_get(cell->json, "whole_process_s");

	return cell->whole_process && cell_ok(cell->json) &&
		json_array_size(json_object_get(known, "times")) <= round;
}

/* Put one time beside the others of the cell. */
static void merge(json_t *cell, const json_t *entry, const char *tool)
{
	json_t *whole = json_object_get(cell, "whole_process_s");
	json_t *times;

	if (!json_is_object(whole)) {
		whole = json_pack(
			"{s:s, s:[], s:[], s:[]}", "tool", tool, "times", "user", "system");
		json_object_set_new(cell, "whole_process_s", whole);
	}
	times = json_object_get(whole, "times");
	json_array_append(times, json_array_get(json_object_get(entry, "times"), 0));
	json_array_append(json_object_get(whole, "user"), json_object_get(entry, "user"));
	json_array_append(json_object_get(whole, "system"), json_object_get(entry, "system"));

	size_t n = json_array_size(times);
	double *values = calloc(n, sizeof *values);
	for (size_t i = 0; values && i < n; i++)
		values[i] = json_number_value(json_array_get(times, i));
	json_t *summary = values ? summary_of(values, n) : json_object();
	json_object_update(whole, summary);
	json_decref(summary);
	free(values);
}

static int read_export(const char *path, struct cell *const *order, size_t count)
{
	char *argv[] = { "hyperfine", "--version", NULL };
	char *tool = first_line_of(argv);
	json_t *root = json_load_file(path, 0, NULL);
	const json_t *entry, *results = json_object_get(root, "results");
	size_t i;

	json_array_foreach(results, i, entry)
	{
		const json_t *code = json_array_get(json_object_get(entry, "exit_codes"), 0);
		if (i < count && json_is_integer(code) && json_integer_value(code) == 0)
			merge(order[i]->json, entry, tool ? tool : "hyperfine");
	}
	int err = json_array_size(results) == count ? 0 : -EPROTO;
	json_decref(root);
	free(tool);
	return err;
}

/* One hyperfine, a command a cell, each run once. */
static int time_cells(struct cell *const *order, size_t count, const struct origin *origin,
	const char *workdir, const volatile int *stop)
{
	char export[WORKDIR_MAX + 16], own[WORKDIR_MAX + 24];
	const char *fixed[] = { "hyperfine", "-N", "-i", "--runs", "1", "--style", "none",
		"--export-json", export };
	enum { FIXED = sizeof fixed / sizeof *fixed };
	char **argv = calloc(FIXED + count + 1, sizeof *argv);
	struct launched launched = { 0 };
	int err = argv ? 0 : -ENOMEM;

	snprintf(export, sizeof export, "%s/hyperfine.json", workdir);
	for (size_t i = 0; i < FIXED && !err; i++)
		argv[i] = (char *)fixed[i];
	for (size_t i = 0; i < count && !err; i++) {
		char url[512];
		url_of(order[i], origin, url, sizeof url);
		snprintf(own, sizeof own, "%s/%zu", workdir, i);
		if (mkdir(own, 0700) != 0)
			err = -errno;
		argv[FIXED + i] = command_of(order[i], url, own);
		if (!argv[FIXED + i])
			err = -ENOMEM;
	}
	if (!err)
		err = launch(argv, ROUND_LIMIT_S, false, stop, &launched);
	if (!err && launched.interrupted)
		err = -EINTR;
	if (!err)
		err = read_export(export, order, count);
	free(launched.output);
	for (size_t i = 0; argv && i < count; i++)
		free(argv[FIXED + i]);
	free(argv);
	return err;
}

int whole_process_round(
	struct plan *plan, unsigned round, struct rng *rng, const volatile int *stop)
{
	struct cell **order = calloc(plan->cell_count + 1, sizeof(struct cell *));
	char workdir[WORKDIR_MAX];
	struct cpus cpus;
	struct origin origin = { 0 };
	size_t count = 0;

	if (plan->pin && cpus_split(&cpus) == 0)
		origin.cpus = &cpus.origin;

	for (size_t i = 0; order && i < plan->cell_count; i++)
		if (due(&plan->cells[i], round))
			order[count++] = &plan->cells[i];
	rng_shuffle(rng, order, count, sizeof(struct cell *));
	int err = order ? workdir_make(workdir) : -ENOMEM;
	if (!err) {
		if (count > 0)
			err = origin_start(&origin);
		if (!err && count > 0)
			err = time_cells(order, count, &origin, workdir, stop);
		origin_stop(&origin);
		workdir_remove(workdir);
	}
	free(order);
	return err;
}
