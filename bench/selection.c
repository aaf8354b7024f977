/* SPDX-License-Identifier: MIT */
#include "selection.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "cpus.h"

static int add_cell(struct plan *plan, const struct cell *cell)
{
	struct cell *cells = realloc(plan->cells, (plan->cell_count + 1) * sizeof *cells);

	if (!cells)
		return cli_error("run", "out of memory");
	plan->cells = cells;
	cells[plan->cell_count] = *cell;
	struct trial_spec *spec = &cells[plan->cell_count++].spec;
	spec->pin = plan->pin;
	spec->warmup = (spec->tasks * plan->warmup_percent + 99) / 100;
	return 0;
}

/* A model, with those of the --param that are its own. */
static int add_contender(struct plan *plan, const struct selection *selection, struct cell *cell,
	const struct contender *contender)
{
	struct trial_spec *spec = &cell->spec;
	int status = 0;

	spec->model_name = contender->name;
	spec->model = contender->model;
	spec->external = contender->external;
	cell->own_name = NULL;
	if (contender->model) {
		cell->own_name = cli_model_with(contender->name, contender->model,
			spec->workload->params, selection->params, selection->param_count);
		if (!cell->own_name)
			return cli_error("run", "out of memory");
		spec->model_name = cell->own_name;
		status = cli_model("run", cell->own_name, &spec->model, &spec->model_params);
	}
	if (!status)
		status = add_cell(plan, cell);
	if (status)
		free(cell->own_name);
	return status;
}

/* One point of a workload, for every model that is asked for, and outside servers beside them. */
static int add_point(struct plan *plan, const struct selection *selection, struct cell *cell)
{
	int status = 0;

	for (size_t i = 0; i < selection->model_count && !status; i++)
		status = add_contender(plan, selection, cell, &selection->models[i]);
	for (int i = 0; selection->model_count == 0 && models[i] && !status; i++) {
		struct contender contender = { .name = models[i]->name, .model = models[i] };
		status = add_contender(plan, selection, cell, &contender);
	}
	for (size_t i = 0; i < selection->external_count && !status; i++)
		if (cell->spec.workload->kind == WORKLOAD_SERVICE)
			status = add_contender(plan, selection, cell, &selection->externals[i]);
	return status;
}

/* Those of the --param that the workload has. */
static int set_params(const struct selection *selection, struct trial_spec *spec)
{
	for (size_t i = 0; i < selection->param_count; i++) {
		if (!cli_takes(spec->workload->params, selection->params[i]))
			continue; /* check_params has seen that another one has it */
		int status = cli_param(
			"run", &spec->params, spec->workload->name, selection->params[i]);
		if (status)
			return status;
	}
	return 0;
}

static bool selected(const struct selection *selection, const struct workload *workload)
{
	bool wanted = selection->workload_count == 0;

	for (size_t i = 0; i < selection->workload_count; i++)
		wanted |= selection->workloads[i] == workload;
	return wanted;
}

/* The i-th model of the run, NULL after the last. */
static const struct model *model_at(const struct selection *selection, size_t i)
{
	if (selection->model_count == 0)
		return models[i];
	return i < selection->model_count ? selection->models[i].model : NULL;
}

static bool some_model_takes(const struct selection *selection, const char *assignment)
{
	for (size_t i = 0; model_at(selection, i); i++)
		if (cli_takes(model_at(selection, i)->params, assignment))
			return true;
	return false;
}

/* That no workload and no model has it; the last workload, and the models, tell what they have. */
static int refuse_param(
	const struct selection *selection, const struct workload *last, const char *assignment)
{
	struct params params;

	params_init(&params, last->params);
	int status = cli_param("run", &params, last->name, assignment);
	for (size_t i = 0; model_at(selection, i); i++) {
		const struct model *model = model_at(selection, i);
		params_init(&params, model->params);
		if (model->params && strchr(assignment, '='))
			cli_param("run", &params, model->name, assignment);
	}
	return status;
}

/* Every --param must be of some workload or model that runs. */
static int check_params(const struct selection *selection)
{
	for (size_t i = 0; i < selection->param_count; i++) {
		const struct workload *last = NULL;
		bool found = some_model_takes(selection, selection->params[i]);
		for (const struct workload *const *row = workloads; *row && !found; row++) {
			if (!selected(selection, *row))
				continue;
			last = *row;
			found = cli_takes(last->params, selection->params[i]);
		}
		if (!found && last)
			return refuse_param(selection, last, selection->params[i]);
	}
	return 0;
}

