/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SMALL_H
#define TESTS_SMALL_H

/* A trial of any workload that is over in milliseconds, step by step. */
#include "leftovers.h"

#include "../bench/cli.h"
#include "../bench/inability.h"
#include "../bench/origin.h"
#include "../bench/trial.h"
#include "../bench/workdir.h"
#include "../models/http.h"

/* To be called first. */
static inline void small_environment(void)
{
	setenv("CONCBENCH", "build/concbench", 0);
	/* Two still race, and each child of a test starts all of them, at some ms each. */
	if (SANITIZED)
		setenv("UV_THREADPOOL_SIZE", "2", 0);
}

/*
 * The thread sanitizer is about tasks at once in one address space: what else
 * there is of a model, the other builds run.
 */
static inline bool worth_a_run(const struct model *model)
{
#if defined(__SANITIZE_THREAD__)
	unsigned racing = MODEL_CONCURRENT | MODEL_SHARED_MEMORY;
	return (model->features & racing) == racing;
#else
	(void)model;
	return true;
#endif
}

/*
 * By the parameter's name, so that a new workload is small too or runs at its
 * defaults; or of one workload alone, after those of all.
 */
static const struct {
	const char *name, *value, *workload;
} small_params[] = {
	{ "duration_us", "10000" },
	{ "durations_ms", "10,4,2" },
	{ "below", "1000" },
	{ "buffer_bytes", "1000" },
	{ "body_bytes", "100000" },
	{ "file_bytes", "100000" },
	{ "total_us", "500" },
	{ "file_mib", "1" },
	{ "laps", "3" },
	{ "items", "500" },
	{ "values", "100" },
	{ "timers", "4" },
	{ "beats", "4" },
	{ "block_ms", "1" },
	{ "queens", "6" },
	{ "children", "3" },
	{ "leaves", "10" },
	{ "increments", "200" },
	{ "yields", "50" },
	{ "duration_us", "0", "gather" },
};

struct small {
	struct trial_spec spec;
	struct origin origin;
	struct trial trial;
	char workdir[WORKDIR_MAX];
};

/* Why this model cannot run this workload, or NULL. */
static inline const char *small_inability(
	const struct model *model, const struct workload *workload)
{
	struct trial_spec spec = { .model = model, .workload = workload, .concurrency = 1 };

	return inability(&spec);
}

/* Everything up to the run, with a parameter of its own unless name is NULL. */
static inline void small_open_with(struct small *small, const struct workload *workload,
	uint64_t tasks, const char *name, const char *value)
{
	*small = (struct small){ .spec = { .workload = workload, .tasks = tasks } };
	struct params *params = &small->spec.params;

	signal(SIGPIPE, SIG_IGN); /* as a trial's process does */
	curl_global_init(CURL_GLOBAL_DEFAULT);
	check_equal(workdir_make(small->workdir), 0);
	small->spec.workdir = small->workdir;
	params_init(params, workload->params);
	for (size_t i = 0; i < sizeof small_params / sizeof *small_params; i++)
		if (param_find(workload->params, small_params[i].name) &&
			(!small_params[i].workload ||
				strcmp(small_params[i].workload, workload->name) == 0))
			check_equal(
				params_set(params, small_params[i].name, small_params[i].value), 0);
	if (name)
		check_equal(params_set(params, name, value), 0);
	check_equal(trial_open(&small->trial, &small->spec, &small->origin), 0);
	int err = workload->setup ? workload->setup(&small->trial.work) : 0;
	if (err)
		fail_case("setup: %s %s", strerror(-err), small->trial.work.reason);
}

static inline void small_open(struct small *small, const struct workload *workload, uint64_t tasks)
{
	small_open_with(small, workload, tasks, NULL, NULL);
}

/* The model, as on the command line: with parameters of its own. */
static inline void small_choose(struct small *small, const char *name)
{
	check_equal(cli_model("test", name, &small->spec.model, &small->spec.model_params), 0);
}

/* Between two runs of the same trial, as between its warm-up and what is measured. */
static inline void small_again(struct small *small)
{
	memset(small->trial.records, 0, small->spec.tasks * sizeof *small->trial.records);
	http_close_idle();
}

/* Everything after it. */
static inline void small_close(struct small *small)
{
	if (small->spec.workload->teardown)
		small->spec.workload->teardown(&small->trial.work);
	http_close_idle();
	origin_stop(&small->origin);
	trial_close(&small->trial);
	curl_global_cleanup();
	check_empty_folder(small->workdir);
	check_equal(rmdir(small->workdir), 0);
}

#endif
