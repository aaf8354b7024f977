/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../cli.h"
#include "gate.h"

/*
 * Small and stable: what computes, what waits, what is served and what is made
 * of children, under models of each kind, in launches of 50 to 100 ms.
 */
static const char *const standard[] = {
	"primes:below=20000/blocking/1/100",
	"sha256/threadpool/2/100",
	"switch:yields=1000/coroutine/1/200",
	"sleep/threads/10/300",
	"sleep/eventloop/10/300",
	"rawget/threadpool/10/300",
	"rawget/coroutine/10/300",
	"fetch/coroutine/10/300",
	"http:warmup_ms=30:duration_ms=100/coroutine/10",
	"echo:warmup_ms=30:duration_ms=100/threadpool/10",
	NULL,
};

/* Of base in both arms: whatever it shows is the machine's doing. */
static const char control[] = "primes:below=20000/blocking/1/100";

/* Cut the next part of a text off at a character; NULL after the last. */
static char *next_part(char **rest, char at)
{
	char *part = *rest, *end = part ? strchr(part, at) : NULL;

	*rest = end ? end + 1 : NULL;
	if (end)
		*end = '\0';
	return part;
}

/* WORKLOAD[:NAME=VALUE].. */
static int read_workload(struct trial_spec *spec, const char *command, char *text)
{
	char *rest = text, *name = next_part(&rest, ':'), *assignment;

	spec->workload = workload_find(name);
	if (!spec->workload)
		return cli_unknown(command, "workload", name, cli_workload_name);
	params_init(&spec->params, spec->workload->params);
	while ((assignment = next_part(&rest, ':'))) {
		int status = cli_param(command, &spec->params, name, assignment);
		if (status)
			return status;
	}
	return 0;
}

/* WORKLOAD[:NAME=VALUE]../MODEL[:NAME=VALUE]../CONCURRENCY[/TASKS], which is cut up. */
static int read_cell(struct gate_cell *cell, const char *command)
{
	struct trial_spec *spec = &cell->spec;
	char *rest = cell->text, *workload = next_part(&rest, '/'), *model = next_part(&rest, '/'),
	     *concurrency = next_part(&rest, '/'), *tasks = next_part(&rest, '/');
	uint64_t number = 0;

	if (!concurrency || rest)
		return cli_error(command,
			"a cell is "
			"WORKLOAD[:NAME=VALUE]../MODEL[:NAME=VALUE]../CONCURRENCY[/TASKS], "
			"as primes/blocking/1/100; not '%s...'",
			workload);
	int status = read_workload(spec, command, workload);
	if (!status)
		status = cli_model(command, model, &spec->model, &spec->model_params);
	if (!status)
		status = cli_number(command, "a cell's concurrency", concurrency, "", 1,
			CLI_CONCURRENCY_MAX, &number);
	spec->concurrency = number;
	spec->model_name = model;
	if (!status && spec->workload->kind == WORKLOAD_SERVICE)
		return tasks ? cli_error(command, "%s is a service, and has no number of tasks",
				       spec->workload->name)
			     : 0;
	spec->tasks = status ? 0 : spec->workload->tasks;
	if (!status && tasks)
		status = cli_number(
			command, "a cell's tasks", tasks, "tasks", 1, CLI_TASKS_MAX, &spec->tasks);
	spec->warmup = spec->tasks / 10;
	return status;
}

static bool allocate_samples(struct gate_cell *cell, unsigned pairs)
{
	bool all = true;

	for (int m = 0; m < METRICS; m++)
		for (int side = 0; side < SIDES; side++) {
			cell->samples[m].values[side] = calloc(pairs, sizeof(double));
			all &= cell->samples[m].values[side] != NULL;
		}
	return all;
}

/* Another cell at the end, of that text; NULL without memory. */
static struct gate_cell *add_cell(struct gate *gate, const char *text)
{
	struct gate_cell *cells = realloc(gate->cells, (gate->cell_count + 1) * sizeof *cells);

	if (!cells)
		return NULL;
	gate->cells = cells;
	struct gate_cell *cell = &cells[gate->cell_count];
	*cell = (struct gate_cell){ .text = strdup(text), .status = "ok", .open = true };
	gate->cell_count++;
	unsigned most = gate_pairs_most(gate);
	return cell->text && allocate_samples(cell, most > GATE_COUNTED ? most : GATE_COUNTED)
		? cell
		: NULL;
}

static int add_read_cell(struct gate *gate, const char *command, const char *text, bool is_control)
{
	struct gate_cell *cell = add_cell(gate, text);

	if (!cell)
		return cli_error(command, "out of memory");
	int status = read_cell(cell, command);
	cell->control = is_control;
	cell->spec.pin = true;
	cell->names[0] = cell->spec.workload ? cell->spec.workload->name : "";
	cell->names[1] = cell->spec.model_name;
	return status;
}

