/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_MAIN_H
#define MAP_MAP_MAIN_H

#include "../command.h"

/* `concbench map`. */
extern const struct command map_command;

#endif
