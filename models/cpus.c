/* SPDX-License-Identifier: MIT */
#include "cpus.h"

#include <sched.h>

int cpus_count(void)
{
	cpu_set_t all;

	return sched_getaffinity(0, sizeof all, &all) == 0 ? CPU_COUNT(&all) : 1;
}
