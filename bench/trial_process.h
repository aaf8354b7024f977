/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TRIAL_PROCESS_H
#define BENCH_TRIAL_PROCESS_H

/* A trial from the harness's side: `concbench trial` as a process of its own. */
#include "trial.h"

/* The arguments of `concbench trial`, with the texts that they point to; closed by NULL. */
struct trial_command_line {
	char *argv[30 + 2 * PARAMS_MAX];
	int argc;
	char numbers[5][24], percent[32], params[PARAMS_MAX][512];
};

/* Make those of spec, for that program and folder; both and spec must outlive the command. */
void trial_command_line(struct trial_command_line *command, const char *program,
	const struct trial_spec *spec, const char *workdir);

/*
 * Run one trial, at most time_limit_s long (and of a service, as long as its load
 * takes by itself), until *stop is set. A load that does not hold, mostly because
 * the machine stood still for a moment, says nothing of the server, good or bad:
 * it is measured again, at most twice, and how often is kept. Returns the trial's
 * JSON object with every key a trial has (null where it did not come to that);
 * NULL when it was stopped.
 */
json_t *trial_process(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop);

#endif
