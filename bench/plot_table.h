/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PLOT_TABLE_H
#define BENCH_PLOT_TABLE_H

/*
 * What the scripts of plot/ read: for each group of cells a table, the words
 * for cells without a number, and a few facts as gnuplot assignments. Times
 * are in seconds. plot/README.md lists columns and facts.
 */
#include <jansson.h>
#include <stdio.h>

#include "cells.h"

/* Facts that are the same for every group: which column of the table is what. */
void plot_put_columns(FILE *out);

/*
 * Tab-separated, one row a model and concurrency, a block a model (two empty
 * lines between), NaN for what is missing.
 */
void plot_put_table(const struct group *group, FILE *out);

/* Tab-separated: row, x, text, for each cell that has no throughput to show. */
void plot_put_words(const struct group *group, FILE *out);

/*
 * The concurrency that is shown where only one can be: the highest at which most models
 * have a value, else where the most have one.
 */
json_int_t plot_concurrency(const struct group *group);

/* The facts of a group, as gnuplot assignments. */
void plot_put_facts(const struct group *group, const json_t *root, FILE *out);

/*
 * The place in the palette. That of the program's own models is fixed, so that
 * a model looks the same in every picture of every run; others come after, in
 * the order of names, which has model.
 */
size_t plot_style(const char *const *names, const char *model);

/* The facts parameters and parameters_more: broken after a comma to fit a picture. */
void plot_put_parameters(const json_t *params, FILE *out);

/* A text as a gnuplot string in which nothing is expanded. */
void plot_put_quoted(const char *text, FILE *out);

#endif
