/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PLOT_DRAW_H
#define BENCH_PLOT_DRAW_H

/* The pictures of groups of cells, each drawn by plot/KIND.gp. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "cells.h"
#include "gnuplot.h"

enum plot_kind { PLOT_THROUGHPUT, PLOT_BARS, PLOT_LATENCY, PLOT_COST, PLOT_KINDS };

enum { PLOT_NAME = 256 };

/* The name of a picture without its ending: KIND-WORKLOAD, -2 and on of its other groups. */
void plot_picture_name(const struct group *group, enum plot_kind kind, char name[static PLOT_NAME]);

/* Whether a picture is to be drawn. */
typedef bool plot_wanted_fn(const struct group *group, enum plot_kind kind);

/*
 * Draw the pictures of groups that are wanted in each of count formats, where
 * gnuplot_open said. An exit status, with what is wrong said on stderr.
 */
int plot_draw(struct gnuplot *gnuplot, const json_t *root, const struct groups *groups,
	const char *const *formats, size_t count, plot_wanted_fn *wanted);

#endif
