/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_VIEW_H
#define SWEEP_VIEW_H

/*
 * A sweep as its results file has it: what the table and the pictures show.
 * Everything points into the JSON, which must outlive it.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The rows of root's "sweep", an object a model; NULL where root is no sweep. */
const json_t *sweep_rows(const json_t *root);

/* Whether a cell is of the row's model. */
bool is_of_row(const json_t *row, const json_t *cell);

/* Whether it lies on the row's latency curve: an open loop with the curve's connections. */
bool is_on_curve(const json_t *row, const json_t *cell);

/* The row's cell of its peak; NULL where it has none. */
const json_t *sweep_peak_cell(const json_t *root, const json_t *row);

/*
 * The row's cell on the curve that is ok and whose rate is nearest to that share
 * of the peak; NULL where none is within 15 % of the peak of it.
 */
const json_t *sweep_cell_near(const json_t *root, const json_t *row, double share);

/* A value of the trials' latency_ns, the median over all that have it; else NAN. */
double cell_latency_ns(const json_t *cell, const char *key);

/* Print a row a model, what it comes to. */
void sweep_table_print(const json_t *root, FILE *out);

/*
 * Draw sweep-latency.png, sweep-percentiles.png, sweep-connections.png and
 * sweep-cost.png in dir, which is made if missing, all or none. An exit status,
 * with what is wrong said on stderr as that command. *stop ends it.
 */
int sweep_plot(const char *command, const json_t *root, const char *dir, const volatile int *stop);

#endif
