/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LIST_H
#define BENCH_LIST_H

/* `concbench list [models|workloads|profiles] [--json]`. Returns the exit status. */
int list_main(int argc, char **argv);

#endif
