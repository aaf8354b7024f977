/* SPDX-License-Identifier: MIT */
#ifndef CLAIMS_CLAIM_H
#define CLAIMS_CLAIM_H

/*
 * A claim of the textbooks as an experiment: cells to measure, and questions to
 * ask of what they came to. Both are tables, and judging is a function of the
 * observations alone, so a test can feed it data that refute the claim.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum {
	CLAIM_ROUNDS = 7, /* trials of each arm: the least that bear one outlier in a ratio */
	CLAIM_ARMS_MAX = 10,
	CLAIM_READS_MAX = 2,
	CLAIM_OBSERVATIONS_MAX = CLAIM_ARMS_MAX * CLAIM_READS_MAX,
	CLAIM_QUESTIONS_MAX = 12,
	CLAIM_REGIMES_MAX = 4,
	CLAIM_LABEL_MAX = 34,
	CLAIM_REASON_MAX = 256
};

/* Readings that no other table has. */
#define CLAIM_FINISHED "finished"   /* tasks that came to their end, also where the trial did not */
#define CLAIM_CPU_SHARE "cpu_share" /* CPU time over the elapsed time */

/* A cell, and what is read off each of its trials. */
struct claim_arm {
	const char *name;
	const char *model, *workload;
	unsigned concurrency; /* 0: one a CPU */
	uint64_t tasks;       /* 0 of a service */
	const char *params;   /* NAME=VALUE with spaces between, or NULL */

	/* A measure's key (bench/measure.h), a figure of the workload, or one of the above. */
	const char *reads, *also; /* also: NULL where there is but one */
};

/*
 * How a ratio lies (the shift of Hodges and Lehmann between the logarithms of both), or where
 * there is no `to`, a median. Asked nothing, it is shown.
 */
struct claim_question {
	const char *label;  /* at most CLAIM_LABEL_MAX - 2 columns */
	const char *regime; /* what it holds under; NULL: the claim has but one */
	const char *of, *to, *reads;
	double above, below; /* one of these; 0: not asked */
};

struct claim {
	unsigned number;
	const char *name;             /* on the command line */
	const char *title;            /* a line */
	const char *hypothesis;       /* what is measured if it is true; lines are wrapped */
	unsigned cpus;                /* that the claim is about; 0: one will do */
	const char *depends_on;       /* what the regimes differ in; NULL: there is but one */
	const struct claim_arm *arms; /* closed by a row without a name */
	const struct claim_question *questions; /* closed by a row without a label */
	const char *why;                        /* a paragraph; lines are wrapped */
};

/* What an arm reads, from i = 0 on; NULL after the last. */
static inline const char *claim_arm_reads(const struct claim_arm *arm, size_t i)
{
	return i == 0 ? arm->reads : i == 1 ? arm->also : NULL;
}

/* Whether two texts are the same, of which either may be NULL. */
static inline bool claim_same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* All of them, in the order of their numbers, closed by NULL. */
extern const struct claim *const claims[];

/* The claim of that number or name, or NULL. */
const struct claim *claim_find(const char *text);

/* What was read off the trials of an arm. */
struct claim_observation {
	const char *arm, *reads, *unit;
	double values[CLAIM_ROUNDS];
	size_t count;
};

/* Trials of an arm that did not hold, and why the last of them did not. */
struct claim_drop {
	const char *arm;
	size_t trials;
	char reason[CLAIM_REASON_MAX];
};

struct claim_observations {
	struct claim_observation list[CLAIM_OBSERVATIONS_MAX];
	size_t count;
	struct claim_drop drops[CLAIM_ARMS_MAX];
	size_t drop_count;
};

enum claim_answer { CLAIM_NOT_ASKED, CLAIM_YES, CLAIM_NO, CLAIM_UNSURE };

/* What a question came to. */
struct claim_number {
	const struct claim_question *question;
	const char *unit; /* "x" of a ratio */
	double value, low, high, confidence;
	enum claim_answer answer;
};

/* All questions of a regime in one: no where one is no, yes where all are. */
struct claim_regime {
	const char *name; /* NULL: the only one */
	enum claim_answer answer;
};

enum claim_verdict { CLAIM_HOLDS, CLAIM_DOES_NOT_HOLD, CLAIM_DEPENDS, CLAIM_INCONCLUSIVE };

struct claim_finding {
	struct claim_number numbers[CLAIM_QUESTIONS_MAX];
	size_t number_count;
	struct claim_regime regimes[CLAIM_REGIMES_MAX];
	size_t regime_count;
	enum claim_verdict verdict;
};

/*
 * Answer the claim's questions from what was seen. A number is told from its
 * bound where its whole interval, of at least 95 %, lies to one side; else the
 * answer is unsure. The verdict depends where one regime says yes and another
 * no, and is inconclusive where neither that nor one answer for all was found.
 * 0; -EINVAL where an observation is missing, or is no number, or of a ratio not
 * positive; -E2BIG for more questions or regimes than a finding has; -ENOMEM. Pure,
 * thread-safe.
 */
int claim_judge(const struct claim *claim, const struct claim_observations *seen,
	struct claim_finding *finding);

/* "holds", "does not hold", "depends", "inconclusive"; and "yes", "no", "unsure", or "". */
const char *claim_verdict_name(enum claim_verdict verdict);
const char *claim_answer_name(enum claim_answer answer);

#endif
