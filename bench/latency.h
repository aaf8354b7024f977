/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LATENCY_H
#define BENCH_LATENCY_H

#include <jansson.h>

struct histogram;

/*
 * A histogram as the results have it: min, mean, percentiles and max, in ns;
 * p99.9 null where fewer than ten samples lie beyond it. null when it is
 * empty. A new reference.
 */
json_t *latency_json(const struct histogram *latency);

#endif
