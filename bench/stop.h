/* SPDX-License-Identifier: MIT */
#ifndef BENCH_STOP_H
#define BENCH_STOP_H

/*
 * From now on SIGINT, SIGTERM and SIGHUP set a flag instead of ending the
 * program, and a closed pipe is an error of the write instead of a signal: what
 * was measured is to be kept. Returns the flag.
 */
const volatile int *stop_on_signals(void);

#endif
