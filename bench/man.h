/* SPDX-License-Identifier: MIT */
#ifndef BENCH_MAN_H
#define BENCH_MAN_H

#include "command.h"

/* `concbench man`: prints the manual page, concbench(1), made of the program's tables. */
extern const struct command man_command;

#endif
