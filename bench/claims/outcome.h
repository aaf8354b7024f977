/* SPDX-License-Identifier: MIT */
#ifndef CLAIMS_OUTCOME_H
#define CLAIMS_OUTCOME_H

/* What a claim came to, and telling it: as text for a person, as JSON for a program. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "claim.h"

struct claim_outcome {
	const struct claim *claim;
	bool failed;  /* the experiment; reason says why, and there is no finding */
	bool not_run; /* for want of CPUs, as reason says: inconclusive, without a number */
	char reason[CLAIM_REASON_MAX];
	double elapsed_s;
	struct claim_observations seen;
	struct claim_finding finding;
	bool guessed; /* by the reader of a quiz */
	enum claim_verdict guess;
};

enum { CLAIM_COMMAND_MAX = 512 };

/*
 * The k-th of the commands that measure the claim's arms by hand: arms that
 * differ in their model alone share one. False where there are no more.
 */
bool claim_command(const struct claim *claim, size_t k, char text[CLAIM_COMMAND_MAX]);

/* "holds with 1 connection; not with 100, 1000": what the regimes of a finding say, or "". */
void claim_regimes(const struct claim_finding *finding, char *text, size_t size);

/* Everything of an outcome. A new reference. */
json_t *claim_json(const struct claim_outcome *outcome);

/* The claim, and where one is to guess no more than that. At most 80 columns. */
void claim_put_heading(const struct claim *claim, FILE *out);
void claim_put(const struct claim_outcome *outcome, FILE *out);

/* A line a claim, and how many came to what. */
void claim_put_summary(const struct claim_outcome *outcomes, size_t count, FILE *out);

#endif
