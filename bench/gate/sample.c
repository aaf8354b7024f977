/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../../models/io.h"
#include "../cells.h"
#include "../cli.h"
#include "../instructions.h"
#include "../launch.h"
#include "../trial_process.h"
#include "gate.h"

/* A command's launch in the shape of a trial of one task; NULL when it was stopped. */
static json_t *run_command(const struct gate *gate, const struct arm *arm)
{
	char *argv[] = { "sh", "-c", (char *)arm->command, NULL };
	struct launched launched;
	char reason[128] = "";
	int64_t before_ns = io_now_ns();
	int err = launch(argv, gate->time_limit_s, false, gate->stop, &launched);
	double elapsed_s = (double)(io_now_ns() - before_ns) / 1e9;

	if (err)
		return json_pack("{s:s, s:s}", "status", "failed", "reason", strerror(-err));
	free(launched.output);
	if (launched.interrupted)
		return NULL;
	if (launched.timed_out)
		snprintf(reason, sizeof reason, "killed after %u s", gate->time_limit_s);
	else if (launched.status != 0)
		snprintf(reason, sizeof reason, "it ended with %s %d",
			WIFSIGNALED(launched.status) ? "signal" : "status",
			WIFSIGNALED(launched.status) ? WTERMSIG(launched.status)
						     : WEXITSTATUS(launched.status));
	const struct rusage *usage = &launched.usage;
	return json_pack("{s:s, s:s, s:i, s:f, s:f, s:f, s:I, s:I, s:I}", "status",
		*reason ? "failed" : "ok", "reason", reason, "tasks", 1, "elapsed_s", elapsed_s,
		"cpu_user_s", usage->ru_utime.tv_sec + usage->ru_utime.tv_usec / 1e6,
		"cpu_system_s", usage->ru_stime.tv_sec + usage->ru_stime.tv_usec / 1e6,
		"voluntary_switches", (json_int_t)usage->ru_nvcsw, "involuntary_switches",
		(json_int_t)usage->ru_nivcsw, "peak_memory_kib", (json_int_t)usage->ru_maxrss);
}

int gate_try_commands(const struct gate *gate, const char *command)
{
	enum { NO_PROGRAM = 126, NOT_FOUND = 127 }; /* as sh has them */
	int status = 0;

	for (int side = 0; side < SIDES && !*gate->stop; side++) {
		const char *asked = gate->arms[side].command;
		char *argv[] = { "sh", "-c", (char *)asked, NULL };
		struct launched launched;
		int err = launch(argv, gate->time_limit_s, false, gate->stop, &launched);
		if (err)
			return cli_error(command, "cannot run sh: %s", strerror(-err));
		free(launched.output);
		int code = WIFEXITED(launched.status) ? WEXITSTATUS(launched.status) : 0;
		if (code == NO_PROGRAM || code == NOT_FOUND)
			status = cli_error(command, "cannot run '%s': %s (status %d of sh)", asked,
				code == NOT_FOUND ? "no such command" : "it is not to be executed",
				code);
	}
	return *gate->stop ? EXIT_INTERRUPTED : status;
}

/* The cell's trial as that side runs it. */
static struct trial_spec spec_of(
	const struct gate *gate, const struct gate_cell *cell, enum side side)
{
	const struct arm *arm = &gate->arms[cell->control ? BASE : side];
	struct trial_spec spec = cell->spec;

	spec.program = arm->program;
	spec.inject_percent = arm->inject_percent;
	spec.inject_call = arm->inject_call;
	return spec;
}

static json_t *run_trial(struct gate *gate, struct gate_cell *cell, enum side side, bool counted)
{
	struct trial_spec spec = spec_of(gate, cell, side);

	if (gate->arms[side].command)
		return run_command(gate, &gate->arms[side]);
	spec.counts = counted;
	return trial_process(&spec, gate->time_limit_s, gate->stop);
}

/* What a trial that is not ok makes of its cell. */
static void give_up(struct gate_cell *cell, enum side side, const json_t *trial)
{
	static const char *const statuses[] = { "failed", "timeout", "crashed", "unavailable",
		"invalid" };

	cell->status = "failed";
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (strcmp(text_at(trial, "status"), statuses[i]) == 0)
			cell->status = statuses[i];
	snprintf(cell->reason, sizeof cell->reason, "%s", text_at(trial, "reason"));
	cell->bad_side = cell->control ? BASE : side;
	cell->open = false;
}

bool gate_has(const struct gate *gate, int m, bool counted)
{
	const struct metric *metric = &gated_metrics[m];

	return metric->source == (counted ? FROM_COUNTING : FROM_PAIRS) &&
		(gate->arms[BASE].command ? metric->of_commands : metric->of_trials);
}

static void keep(struct gate *gate, struct gate_cell *cell, enum side side, bool counted,
	const json_t *trial)
{
	for (int m = 0; m < METRICS; m++) {
		struct samples *samples = &cell->samples[m];
		if (gate_has(gate, m, counted))
			samples->values[side][samples->count] = measure_of(
				measure_find(gated_metrics[m].key), trial);
	}
}

int gate_sample(struct gate *gate, struct gate_cell *cell, enum side side, bool counted)
{
	int64_t before_ns = io_now_ns();
	json_t *trial = run_trial(gate, cell, side, counted);
	double took_s = (double)(io_now_ns() - before_ns) / 1e9;

	if (!trial)
		return -EINTR;
	cell->elapsed_s += took_s;
	gate->trials_s += took_s;
	if (strcmp(text_at(trial, "status"), "ok") == 0)
		keep(gate, cell, side, counted, trial);
	else if (!counted) /* what cannot be traced is just not counted */
		give_up(cell, side, trial);
	else {
		cell->uncountable = true;
		snprintf(cell->reason, sizeof cell->reason, "%s", text_at(trial, "reason"));
	}
	json_decref(trial);
	return 0;
}

int gate_count_instructions(struct gate *gate, struct gate_cell *cell)
{
	struct samples *samples = &cell->samples[METRICS - 1];
	int64_t before_ns = io_now_ns();
	int err = 0;

	for (int side = 0; side < SIDES && !err; side++) {
		struct trial_spec spec = spec_of(gate, cell, side);
		err = instructions_per_task(spec.program, &spec, gate->time_limit_s, gate->stop,
			&samples->values[side][0]);
	}
	samples->count = !err;
	gate->trials_s += (double)(io_now_ns() - before_ns) / 1e9;
	return err;
}
