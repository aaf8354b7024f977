/* SPDX-License-Identifier: MIT */
#ifndef BENCH_EXPORT_H
#define BENCH_EXPORT_H

/* A results file in the shapes that other programs and people read. */
#include <jansson.h>
#include <stdio.h>

#include "../command.h"

/* `concbench export FILE.json --format NAME [-o OUT]`. */
extern const struct command export_command;

/*
 * A format's writer: the whole of a loaded result, with its cells named, to out. What the format
 * has no place for is said in notes, a line each, as the program says it. 0 or -errno; -ENODATA
 * where the result has nothing that the format could hold, with the reason in notes. Errors of the
 * streams are left to the caller, who checks them once at the end.
 */
typedef int export_fn(const json_t *root, FILE *out, FILE *notes);

export_fn export_csv;              /* one row a trial, RFC 4180 quoting, lines end in LF */
export_fn export_markdown;         /* a table a workload */
export_fn export_hyperfine;        /* as hyperfine --export-json writes it; times in seconds */
export_fn export_github_smaller;   /* customSmallerIsBetter: a median a cell and measure */
export_fn export_github_bigger;    /* customBiggerIsBetter */
export_fn export_bmf;              /* Bencher Metric Format: medians with intervals */
export_fn export_google_benchmark; /* an entry a trial; times of a task, in ns */
export_fn export_benchfmt;         /* Go's: a line a trial; times of a task, in ns */
export_fn export_junit;            /* a case a cell: its status */
export_fn export_hgrm;             /* the response times of one cell of a service, in ms */
export_fn export_hlog;             /* the histograms of response times, where they are kept */
export_fn export_otava;            /* one row: a column a cell and measure */
export_fn export_openmetrics;      /* a gauge a measure, a sample a cell, in base units */

#endif
