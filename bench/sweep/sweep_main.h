/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_SWEEP_MAIN_H
#define SWEEP_SWEEP_MAIN_H

#include "../command.h"

/* `concbench sweep`; its options are those of options.h. */
extern const struct command sweep_command;
int sweep_main(int argc, char **argv);

#endif
