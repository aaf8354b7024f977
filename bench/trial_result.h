/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TRIAL_RESULT_H
#define BENCH_TRIAL_RESULT_H

/* What a trial of tasks came to, as JSON. */
#include "trial.h"

/* The time, and what this process and its children that have ended have used until then. */
struct usage {
	double time_s, user_s, system_s;
	long voluntary, involuntary;
};

struct usage usage_now(void);

/* A trial's object with these two keys; reason may be NULL. */
json_t *trial_verdict(const char *status, const char *reason);

/*
 * The trial's object, of its records and of what was used between the two
 * times; origin_cpu_s below 0 where there was no origin.
 */
json_t *trial_result(const struct trial *trial, const struct usage *before,
	const struct usage *after, double origin_cpu_s);

#endif
