/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LIST_H
#define BENCH_LIST_H

#include "command.h"

/* `concbench list [models|workloads|profiles|demonstrations] [--json]`. */
extern const struct command list_command;

#endif
