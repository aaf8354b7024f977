/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../../models/io.h"

/* One CPU and what its thread saw. */
struct watch {
	int cpu;
	int64_t from_ns, until_ns;
	pthread_t thread;
	bool started, pinned;
	uint64_t gaps;
	int64_t longest_ns, lost_ns;
};

int steal_read(FILE *stat, struct steal *steal)
{
	uint64_t user, nice, system, idle, iowait, irq, softirq, stolen;

	if (fscanf(stat,
		    "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		    " %" SCNu64 " %" SCNu64,
		    &user, &nice, &system, &idle, &iowait, &irq, &softirq, &stolen) != 8)
		return -EINVAL;
	steal->stolen = stolen;
	steal->total = user + nice + system + idle + iowait + irq + softirq + stolen;
	return 0;
}

double steal_share(const struct steal *before, const struct steal *after)
{
	if (after->total <= before->total || after->stolen < before->stolen)
		return NAN;
	return (double)(after->stolen - before->stolen) / (after->total - before->total);
}

static int read_steal(struct steal *steal)
{
	FILE *stat = fopen("/proc/stat", "re");

	if (!stat)
		return -errno;
	int err = steal_read(stat, steal);
	fclose(stat);
	return err;
}

static void *spin(void *argument)
{
	struct watch *watch = argument;
	cpu_set_t own;

	CPU_ZERO(&own);
	CPU_SET(watch->cpu, &own);
	watch->pinned = pthread_setaffinity_np(pthread_self(), sizeof own, &own) == 0;
	int64_t last_ns = io_now_ns();
	while (watch->pinned && last_ns < watch->until_ns) {
		int64_t now_ns = io_now_ns(), gap_ns = now_ns - last_ns;
		if (gap_ns > PROBE_THRESHOLD_NS && last_ns >= watch->from_ns) {
			watch->gaps++;
			watch->lost_ns += gap_ns;
			if (gap_ns > watch->longest_ns)
				watch->longest_ns = gap_ns;
		}
		last_ns = now_ns;
	}
	return NULL;
}

/* A thread a CPU, all at once. The first ms, in which they are started, does not count. */
static void watch_all(double seconds, struct watch *watches, int count)
{
	int64_t from_ns = io_now_ns() + 1000000;

	for (int i = 0; i < count; i++) {
		watches[i].from_ns = from_ns;
		watches[i].until_ns = from_ns + (int64_t)(seconds * 1e9);
		watches[i].started = pthread_create(&watches[i].thread, NULL, spin, &watches[i]) ==
			0;
	}
	for (int i = 0; i < count; i++)
		if (watches[i].started)
			pthread_join(watches[i].thread, NULL);
}

static void note_worst(struct probe *probe, const struct watch *watch)
{
	double lost_share = watch->lost_ns / 1e9 / probe->seconds;

	if (!watch->started || !watch->pinned)
		return;
	if (probe->cpus++ > 0 && lost_share <= probe->lost_share)
		return;
	probe->worst_cpu = watch->cpu;
	probe->gaps = watch->gaps;
	probe->longest_ns = watch->longest_ns;
	probe->lost_share = lost_share;
}

void probe_run(double seconds, struct probe *probe)
{
	struct watch *watches = calloc(CPU_SETSIZE, sizeof *watches);
	struct steal before = { 0 }, after = { 0 };
	cpu_set_t all;
	int count = 0;

	*probe = (struct probe){ .seconds = seconds, .steal_share = NAN };
	CPU_ZERO(&all);
	sched_getaffinity(0, sizeof all, &all);
	for (int cpu = 0; watches && cpu < CPU_SETSIZE; cpu++)
		if (CPU_ISSET(cpu, &all))
			watches[count++].cpu = cpu;
	int err = read_steal(&before);
	watch_all(seconds, watches, count);
	if (!err && read_steal(&after) == 0)
		probe->steal_share = steal_share(&before, &after);
	for (int i = 0; i < count; i++)
		note_worst(probe, &watches[i]);
	free(watches);
}
