/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SUMMARY_H
#define BENCH_SUMMARY_H

/* What a cell's trials come to. */
#include <jansson.h>

/*
 * Set status, reason and summary of a cell's JSON object from its trials. The
 * cell is as good as its worst trial; only a cell that is ok has a summary.
 */
void summary_update(json_t *cell);

/* {median, low, high, confidence} of n values; low, high and confidence null for one. */
json_t *summary_of(const double *values, size_t n);

#endif
