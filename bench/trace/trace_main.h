/* SPDX-License-Identifier: MIT */
#ifndef TRACE_TRACE_MAIN_H
#define TRACE_TRACE_MAIN_H

#include "../command.h"

/* `concbench trace`: the timeline of every task of a small run. */
extern const struct command trace_command;

#endif
