/* SPDX-License-Identifier: MIT */
#ifndef BENCH_GATE_GATE_WORDS_H
#define BENCH_GATE_GATE_WORDS_H

/* How the outputs of a gate name and write what it found. Thread-safe but for the streams. */
#include <jansson.h>
#include <stdio.h>

#include "gate_rows.h"

enum { GATE_TEXT_MAX = 64 };

/* "throughput", "p99", "CPU/task"; of a metric unknown here its own name. */
const char *gate_metric_word(const json_t *metric);

/* A median with its unit: "12.3k/s", "4.05ms", "8.14MiB", "0.420"; "-" where there is none. */
const char *gate_value(const json_t *metric, const char *arm, char text[static GATE_TEXT_MAX]);

/*
 * How much worse: "+8.1%", "-0.25%", from twice as much on "x2.5"; "from 0"
 * where base had none of it, which has no ratio; "-" where it is not known.
 */
const char *gate_row_middle(const struct gate_row *row, char text[static GATE_TEXT_MAX]);

/* The same with its interval: "+8.1% [+6.9, +9.4]", "x2.19 [x1.98, x2.26]". */
const char *gate_row_change(const struct gate_row *row, char text[static GATE_TEXT_MAX]);

/* "3%", "4.3%"; "-" where there is no threshold. */
const char *gate_threshold(const json_t *metric, char text[static GATE_TEXT_MAX]);

/* "0.0011", "<0.0001"; "-" where there is none. */
const char *gate_p(const json_t *metric, char text[static GATE_TEXT_MAX]);

/* "4 min 0 s", "8.4 s"; "-" for NAN. */
const char *gate_duration(double seconds, char text[static GATE_TEXT_MAX]);

/*
 * What a person calls the cell, to be freed: "primes threads c=64", with its
 * parameters where another cell would be called the same; of two commands,
 * their name. NULL without memory.
 */
char *gate_cell_name(const json_t *gate, const json_t *cell);

/* What came of it, in one word: "Pass", "Regression", "Inconclusive". */
const char *gate_verdict_word(const json_t *gate);

/* The rest of the sentence: which arms, how many metrics of how many cells. Without a full stop. */
void gate_verdict_sentence(const json_t *gate, const struct gate_counts *counts, FILE *out);

/* What one of the arms is: "main (7cd9055abcde)". */
void gate_arm(const json_t *gate, const char *arm, FILE *out);

/* How a cell broke: "crashed in head: signal 11", to be freed; NULL where it did not, or without
 * memory. */
char *gate_broken(const json_t *cell);

#endif
