/* SPDX-License-Identifier: MIT */
#ifndef MAP_MAP_MAIN_H
#define MAP_MAP_MAIN_H

#include "../command.h"

/* `concbench map`; its options are those of options.h. */
extern const struct command map_command;
int map_main(int argc, char **argv);

#endif
