/* SPDX-License-Identifier: MIT */
#include "inability.h"

#include "trial.h"

/* What is missing where a model lacks a feature. */
static const struct {
	unsigned feature;
	const char *lack;
} lacks[] = {
	{ MODEL_CONCURRENT, "it has one task in flight at a time" },
	{ MODEL_MULTICORE, "it uses one core" },
	{ MODEL_SHARED_MEMORY, "its tasks share no memory" },
	{ MODEL_SPAWN, "its tasks cannot start others" },
	{ MODEL_RENDEZVOUS, "its tasks cannot wait for one another" },
};

static const char no_resumable_form[] = "this workload has no resumable form";

/* Only the straight-line form of a task is done twice. */
static const char *injection_inability(const struct trial_spec *spec)
{
	if (spec->workload->kind == WORKLOAD_SERVICE)
		return "a service has no tasks to inject work or calls into";
	if (spec->inject_percent > 0 &&
		(spec->model->features & (MODEL_CALLBACK | MODEL_STACKLESS)))
		return "work is injected into the straight-line form, which this model does not "
		       "run";
	return NULL;
}

static const char *service_inability(const struct trial_spec *spec)
{
	if (!spec->model->serve)
		return "this model serves nothing";
	if ((spec->model->features & MODEL_STACKLESS) &&
		!spec->workload->connection_resumable.resume)
		return no_resumable_form;
	bool keep_alive = !param_find(spec->params.table, "keep_alive") ||
		param_number(&spec->params, "keep_alive");
	if (!(spec->model->features & MODEL_CONCURRENT) && spec->concurrency > 1 && keep_alive)
		return "it serves one connection at a time, and would leave the others waiting for "
		       "ever (keep_alive=0 lets them take turns)";
	return NULL;
}

/*
 * The callback and the resumable form of a task of structure start and join by
 * themselves. A task that only computes is its own resumable form.
 */
static const char *task_inability(const struct model *model, const struct workload *workload)
{
	unsigned missing = workload->needs & ~model->features;

	if (model->features & MODEL_CALLBACK) {
		if (workload->kind == WORKLOAD_STRUCTURE && !workload->callback)
			return "this workload has no callback form";
		missing &= ~(MODEL_SPAWN | MODEL_RENDEZVOUS);
	}
	if (model->features & MODEL_STACKLESS) {
		if (workload->kind != WORKLOAD_CPU && !workload->resumable.resume)
			return no_resumable_form;
		missing &= ~(MODEL_SPAWN | MODEL_RENDEZVOUS);
	}
	for (size_t i = 0; i < sizeof lacks / sizeof *lacks; i++)
		if (missing & lacks[i].feature)
			return lacks[i].lack;
	return NULL;
}

const char *inability(const struct trial_spec *spec)
{
	if (!spec->model) /* an outside server */
		return NULL;
	bool chosen = spec->model_params.table; /* else at their defaults */
	const char *why = model_unavailable(spec->model, chosen ? &spec->model_params : NULL);
	if (why)
		return why;
	if (spec->inject_percent > 0 || spec->inject_call)
		why = injection_inability(spec);
	if (why)
		return why;
	return spec->workload->kind == WORKLOAD_SERVICE
		? service_inability(spec)
		: task_inability(spec->model, spec->workload);
}
