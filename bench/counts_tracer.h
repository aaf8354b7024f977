/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COUNTS_TRACER_H
#define BENCH_COUNTS_TRACER_H

#include <stdbool.h>
#include <sys/types.h>

#include "counts_page.h"

/*
 * Trace pid as counts_trace says, and count its system calls while the page is
 * open. Writes 0 or a -errno, an int, to ready once it does, or cannot. For a
 * process of its own, which ends with what it traces. Only async-signal-safe calls but for /proc's.
 */
_Noreturn void counts_tracer(struct counts_page *page, pid_t pid, bool with_children, int ready);

#endif