static bool concurrency_selected(const struct selection *selection, unsigned concurrency)
{
	bool wanted = selection->concurrency_count == 0;

	for (size_t i = 0; i < selection->concurrency_count; i++)
		wanted |= selection->concurrency[i] == concurrency;
	return wanted;
}

static int add_profile_row(
	struct plan *plan, const struct selection *selection, const struct profile_row *row)
{
	struct cell cell = { .spec.workload = workload_find(row->workload) };
	unsigned before = 0;
	int status = 0;

	if (!selected(selection, cell.spec.workload))
		return 0;
	params_init(&cell.spec.params, cell.spec.workload->params);
	for (const char *const *param = row->params; *param && !status; param++)
		status = cli_param("run", &cell.spec.params, row->workload, *param);
	if (!status)
		status = set_params(selection, &cell.spec);
	for (int i = 0; !status && i < PROFILE_POINTS && row->points[i].tasks > 0; i++) {
		unsigned concurrency = row->points[i].concurrency;
		if (concurrency == PROFILE_CORES)
			concurrency = cpus_count();
		if (concurrency == before || !concurrency_selected(selection, concurrency))
			continue; /* with one core 1 and PROFILE_CORES are the same */
		before = concurrency;
		cell.spec.concurrency = concurrency;
		cell.spec.tasks = selection->tasks ? selection->tasks : row->points[i].tasks;
		if (cell.spec.workload->kind == WORKLOAD_SERVICE)
			cell.spec.tasks = 0; /* as many as its time allows */
		cell.whole_process = row->points[i].whole_process;
		status = add_point(plan, selection, &cell);
	}
	return status;
}

static int add_workload(
	struct plan *plan, const struct selection *selection, const struct workload *workload)
{
	size_t count = selection->concurrency_count ? selection->concurrency_count : 1;
	struct cell cell = { .spec.workload = workload };
	/* A structure's concurrency is that of the children within its task. */
	const unsigned usual = workload->kind == WORKLOAD_STRUCTURE ? 1 : 10;

	params_init(&cell.spec.params, workload->params);
	int status = set_params(selection, &cell.spec);
	for (size_t i = 0; i < count && !status; i++) {
		uint64_t least = workload->tasks;
		unsigned concurrency = selection->concurrency_count ? selection->concurrency[i]
								    : usual;
		cell.spec.concurrency = concurrency;
		cell.spec.tasks = selection->tasks ? selection->tasks
			: least < concurrency      ? concurrency
						   : least;
		if (workload->kind == WORKLOAD_SERVICE)
			cell.spec.tasks = 0; /* as many as its time allows */
		status = add_point(plan, selection, &cell);
	}
	return status;
}

/* Demonstrations are of a run that names them. */
static int add_selection(struct plan *plan, const struct selection *selection)
{
	int status = 0;

	for (const struct workload *const *row = workloads; *row && !status; row++)
		if (selected(selection, *row))
			status = add_workload(plan, selection, *row);
	for (const struct workload *const *row = demonstrations;
		*row && selection->workload_count > 0 && !status; row++)
		if (selected(selection, *row))
			status = add_workload(plan, selection, *row);
	return status;
}

/* An outside server is a row of services' tables, so there must be one. */
static int check_externals(const struct selection *selection, const struct plan *plan)
{
	for (size_t i = 0; i < plan->cell_count; i++)
		if (plan->cells[i].spec.external)
			return 0;
	return selection->external_count == 0
		? 0
		: cli_error(
			  "run", "--external is for services, and no workload of this run is one");
}

static int add_cells(const struct selection *selection, struct plan *plan)
{
	int status = 0;

	if (!selection->profile)
		return add_selection(plan, selection);
	for (const struct profile_row *row = selection->profile->rows; row->workload && !status;
		row++)
		status = add_profile_row(plan, selection, row);
	if (!status && plan->cell_count == 0)
		return cli_error("run", "profile %s has no cell with that -w and -c",
			selection->profile->name);
	return status;
}

int selection_cells(const struct selection *selection, struct plan *plan)
{
	int status = check_params(selection);

	if (!status)
		status = add_cells(selection, plan);
	return status ? status : check_externals(selection, plan);
}
