/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

/* The results as a person reads them on a terminal of 80 columns. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Print every cell of a results object, then the whole processes; in colours where out has them. */
void table_print(const json_t *root, FILE *out);

/* Only the tables themselves, of what there is so far. */
void table_print_groups(const json_t *root, bool colours, FILE *out);

/* Print text, whose bytes may be more than its columns, to the left of width columns. */
void table_put(FILE *out, const char *text, int width);

/* A number in three digits: "847", "12.3k", "1.05M"; "-" for NAN. */
const char *format_number(double number, char text[static 16]);

/* A time: "850ns", "12.3us", "4.05ms", "1.20s"; "-" for NAN. */
const char *format_time(double seconds, char text[static 16]);

/* A figure by its unit: "8.14KiB" of bytes, a time of ns, else a number; "-" for NAN. */
const char *format_figure(double value, const char *unit, char text[static 16]);

/* Print text in lines that fit, words whole, each line but the first indented; column: where it is.
 */
void table_wrap(FILE *out, const char *text, int column);

/* Tell why cells have no number: what a model cannot do once for all its workloads. */
void table_reasons(FILE *out, const json_t *cells);

/* A line that says how many warnings about the machine a result has, if any. */
void table_warnings(FILE *out, const json_t *root);

#endif
