/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMPARE_COMPARE_H
#define BENCH_COMPARE_COMPARE_H

/* `concbench compare OLD.json NEW.json`; returns the exit status. */
int compare_main(int argc, char **argv);

#endif
