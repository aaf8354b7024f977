/* SPDX-License-Identifier: MIT */
/*
 * What a probe (models/trace.h) costs that is off, in ns: a loop with two of them,
 * as at a task's wait, less the same loop without, in turns; the median.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../models/io.h"
#include "../../models/trace.h"

enum { PAIRS = 31, LAPS = 4000000, PROBES = 2 };

/* Neither memory nor the strand is known afterwards, as after a wait. */
static inline uint32_t anything(uint32_t strand)
{
	__asm__ volatile("" : "+r"(strand)::"memory");
	return strand;
}

__attribute__((noinline)) static void without(void)
{
	for (long i = 0; i < LAPS; i++)
		anything(0);
}

__attribute__((noinline)) static void with(void)
{
	for (long i = 0; i < LAPS; i++) {
		uint32_t strand = trace_leave();
		trace_return(anything(strand));
	}
}

static double lap_ns(void (*loop)(void))
{
	int64_t before_ns = io_now_ns();

	loop();
	return (double)(io_now_ns() - before_ns) / LAPS;
}

static int compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

int main(void)
{
	double more_ns[PAIRS];

	for (int i = 0; i < PAIRS; i++) {
		double bare_ns = lap_ns(without);
		more_ns[i] = (lap_ns(with) - bare_ns) / PROBES;
	}
	qsort(more_ns, PAIRS, sizeof *more_ns, compare);
	printf("%.3f\n", more_ns[PAIRS / 2]);
	return 0;
}
