/* SPDX-License-Identifier: MIT */
#ifndef CLAIMS_QUIZ_H
#define CLAIMS_QUIZ_H

/* Guess first, then measure. */
#include <stdbool.h>
#include <stdio.h>

#include "outcome.h"

/*
 * Ask on out what the reader thinks of a claim, and read the answer from in, a
 * word a line, until it is one of h, n and d or what they stand for. False at
 * the end of in, or when a signal came: there is no guess.
 */
bool quiz_ask(FILE *in, FILE *out, enum claim_verdict *guess);

/* Tell whether the guess of an outcome was right; nothing where it cannot be told. */
void quiz_tell(const struct claim_outcome *outcome, FILE *out);

/* Those of the outcomes that can be told: how many, and how many were guessed right. */
void quiz_score(const struct claim_outcome *outcomes, size_t count, size_t *told, size_t *right);

#endif
