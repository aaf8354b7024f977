/* SPDX-License-Identifier: MIT */
#include "cpus.h"

#include <errno.h>

int cpus_split(struct cpus *cpus)
{
	cpu_set_t all;

	if (sched_getaffinity(0, sizeof all, &all) != 0)
		return -errno;
	int left = CPU_COUNT(&all) / 4 > 1 ? CPU_COUNT(&all) / 4 : 1;
	if (CPU_COUNT(&all) < 2)
		return -ENODEV;
	CPU_ZERO(&cpus->model);
	CPU_ZERO(&cpus->origin);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all))
			CPU_SET(cpu, left-- > 0 ? &cpus->origin : &cpus->model);
	return 0;
}
