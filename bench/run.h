/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "command.h"

/* `concbench run`; its options are those of bench/plan.h. */
extern const struct command run_command;
int run_main(int argc, char **argv);

#endif
