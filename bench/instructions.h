/* SPDX-License-Identifier: MIT */
#ifndef BENCH_INSTRUCTIONS_H
#define BENCH_INSTRUCTIONS_H

/* How many instructions a task takes, of valgrind's callgrind. */
#include "trial.h"

/*
 * Run the trial of spec under callgrind with its tasks and with twice as many:
 * the difference, a task, goes to *per_task. So what is done once cancels out;
 * what the harness does for each task is in it. program is a concbench, by its
 * path; each of the two may take time_limit_s, and ends when *stop is set. 0;
 * -ENOENT without valgrind; -ENOTSUP for a service and for a model whose tasks
 * share no memory, as callgrind counts one process; -ETIMEDOUT; -EINTR; -ECHILD where
 * a trial did not come to its end or was not ok; -ERANGE where so few tasks do not show
 * beside the start of the program, which differs by some 10,000 instructions from
 * one time to the next.
 */
int instructions_per_task(const char *program, const struct trial_spec *spec, unsigned time_limit_s,
	const volatile int *stop, double *per_task);

#endif
