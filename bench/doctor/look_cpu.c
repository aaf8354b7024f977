/* SPDX-License-Identifier: MIT */
/* The CPUs: who else uses them, how fast they are, and whose they are. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "look.h"

void look_jitter(const struct machine *machine, struct symptom *symptom)
{
	const struct probe *probe = machine->probe;

	if (!probe || probe->cpus == 0) {
		tell(symptom, SEVERITY_UNKNOWN,
			probe ? "no thread could be pinned to a CPU" : "the CPUs were not probed");
		return;
	}
	double longest_ms = probe->longest_ns / 1e6;
	enum severity severity = probe->lost_share > 0.01 || longest_ms > 10 ? SEVERITY_WARNING
		: probe->lost_share > 0.001 || longest_ms > 1                ? SEVERITY_NOTE
									     : SEVERITY_OK;
	tell(symptom, severity,
		"CPU %d, the worst of %d, was taken away %llu times in %.1f s for over %d us: "
		"%.2f ms at the longest, %.2f %% of the time",
		probe->worst_cpu, probe->cpus, (unsigned long long)probe->gaps, probe->seconds,
		PROBE_THRESHOLD_NS / 1000, longest_ms, 100 * probe->lost_share);
}

void look_steal(const struct machine *machine, struct symptom *symptom)
{
	const struct probe *probe = machine->probe;

	if (!probe || isnan(probe->steal_share)) {
		tell(symptom, SEVERITY_UNKNOWN,
			probe ? "/proc/stat tells no steal time" : "the CPUs were not probed");
		return;
	}
	tell(symptom, probe->steal_share > 0.01 ? SEVERITY_WARNING : SEVERITY_OK,
		"the host gave %.1f %% of this machine's CPU time to others, in %.1f s",
		100 * probe->steal_share, probe->seconds);
}

void look_load(const struct machine *machine, struct symptom *symptom)
{
	double load;

	if (!read_number(machine, "/proc/loadavg", &load)) {
		tell_unreadable(symptom, "/proc/loadavg");
		return;
	}
	tell(symptom, load > 0.5 * machine->online ? SEVERITY_WARNING : SEVERITY_OK,
		"the load average is %.2f on %d CPUs", load, machine->online);
}

void look_governor(const struct machine *machine, struct symptom *symptom)
{
	char path[96], name[64], other[64] = "";
	int known = 0, others = 0;

	for (int cpu = 0;; cpu++) {
		snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d", cpu);
		if (!is_there(machine, path))
			break;
		snprintf(path, sizeof path,
			"/sys/devices/system/cpu/cpu%d/cpufreq/scaling_governor", cpu);
		if (!read_text(machine, path, name, sizeof name))
			continue;
		known++;
		if (strcmp(name, "performance") == 0)
			continue;
		others++;
		snprintf(other, sizeof other, "%s", name);
	}
	if (known == 0)
		tell(symptom, SEVERITY_UNKNOWN,
			"no CPU tells its frequency governor, as in most virtual machines");
	else if (others > 0)
		tell(symptom, SEVERITY_WARNING, "the frequency governor of %d of %d CPUs is %s",
			others, known, other);
	else
		tell(symptom, SEVERITY_OK, "the frequency governor of all %d CPUs is performance",
			known);
}

void look_turbo(const struct machine *machine, struct symptom *symptom)
{
	static const char intel[] = "/sys/devices/system/cpu/intel_pstate/no_turbo";
	static const char boost[] = "/sys/devices/system/cpu/cpufreq/boost";
	double number;

	if (read_number(machine, intel, &number)) {
		tell(symptom, number > 0 ? SEVERITY_OK : SEVERITY_NOTE, "turbo is %s",
			number > 0 ? "off" : "on");
		advise(symptom, "echo 1 > %s", intel);
	} else if (read_number(machine, boost, &number)) {
		tell(symptom, number > 0 ? SEVERITY_NOTE : SEVERITY_OK, "boost is %s",
			number > 0 ? "on" : "off");
		advise(symptom, "echo 0 > %s", boost);
	} else {
		tell(symptom, SEVERITY_UNKNOWN,
			"no file tells whether the CPU raises its frequency by itself");
	}
}

void look_smt(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/sys/devices/system/cpu/smt/active";
	double active;

	if (!read_number(machine, path, &active))
		tell_unreadable(symptom, path);
	else
		tell(symptom, active > 0 ? SEVERITY_NOTE : SEVERITY_OK, "hyper-threading is %s",
			active > 0 ? "on: two CPUs may share one core" : "off");
}

void look_cpus(const struct machine *machine, struct symptom *symptom)
{
	tell(symptom, machine->cpus < 2 ? SEVERITY_WARNING : SEVERITY_OK,
		machine->cpus < 2 ? "a run may use one CPU" : "a run may use %d CPUs",
		machine->cpus);
}

void look_clocksource(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] =
		"/sys/devices/system/clocksource/clocksource0/current_clocksource";
	static const char *const fast[] = { "tsc", "kvm-clock", "arch_sys_counter",
		"hyperv_clocksource_tsc_page", "timebase" };
	char name[64];

	if (!read_text(machine, path, name, sizeof name)) {
		tell_unreadable(symptom, path);
		return;
	}
	for (size_t i = 0; i < sizeof fast / sizeof *fast; i++)
		if (strcmp(name, fast[i]) == 0) {
			tell(symptom, SEVERITY_OK, "the clock is %s", name);
			return;
		}
	tell(symptom, SEVERITY_WARNING, "the clock is %s, which a system call has to read", name);
}

/* What a container leaves behind, or NULL. */
static const char *container_of(const struct machine *machine)
{
	static const char *const marks[] = { "/.dockerenv", "/run/.containerenv",
		"/run/systemd/container" };

	for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
		if (is_there(machine, marks[i]))
			return marks[i];
	return NULL;
}

void look_virtual(const struct machine *machine, struct symptom *symptom)
{
	char info[8192], vendor[64];
	const char *container = container_of(machine);
	bool known = read_text(machine, "/proc/cpuinfo", info, sizeof info) &&
		strstr(info, "flags");
	bool guest = known && strstr(info, " hypervisor");
	bool named = read_text(machine, "/sys/class/dmi/id/sys_vendor", vendor, sizeof vendor);

	if (guest || container)
		tell(symptom, SEVERITY_NOTE, "this is %s%s%s%s%s%s",
			guest ? "a virtual machine" : "", guest && named ? " of " : "",
			guest && named ? vendor : "", guest && container ? ", and " : "",
			container ? "a container, by " : "", container ? container : "");
	else if (!known)
		tell(symptom, SEVERITY_UNKNOWN, "/proc/cpuinfo tells no flags of the CPU");
	else
		tell(symptom, SEVERITY_OK, "no sign of a virtual machine or a container");
}
