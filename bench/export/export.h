/* SPDX-License-Identifier: MIT */
#ifndef BENCH_EXPORT_H
#define BENCH_EXPORT_H

/* A results file in the shapes that other programs and people read. */
#include <jansson.h>
#include <stdio.h>

/* `concbench export FILE.json --format NAME [-o OUT]`. An exit status. */
int export_main(int argc, char **argv);

/*
 * A format's writer: the whole of a loaded result to out. What the format has
 * no place for is said in notes, a line each, as
 * the program says it. 0 or -errno; errors of the
 * streams are left to the caller, who checks them once at the end.
 */
typedef int export_fn(const json_t *root, FILE *out, FILE *notes);

export_fn export_csv;       /* one row a trial, RFC 4180 quoting, lines end in LF */
export_fn export_markdown;  /* a table a workload */
export_fn export_hyperfine; /* as hyperfine --export-json writes it; times in seconds */

#endif
