/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_SLO_H
#define SWEEP_SLO_H

/* A service level objective: which share of the responses must be how fast. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SLO_TEXT_MAX = 32 };

struct slo {
	char text[SLO_TEXT_MAX]; /* as given: "p99<10ms" */
	char percentile[8];      /* "p99", as the keys of a latency have it */
	double limit_ns;
};

/* What slo_parse takes, for messages. */
extern const char slo_form[];

/*
 * Read p50, p90, p99 or p99.9, a "<", and a time in us, ms or s, above 0 and at
 * most an hour. 0 or -EINVAL.
 */
int slo_parse(const char *text, struct slo *slo);

/* Requests a second that arrived, and that were answered: medians over the trials, or NAN. */
double cell_offered(const json_t *cell);
double cell_achieved(const json_t *cell);

/* Whether the server was offered more than it answered: less than 98 % of what arrived. */
bool cell_saturated(const json_t *cell);

/*
 * Whether an open-loop cell meets it: the cell is ok, not saturated, and the
 * median of its trials' percentiles below the limit. Where it does not, reason
 * says why. Reads nothing but the cell.
 */
bool slo_meets(const struct slo *slo, const json_t *cell, char *reason, size_t size);

#endif
