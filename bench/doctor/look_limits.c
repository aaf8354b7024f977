/* SPDX-License-Identifier: MIT */
/* What the machine and whoever runs it allow a process, against what the default profile needs. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../profile.h"
#include "cgroup.h"
#include "look.h"
#include "needs.h"

static struct needs default_needs(void)
{
	return needs_of(profile_find("default"));
}

static const char *mib(double bytes, char text[static 32])
{
	snprintf(text, 32, "%.0f MiB", bytes / 1048576);
	return text;
}

void look_cpu_quota(const struct machine *machine, struct symptom *symptom)
{
	double cpus = cgroup_least(machine, &cgroup_cpus);

	if (isnan(cpus))
		tell(symptom, SEVERITY_UNKNOWN, "the control group's CPU quota cannot be read");
	else if (isinf(cpus))
		tell(symptom, SEVERITY_OK, "no control group limits the CPU time");
	else
		tell(symptom, cpus < machine->cpus ? SEVERITY_WARNING : SEVERITY_NOTE,
			"a control group stops all of this after %.2f CPUs' worth of time, and "
			"there are %d",
			cpus, machine->cpus);
}

void look_memory_limit(const struct machine *machine, struct symptom *symptom)
{
	double bytes = cgroup_least(machine, &cgroup_memory);
	char size[32];

	if (isnan(bytes))
		tell(symptom, SEVERITY_UNKNOWN, "the control group's memory limit cannot be read");
	else if (isinf(bytes))
		tell(symptom, SEVERITY_OK, "no control group limits the memory");
	else
		tell(symptom, bytes < MEMORY_LEAST_MIB * 1048576.0 ? SEVERITY_WARNING : SEVERITY_OK,
			"a control group limits the memory to %s", mib(bytes, size));
}

void look_pids_limit(const struct machine *machine, struct symptom *symptom)
{
	double limit = cgroup_least(machine, &cgroup_pids);
	uint64_t needed = default_needs().tasks;

	if (isnan(limit))
		tell(symptom, SEVERITY_UNKNOWN,
			"the control group's limit of processes cannot be read");
	else if (isinf(limit))
		tell(symptom, SEVERITY_OK, "no control group limits the processes");
	else
		tell(symptom, limit < needed ? SEVERITY_WARNING : SEVERITY_OK,
			"a control group allows %.0f processes and threads, and the default "
			"profile needs %" PRIu64,
			limit, needed);
}

struct limit {
	double soft, hard; /* INFINITY for none, NAN where it is not known */
};

static double limit_of(const char *text)
{
	return strcmp(text, "unlimited") == 0 ? INFINITY : strtod(text, NULL);
}

/* The limit of that name in /proc/self/limits. */
static struct limit read_limit(const struct machine *machine, const char *name)
{
	char text[4096], soft[32], hard[32];

	if (!read_text(machine, "/proc/self/limits", text, sizeof text))
		return (struct limit){ NAN, NAN };
	const char *line = strstr(text, name);
	if (!line || sscanf(line + strlen(name), " %31s %31s", soft, hard) != 2)
		return (struct limit){ NAN, NAN };
	return (struct limit){ limit_of(soft), limit_of(hard) };
}

void look_open_files(const struct machine *machine, struct symptom *symptom)
{
	uint64_t needed = default_needs().descriptors;
	double limit = read_limit(machine, "Max open files").hard; /* a run raises its own */

	if (isnan(limit)) {
		tell_unreadable(symptom, "/proc/self/limits");
		return;
	}
	if (isinf(limit)) {
		tell(symptom, SEVERITY_OK, "a process may open any number of files");
		return;
	}
	tell(symptom, limit < needed ? SEVERITY_WARNING : SEVERITY_OK,
		"a process may open %.0f files, and the default profile needs %" PRIu64, limit,
		needed);
	advise(symptom, "ulimit -Hn %" PRIu64 ", as root, in the shell that runs concbench",
		needed);
}

/* What would raise a user's own limit of processes. */
static void advise_processes(struct symptom *symptom, double hard, uint64_t needed)
{
	if (hard >= needed)
		advise(symptom, "ulimit -Su %" PRIu64 " in the shell that runs concbench", needed);
	else
		advise(symptom,
			"a line '* - nproc %" PRIu64 "' in /etc/security/limits.conf, as root",
			needed);
}

/*
 * The lowest of three limits, each of which ends the starting of threads or processes. That of
 * the user is the soft one, which nothing here raises, and does not bind root.
 */
void look_processes(const struct machine *machine, struct symptom *symptom)
{
	static const char threads[] = "/proc/sys/kernel/threads-max",
			  pids[] = "/proc/sys/kernel/pid_max";
	uint64_t needed = default_needs().tasks;
	struct limit limit = read_limit(machine, "Max processes");
	/* The real one, whom the kernel counts. */
	long user = read_own_status(machine, "Uid:");
	double own = user == 0 ? INFINITY : limit.soft, all, most;

	if (user < 0 || isnan(limit.soft) || !read_number(machine, threads, &all) ||
		!read_number(machine, pids, &most)) {
		tell(symptom, SEVERITY_UNKNOWN,
			"/proc/self/limits or status, threads-max or pid_max cannot be read");
		return;
	}
	double least = fmin(own, fmin(all, most));
	tell(symptom, least < needed ? SEVERITY_WARNING : SEVERITY_OK,
		"%.0f processes and threads are allowed, and the default profile needs %" PRIu64,
		least, needed);
	if (least == own)
		advise_processes(symptom, limit.hard, needed);
	else
		advise(symptom, "sysctl -w kernel.%s=%" PRIu64,
			least == all ? "threads-max" : "pid_max", needed);
}

void look_mappings(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/vm/max_map_count";
	uint64_t needed = default_needs().mappings;
	double limit;

	if (!read_number(machine, path, &limit)) {
		tell_unreadable(symptom, path);
		return;
	}
	tell(symptom, limit < needed ? SEVERITY_WARNING : SEVERITY_OK,
		"a process may have %.0f mappings, and the default profile needs %" PRIu64, limit,
		needed);
}