/* The list's cells, separated by commas or line ends; # begins a comment. */
static int add_list(struct gate *gate, const char *command, char *list)
{
	char *rest = list, *line, *text;

	while ((line = next_part(&rest, '\n'))) {
		line[strcspn(line, "#\r")] = '\0';
		while ((text = next_part(&line, ','))) {
			text += strspn(text, " \t");
			text[strcspn(text, " \t")] = '\0';
			int status = *text ? add_read_cell(gate, command, text, false) : 0;
			if (status)
				return status;
		}
	}
	return gate->cell_count > 0 ? 0 : cli_error(command, "--cells names no cell");
}

/* A file's text, or the list itself; to be freed. */
static char *list_text(const char *list)
{
	enum { LIST_MAX = 1 << 20 };
	FILE *file = fopen(list, "re");

	if (!file)
		return strdup(list);
	char *text = calloc(1, LIST_MAX + 1);
	size_t size = text ? fread(text, 1, LIST_MAX, file) : 0;
	bool whole = size < LIST_MAX && !ferror(file);
	fclose(file);
	if (whole)
		return text;
	free(text);
	return NULL;
}

static int add_standard(struct gate *gate, const char *command)
{
	int status = 0;

	for (const char *const *text = standard; *text && !status; text++)
		status = add_read_cell(gate, command, *text, false);
	return status;
}

/* Whether the arm has the cell; those of its parameters that it does not know are left to it. */
static bool arm_has(const struct arm *arm, struct trial_spec *spec)
{
	const json_t *workload = arm_knows(arm, "workloads", spec->workload->name), *param;
	size_t i;

	if (!workload || !arm_knows(arm, "models", spec->model->name))
		return false;
	for (const struct param *row = spec->params.table; row && row->name; row++) {
		bool known = false;
		json_array_foreach(json_object_get(workload, "params"), i, param)
			known |= strcmp(text_at(param, "name"), row->name) == 0;
		if (!known)
			spec->unknown_params |= 1U << (row - spec->params.table);
	}
	return true;
}

static void free_cell(struct gate_cell *cell)
{
	for (int m = 0; m < METRICS; m++)
		for (int side = 0; side < SIDES; side++)
			free(cell->samples[m].values[side]);
	free(cell->text);
}

/* Leave out what base does not have; of head, this program, all is known. */
static int keep_common(struct gate *gate, const char *command)
{
	size_t kept = 0;
	bool any = false;

	for (size_t i = 0; i < gate->cell_count; i++) {
		struct gate_cell *cell = &gate->cells[i];
		if (arm_has(&gate->arms[BASE], &cell->spec)) {
			any |= !cell->control;
			gate->cells[kept++] = *cell;
			continue;
		}
		json_array_append_new(gate->notes,
			json_sprintf("base does not have %s under %s: it was left out",
				cell->names[0], cell->names[1]));
		free_cell(cell);
	}
	gate->cell_count = kept;
	return any ? 0 : cli_error(command, "base has none of the cells, so nothing can be gated");
}

int gate_cells(struct gate *gate, const char *command, const char *list)
{
	int status;

	if (list) {
		char *text = list_text(list);
		status = text ? add_list(gate, command, text)
			      : cli_error(command, "cannot read the cells in '%s'", list);
		free(text);
	} else {
		status = add_standard(gate, command);
	}
	if (!status)
		status = add_read_cell(gate, command, control, true);
	return status ? status : keep_common(gate, command);
}

int gate_command_cell(struct gate *gate, const char *command)
{
	struct gate_cell *cell = add_cell(gate, "command");

	if (!cell)
		return cli_error(command, "out of memory");
	cell->names[0] = cell->names[1] = cell->text;
	cell->spec = (struct trial_spec){ .concurrency = 1, .tasks = 1 };
	return 0;
}

void gate_reset(struct gate *gate)
{
	for (size_t i = 0; i < gate->cell_count; i++) {
		struct gate_cell *cell = &gate->cells[i];
		cell->open = true;
		cell->status = "ok";
		cell->uncountable = false;
		cell->elapsed_s = 0;
		*cell->reason = '\0';
		for (int m = 0; m < METRICS; m++)
			cell->samples[m].count = 0;
	}
	json_array_clear(gate->notes);
}

void gate_free(struct gate *gate)
{
	for (size_t i = 0; i < gate->cell_count; i++)
		free_cell(&gate->cells[i]);
	free(gate->cells);
	for (int side = 0; side < SIDES; side++)
		arm_free(&gate->arms[side]);
	json_decref(gate->notes);
}
