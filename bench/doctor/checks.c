/* SPDX-License-Identifier: MIT */
/* The table: what is looked at, why it matters and what to do about it. */
#include "look.h"

const struct check checks[] = {
	{ "jitter", look_jitter,
		"A trial is as long as its slowest part: what takes a CPU away shows as "
		"latency, and as throughput of whichever model ran just then.",
		"End what else runs (top -H shows it); on a shared host measure at another hour, "
		"with more trials (--trials 15)" },
	{ "steal", look_steal,
		"Time that the host gives to other guests is charged to whatever was running.",
		"Measure on a host of one's own, or at another hour" },
	{ "load", look_load,
		"What runs besides takes CPU time from the trials, from each another share.",
		"End what else runs: ps -eo pid,pcpu,args --sort=-pcpu | head" },
	{ "governor", look_governor,
		"A governor that lowers the frequency of idle CPUs makes models that wait look "
		"slower than those that compute.",
		"cpupower frequency-set -g performance" },
	{ "turbo", look_turbo,
		"The frequency then depends on heat and on how many cores are busy, so models "
		"that use one core run on a faster machine than those that use all.",
		NULL },
	{ "smt", look_smt,
		"Two busy threads on one core slow each other down, so twice the CPUs are not "
		"twice the speed.",
		"echo off > /sys/devices/system/cpu/smt/control" },
	{ "cpus", look_cpus,
		"With one CPU models for several show nothing, and the origin or the load shares "
		"it with the model.",
		"Give concbench two CPUs or more (taskset -pc $$ shows which it has)" },
	{ "cpu-quota", look_cpu_quota,
		"When the quota is used up everything stands still until the next period, mostly "
		"100 ms: pauses that no model has made.",
		"Run without one: docker run without --cpus; systemctl set-property UNIT "
		"CPUQuota=" },
	{ "memory-limit", look_memory_limit,
		"At the limit the kernel first takes the page cache away and then kills.",
		"Raise it: docker run --memory 4g; systemctl set-property UNIT MemoryMax=4G" },
	{ "pids-limit", look_pids_limit,
		"A thread or process more cannot be started: such cells become unavailable.",
		"Raise it: docker run --pids-limit -1; systemctl set-property UNIT "
		"TasksMax=infinity" },
	{ "open-files", look_open_files, "A cell that needs more is refused before the run begins.",
		NULL },
	{ "processes", look_processes,
		"A thread or process more cannot be started: such cells become unavailable.",
		NULL },
	{ "mappings", look_mappings,
		"Each coroutine's stack with its guard takes two: beyond the limit tasks fail.",
		"sysctl -w vm.max_map_count=262144" },
	{ "somaxconn", look_somaxconn,
		"Connections that find no place are tried again after a second.",
		"sysctl -w net.core.somaxconn=4096" },
	{ "ports", look_ports,
		"A connection a request needs a port each, which is held for a minute after.",
		"sysctl -w net.ipv4.ip_local_port_range='10240 65535'" },
	{ "port-reuse", look_reuse,
		"A connection a request (rawget, keep_alive=0) then runs out of ports.",
		"sysctl -w net.ipv4.tcp_tw_reuse=2" },
	{ "aslr", look_aslr,
		"Every trial then has the same layout of memory, whose luck shows as a "
		"difference between programs.",
		"sysctl -w kernel.randomize_va_space=2" },
	{ "memory", look_memory, "What does not fit is swapped out, or killed.",
		"End what else runs: ps -eo pid,rss,args --sort=-rss | head" },
	{ "swap", look_swap, "Memory that comes back from a disk takes a thousand times as long.",
		"swapoff -a" },
	{ "huge-pages", look_thp,
		"Stacks and buffers then grow to 2 MiB each as the kernel sees fit, which "
		"changes both memory and speed from run to run.",
		"echo madvise > /sys/kernel/mm/transparent_hugepage/enabled" },
	{ "overcommit", look_overcommit,
		"Stacks are asked for whole and used in part, so thousands of them are refused.",
		"sysctl -w vm.overcommit_memory=0" },
	{ "clock", look_clocksource,
		"Each task reads the clock twice, and that then takes a microsecond or so.",
		"echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource" },
	{ "virtual", look_virtual,
		"Neighbours are not under control, and CPUs and disks are what the host makes of "
		"them. Compare only numbers of the same guest.",
		"Nothing from inside: for numbers that are to last use a machine of one's own" },
	{ "ptrace", look_ptrace,
		"Gates count system calls by it (trial --counts), and under a tracer each of "
		"them takes many times as long.",
		"sysctl -w kernel.yama.ptrace_scope=1" },
	{ "perf", look_perf,
		"concbench does not need it; it tells where a model's time goes: perf record "
		"concbench trial.",
		"sysctl -w kernel.perf_event_paranoid=2" },
	{ "build", look_build, "What is measured is this build.", "make clean all" },
	{ "models", look_models, "Their cells are unavailable.",
		"Nothing, where they are not needed; the reason says what is missing" },
	{ "gnuplot", look_gnuplot, "Without it there are no pictures.",
		"apt-get install gnuplot-nox" },
	{ "hyperfine", look_hyperfine, "Without it no whole processes are timed.",
		"apt-get install hyperfine" },
	{ "valgrind", look_valgrind, "Without it a gate cannot count instructions.",
		"apt-get install valgrind" },
	{ 0 },
};
