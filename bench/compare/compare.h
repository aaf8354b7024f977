/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMPARE_COMPARE_H
#define BENCH_COMPARE_COMPARE_H

#include "../command.h"

/* `concbench compare OLD.json NEW.json`. */
extern const struct command compare_command;

#endif
