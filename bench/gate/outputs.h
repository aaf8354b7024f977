/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_OUTPUTS_H
#define BENCH_GATE_OUTPUTS_H

/*
 * What is made of a gate's document (results/gate-schema.json): each reads
 * nothing else and changes nothing in it. A stream's errors are left to the
 * caller, who looks at them once at the end. Thread-safe but for the streams.
 */
#include <jansson.h>
#include <stdio.h>

/* For a terminal of 80 columns: the verdict first, then what changed, the worst of it first. */
void gate_table(const json_t *gate, FILE *out);

/*
 * For a comment on a pull request, in GitHub's Markdown. The first line is
 * always "<!-- concbench gate -->", by which a comment is found again.
 */
void gate_markdown(const json_t *gate, FILE *out);

/*
 * JUnit XML: a test case for each gated metric of a cell, and one for a cell
 * that broke. 0 or -ENOMEM, with nothing written.
 */
int gate_junit(const json_t *gate, FILE *out);

/*
 * Draw forest.svg and forest.png in the folder dir, made if missing: how much
 * worse each metric of each cell is, with its interval and limit. gnuplot is
 * ended early when *stop becomes other than 0. An exit status, with what is
 * wrong said on stderr; where nothing has a ratio, nothing is drawn and it is 0.
 */
int gate_plot(const json_t *gate, const char *dir, const volatile int *stop);

#endif
