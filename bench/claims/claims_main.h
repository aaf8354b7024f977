/* SPDX-License-Identifier: MIT */
#ifndef CLAIMS_MAIN_H
#define CLAIMS_MAIN_H

/* `concbench claims`: each claim of the textbooks, measured on this machine. */
#include "../command.h"

extern const struct command claims_command;

#endif
