/* SPDX-License-Identifier: MIT */
#ifndef CLAIMS_OBSERVE_H
#define CLAIMS_OBSERVE_H

/* Measuring the arms of a claim, as trials in processes of their own. */
#include <stdbool.h>

#include "../progress.h"
#include "../trial.h"
#include "claim.h"

struct observer {
	/* trial_process, or what a test puts in its place. */
	json_t *(*trial)(
		const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop);
	unsigned cpus; /* that trials may use */
	const volatile int *stop;
	struct progress *progress;     /* NULL: none is shown */
	size_t done, total;            /* trials, of all claims */
	char reason[CLAIM_REASON_MAX]; /* why the last claim was not observed, or "" */
};

/* The cell of an arm. 0 or -EINVAL, where its row is wrong. */
int arm_spec(const struct claim_arm *arm, struct trial_spec *spec);

/* The unit of a reading of that workload; NULL where there is no such. */
const char *arm_unit(const struct claim_arm *arm, const char *reads);

/* Trials that a claim takes. */
size_t claim_trials(const struct claim *claim);

/*
 * Run CLAIM_ROUNDS trials of each arm, in rounds of all of them, each in a
 * random order that the claim's number decides. What a trial that does not hold
 * (status invalid) read is left out, and counted in seen->drops. 0; -EINTR when it
 * was stopped; with observer->reason, -ENOTSUP where there are too few CPUs, and
 * nothing was run, -EIO where a trial failed or an arm has too few that hold for an
 * interval of 95 %; -EINVAL where an arm's row is wrong.
 */
int claim_observe(
	const struct claim *claim, struct observer *observer, struct claim_observations *seen);

#endif
