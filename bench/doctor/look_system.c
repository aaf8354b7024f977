/* SPDX-License-Identifier: MIT */
/* How the kernel is set up: its network, its memory, and who may watch whom. */
#include <stdio.h>
#include <string.h>

#include "look.h"

enum { BACKLOG = 4096, PORTS_LEAST = 20000 };

void look_somaxconn(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/net/core/somaxconn";
	double limit;

	if (!read_number(machine, path, &limit)) {
		tell_unreadable(symptom, path);
		return;
	}
	tell(symptom, limit < BACKLOG ? SEVERITY_WARNING : SEVERITY_OK,
		"%.0f connections can wait for a server, and the servers here ask for %d", limit,
		BACKLOG);
}

void look_ports(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/net/ipv4/ip_local_port_range";
	char text[64];
	int low, high;

	if (!read_text(machine, path, text, sizeof text) ||
		sscanf(text, "%d %d", &low, &high) != 2) {
		tell_unreadable(symptom, path);
		return;
	}
	int ports = high - low + 1;
	tell(symptom, ports < PORTS_LEAST ? SEVERITY_WARNING : SEVERITY_OK,
		"connections leave from %d ports, %d to %d", ports, low, high);
}

void look_reuse(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/net/ipv4/tcp_tw_reuse";
	double reuse;

	if (!read_number(machine, path, &reuse)) {
		tell_unreadable(symptom, path);
		return;
	}
	tell(symptom, reuse > 0 ? SEVERITY_OK : SEVERITY_WARNING,
		"a closed connection's port is %s",
		reuse > 0 ? "used again after a second (tcp_tw_reuse)"
			  : "held back for a minute (tcp_tw_reuse=0)");
}

void look_aslr(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/kernel/randomize_va_space";
	double number;

	if (!read_number(machine, path, &number)) {
		tell_unreadable(symptom, path);
		return;
	}
	tell(symptom, number > 0 ? SEVERITY_OK : SEVERITY_NOTE, "address space layouts are %s",
		number > 0 ? "random" : "all the same (ASLR is off)");
}

/* Swapped out in KiB, of each line after the head of /proc/swaps. */
static double used_kib(const char *text)
{
	double sum = 0, used;

	for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n'))
		if (sscanf(line, " %*s %*s %*s %lf", &used) == 1)
			sum += used;
	return sum;
}

void look_swap(const struct machine *machine, struct symptom *symptom)
{
	char text[4096];

	if (!read_text(machine, "/proc/swaps", text, sizeof text)) {
		tell_unreadable(symptom, "/proc/swaps");
		return;
	}
	double kib = used_kib(text);
	if (kib > 0)
		tell(symptom, SEVERITY_WARNING, "%.0f MiB of memory are swapped out", kib / 1024);
	else
		tell(symptom, strchr(text, '\n') ? SEVERITY_NOTE : SEVERITY_OK, "%s",
			strchr(text, '\n') ? "there is swap space, and none of it is in use"
					   : "there is no swap space");
}

void look_thp(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/sys/kernel/mm/transparent_hugepage/enabled";
	char text[64];

	if (!read_text(machine, path, text, sizeof text)) {
		tell_unreadable(symptom, path);
		return;
	}
	bool always = strstr(text, "[always]");
	tell(symptom, always ? SEVERITY_NOTE : SEVERITY_OK, "transparent huge pages are %s",
		always                            ? "always made"
			: strstr(text, "[never]") ? "never made"
						  : "made where a program asks for them");
}

void look_memory(const struct machine *machine, struct symptom *symptom)
{
	char text[4096];
	double kib;

	if (!read_text(machine, "/proc/meminfo", text, sizeof text)) {
		tell_unreadable(symptom, "/proc/meminfo");
		return;
	}
	const char *line = strstr(text, "MemAvailable:");
	if (!line || sscanf(line, "MemAvailable: %lf", &kib) != 1) {
		tell(symptom, SEVERITY_UNKNOWN, "/proc/meminfo has no MemAvailable");
		return;
	}
	tell(symptom, kib < MEMORY_LEAST_MIB * 1024.0 ? SEVERITY_WARNING : SEVERITY_OK,
		"%.0f MiB of memory are available", kib / 1024);
}

void look_overcommit(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/vm/overcommit_memory";
	double mode;

	if (!read_number(machine, path, &mode)) {
		tell_unreadable(symptom, path);
		return;
	}
	tell(symptom, mode == 2 ? SEVERITY_WARNING : SEVERITY_OK, "memory that is asked for is %s",
		mode == 2 ? "all set aside (overcommit_memory=2)" : "set aside when it is used");
}

void look_ptrace(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/kernel/yama/ptrace_scope";
	int tracer = read_own_status(machine, "TracerPid:");
	double scope;

	if (tracer > 0) {
		tell(symptom, SEVERITY_WARNING, "process %d traces this one", tracer);
		advise(symptom, "run concbench outside the debugger or strace");
	} else if (tracer < 0 || !read_number(machine, path, &scope)) {
		tell_unreadable(symptom, tracer < 0 ? "/proc/self/status" : path);
	} else {
		tell(symptom, scope >= 3 ? SEVERITY_NOTE : SEVERITY_OK,
			"a process %s trace its parent", scope >= 3 ? "cannot" : "can");
	}
}

void look_perf(const struct machine *machine, struct symptom *symptom)
{
	static const char path[] = "/proc/sys/kernel/perf_event_paranoid";
	double level;

	if (!read_number(machine, path, &level)) {
		tell_unreadable(symptom, path);
		return;
	}
	tell(symptom, level > 2 ? SEVERITY_NOTE : SEVERITY_OK, "perf %s for users but root",
		level > 2 ? "is forbidden" : "works");
}
