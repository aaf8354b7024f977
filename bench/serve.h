/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

#include "command.h"

/*
 * `concbench serve`: a service under a model, by hand or for a trial. Prints the
 * address it listens on as one line when clients can connect, and serves until
 * SIGTERM or SIGINT.
 */
extern const struct command serve_command;

#endif
