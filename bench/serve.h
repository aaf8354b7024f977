/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SERVE_H
#define BENCH_SERVE_H

/* `concbench serve`: a service under a model, by hand or for a trial. */

/*
 * Prints the address it listens on as one line when clients can connect, and
 * serves until SIGTERM or SIGINT. Returns the exit status.
 */
int serve_main(int argc, char **argv);

#endif
