/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_SWEEP_PLOT_TABLE_H
#define SWEEP_SWEEP_PLOT_TABLE_H

/*
 * What the scripts plot/sweep-*.gp read: tab-separated tables, a block a model
 * (two empty lines between), NaN for what is missing, and facts as gnuplot
 * assignments. Times are in seconds. plot/README.md lists columns and facts.
 */
#include <jansson.h>
#include <stdio.h>

/* A table's writer. root is a sweep's results. */
typedef void sweep_put_fn(const json_t *root, FILE *out);

sweep_put_fn sweep_put_curves;      /* offered rate, response time, whether it holds */
sweep_put_fn sweep_put_percentiles; /* 1 / (1 - p), response time at about 70 % of the peak */
sweep_put_fn sweep_put_connections; /* connections, throughput, its interval, and the law */
sweep_put_fn sweep_put_costs;       /* CPU time and switches a request: at half the peak, at it */
sweep_put_fn sweep_put_facts;

#endif
