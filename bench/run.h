/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

/* `concbench run`: argv[0] is "run". Returns the exit status. */
int run_main(int argc, char **argv);

#endif
