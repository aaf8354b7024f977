/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include "command.h"

/*
 * `concbench plot FILE.json -o DIR`: pictures of a results file, each as SVG
 * and as PNG, drawn by gnuplot with the scripts of plot/.
 */
extern const struct command plot_command;

#endif
