/* SPDX-License-Identifier: MIT */
#ifndef BENCH_WHOLE_PROCESS_H
#define BENCH_WHOLE_PROCESS_H

/*
 * Whole processes timed from outside by hyperfine: the same tasks as a cell's
 * trials, with start-up and tear-down, where creating threads and processes
 * shows too.
 */
#include "plan.h"
#include "rng.h"

/* Whether hyperfine can be run here. */
bool whole_process_available(void);

/*
 * Time every cell that is marked for it once, in random order, and merge the
 * times into the cells as whole_process_s. Cells that have more than `round`
 * times already, or are not ok, are left alone. 0; -EINTR when *stop was set; another -errno
 * when hyperfine could not be run.
 */
int whole_process_round(
	struct plan *plan, unsigned round, struct rng *rng, const volatile int *stop);

#endif
