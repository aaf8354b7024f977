/* SPDX-License-Identifier: MIT */
#include "idle.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "../../models/io.h"

/* Ticks in which any of the CPUs was idle or waited for a disk, since the start; or -1. */
static int64_t idle_ticks(const cpu_set_t *cpus)
{
	FILE *file = fopen("/proc/stat", "re");
	char line[512];
	long long ticks = 0, idle, wait;
	int cpu, seen = 0;

	if (!file)
		return -1;
	while (fgets(line, sizeof line, file)) {
		if (sscanf(line, "cpu%d %*d %*d %*d %lld %lld", &cpu, &idle, &wait) != 3 ||
			cpu < 0 || cpu >= CPU_SETSIZE || !CPU_ISSET(cpu, cpus))
			continue;
		ticks += idle + wait;
		seen++;
	}
	fclose(file);
	return seen == CPU_COUNT(cpus) ? ticks : -1;
}

void idle_begin(struct idle *idle, const cpu_set_t *cpus, unsigned threads)
{
	CPU_ZERO(&idle->cpus);
	if (cpus)
		idle->cpus = *cpus;
	else
		sched_getaffinity(0, sizeof idle->cpus, &idle->cpus);
	idle->left = CPU_COUNT(&idle->cpus) - (cpus ? 0 : (int)threads);
	idle->start_ns = io_now_ns();
	idle->start_ticks = idle_ticks(&idle->cpus);
}

double idle_end(const struct idle *idle)
{
	enum { TICKS_LEAST = 20 }; /* the kernel counts whole ticks, so that fewer say little */
	double ticks = (io_now_ns() - idle->start_ns) / 1e9 * sysconf(_SC_CLK_TCK);
	int64_t end_ticks = idle_ticks(&idle->cpus);

	if (idle->left <= 0 || idle->start_ticks < 0 || end_ticks < 0 || ticks < TICKS_LEAST)
		return NAN;
	return fmin(1, (end_ticks - idle->start_ticks) / ticks / idle->left);
}
