/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMPARE_COMPARE_MATCH_H
#define BENCH_COMPARE_COMPARE_MATCH_H

#include "compare_cells.h"

/*
 * Fill pairs, count, common, other_tasks and states of compared: cells are the
 * same by workload, model, concurrency and parameters. 0 or -ENOMEM, which
 * leaves nothing to free.
 */
int compare_match(const json_t *before, const json_t *after, struct compared *compared);

#endif
