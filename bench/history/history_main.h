/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_HISTORY_MAIN_H
#define HISTORY_HISTORY_MAIN_H

#include "../command.h"

/* `concbench history add|show|plot`: a folder of results files over time. */
extern const struct command history_command;

#endif
