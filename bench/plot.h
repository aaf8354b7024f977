/* SPDX-License-Identifier: MIT */
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

/*
 * `concbench plot FILE.json -o DIR`: pictures of a results file, each as SVG
 * and as PNG, drawn by gnuplot with the scripts of plot/. An exit status.
 */
int plot_main(int argc, char **argv);

#endif
