/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TRIAL_PROCESS_H
#define BENCH_TRIAL_PROCESS_H

/* A trial from the harness's side: `concbench trial` as a process of its own. */
#include "trial.h"

/*
 * Run one trial, at most time_limit_s long, until *stop is set. Returns its
 * JSON object with every key a trial has (null where it did not come to that);
 * NULL when it was stopped.
 */
json_t *trial_process(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop);

#endif
