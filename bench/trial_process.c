/* SPDX-License-Identifier: MIT */
#include "trial_process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "cells.h"
#include "launch.h"
#include "workdir.h"

/* A trial that brought no result, as JSON. */
static json_t *broken(const char *status, const char *reason)
{
	return json_pack("{s:s, s:s}", "status", status, "reason", reason);
}

static json_t *outcome(const struct launched *launched, unsigned time_limit_s)
{
	char reason[128];
	json_t *trial = json_loads(launched->output, 0, NULL);

	if (launched->timed_out)
		snprintf(reason, sizeof reason, "killed after %u s", time_limit_s);
	else if (WIFSIGNALED(launched->status))
		snprintf(reason, sizeof reason, "killed by signal %d (%s)",
			WTERMSIG(launched->status), strsignal(WTERMSIG(launched->status)));
	else if (!json_is_string(json_object_get(trial, "status")))
		snprintf(reason, sizeof reason, "ended with status %d and no result",
			WEXITSTATUS(launched->status));
	else
		return trial;
	json_decref(trial);
	return broken(launched->timed_out ? "timeout" : "crashed", reason);
}

/* What a trial without a result did not measure is null, so that every trial has every key. */
static void fill_in(json_t *trial)
{
	static const char *const keys[] = { "reason", "tasks", "errors", "elapsed_s",
		"throughput_per_s", "latency_ns", "cpu_user_s", "cpu_system_s",
		"voluntary_switches", "involuntary_switches", "peak_memory_kib", "origin_cpu_s" };

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (!json_object_get(trial, keys[i]))
			json_object_set_new(trial, keys[i], json_null());
}

/*
 * The most of what was sampled while it ran and of what the trial read at its
 * end: in a short one the samples miss the end, in all the end misses the
 * workers.
 */
static void note_memory(json_t *trial, long sampled_kib)
{
	const json_t *own = json_object_get(trial, "peak_memory_kib");
	long peak_kib = json_is_integer(own) ? json_integer_value(own) : -1;

	if (sampled_kib > peak_kib)
		peak_kib = sampled_kib;
	json_object_set_new(
		trial, "peak_memory_kib", peak_kib < 0 ? json_null() : json_integer(peak_kib));
}

static void add(struct trial_command_line *command, const char *option, const char *value)
{
	command->argv[command->argc++] = (char *)option;
	if (value)
		command->argv[command->argc++] = (char *)value;
}

static void add_number(
	struct trial_command_line *command, int place, const char *option, uint64_t number)
{
	char *text = command->numbers[place];

	snprintf(text, sizeof command->numbers[place], "%llu", (unsigned long long)number);
	add(command, option, text);
}

void trial_command_line(struct trial_command_line *command, const char *program,
	const struct trial_spec *spec, const char *workdir)
{
	*command = (struct trial_command_line){ 0 };
	add(command, program, "trial");
	add(command, "-m", spec->model_name);
	add(command, "-w", spec->workload->name);
	add_number(command, 0, "-c", spec->concurrency);
	add(command, "--workdir", workdir);
	if (spec->workload->kind == WORKLOAD_SERVICE) {
		add_number(command, 4, "--seed", spec->seed);
	} else {
		add_number(command, 1, "-n", spec->tasks);
		add_number(command, 2, "--warmup", spec->warmup);
	}
	if (spec->pin)
		add(command, "--pin", NULL);
	if (spec->counts)
		add(command, "--counts", NULL);
	if (spec->trace)
		add(command, "--trace", spec->trace);
	if (spec->inject_call)
		add(command, "--inject-call", NULL);
	if (spec->inject_percent > 0) {
		snprintf(command->percent, sizeof command->percent, "%.17g", spec->inject_percent);
		add(command, "--inject", command->percent);
	}
	if (spec->external)
		add(command, "--external", spec->external);
	if (spec->ceiling_per_s > 0)
		add_number(command, 3, "--ceiling", spec->ceiling_per_s);
	if (spec->ceiling_only)
		add(command, "--measure-ceiling", NULL);
	for (const struct param *row = spec->params.table; row && row->name; row++) {
		size_t k = row - spec->params.table;
		char *text = command->params[k];
		if (spec->unknown_params & 1U << k)
			continue;
		snprintf(text, sizeof command->params[0], "%s=%s", row->name,
			param_text(&spec->params, row->name));
		add(command, "--param", text);
	}
}

/* How long a service's load lasts by itself, which is no part of the limit. */
static unsigned load_s(const struct trial_spec *spec)
{
	if (spec->workload->kind != WORKLOAD_SERVICE)
		return 0;
	return (param_number(&spec->params, "warmup_ms") +
		       param_number(&spec->params, "duration_ms") + 999) /
		1000;
}

static json_t *run_trial(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	char workdir[WORKDIR_MAX];
	struct trial_command_line command;
	struct launched launched;
	json_t *trial = NULL;

	if (workdir_make(workdir) != 0)
		return broken("failed", "cannot make a temporary folder");
	trial_command_line(
		&command, spec->program ? spec->program : "/proc/self/exe", spec, workdir);
	/* A service's trial reads its server's memory by itself. */
	bool sample_memory = spec->workload->kind != WORKLOAD_SERVICE;
	time_limit_s += load_s(spec);
	int err = launch(command.argv, time_limit_s, sample_memory, stop, &launched);
	workdir_remove(workdir);
	if (err)
		return broken("failed", strerror(-err));
	if (!launched.interrupted)
		trial = outcome(&launched, time_limit_s);
	if (trial && sample_memory)
		note_memory(trial, launched.peak_memory_kib);
	free(launched.output);
	return trial;
}

/* Overload will not go away by measuring it again. */
static bool is_worth_another(const struct trial_spec *spec, const json_t *trial)
{
	return spec->workload->kind == WORKLOAD_SERVICE &&
		strcmp(text_at(trial, "status"), "invalid") == 0 &&
		strncmp(text_at(trial, "reason"), "overloaded", strlen("overloaded")) != 0;
}

json_t *trial_process(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	enum { REPEATS = 2 };
	json_t *trial = run_trial(spec, time_limit_s, stop);
	int repeated = 0;

	for (; trial && is_worth_another(spec, trial) && repeated < REPEATS; repeated++) {
		json_decref(trial);
		trial = run_trial(spec, time_limit_s, stop);
	}
	if (trial)
		fill_in(trial);
	if (trial && repeated > 0)
		json_object_set_new(trial, "repeated", json_integer(repeated));
	return trial;
}
