/* SPDX-License-Identifier: MIT */
#ifndef BENCH_DATA_H
#define BENCH_DATA_H

/* The files that the program reads of its own: gnuplot's scripts and the like. */

enum { DATA_PATH = 4352 };

/*
 * Where such a file or folder lies, named as in the source tree ("plot/bars.gp"):
 * in PREFIX/share/concbench if it is there, of a program in PREFIX/bin, wherever
 * that was moved to; else in the tree that the program was built in. Returns path.
 * Thread-safe.
 */
const char *data_path(const char *name, char path[static DATA_PATH]);

#endif
