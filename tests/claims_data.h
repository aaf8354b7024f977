/* SPDX-License-Identifier: MIT */
#ifndef TESTS_CLAIMS_DATA_H
#define TESTS_CLAIMS_DATA_H

/* For every claim, what its trials read where it is true, and where all of it is false. */
#include <stddef.h>

enum { CLAIM_ROWS_MAX = 10 };

struct claim_row {
	const char *arm, *reads;
	double good, bad;
};

static const struct claim_data {
	const char *name;
	struct claim_row rows[CLAIM_ROWS_MAX];
} claim_data[] = {
	{ "waits",
		{ { "blocking", "elapsed_s", 0.201, 0.05 }, { "threads", "elapsed_s", 0.042, 0.2 },
			{ "coroutine", "elapsed_s", 0.041, 0.2 } } },
	{ "tasks",
		{ { "in turn", "elapsed_s", 0.121, 0.041 }, { "at once", "elapsed_s", 0.041, 0.12 },
			{ "handler, in turn", "latency_p50_ns", 32e6, 11e6 },
			{ "handler, at once", "latency_p50_ns", 11e6, 32e6 } } },
	{ "order",
		{ { "runtime", "argument_order", 1.02, 0.2 },
			{ "runtime", "ending_order", 1.02, 0.2 } } },
	{ "switch",
		{ { "threads", "throughput_per_s", 3e4, 3e6 },
			{ "threads", "switches_per_task", 1, 0.001 },
			{ "coroutine", "throughput_per_s", 3e7, 3e6 },
			{ "coroutine", "switches_per_task", 1e-4, 1 },
			{ "stackless", "throughput_per_s", 2e8, 3e6 },
			{ "stackless", "switches_per_task", 1e-4, 1 } } },
	{ "memory",
		{ { "threads", "bytes_per_child", 28000, 8000 },
			{ "stackful", "bytes_per_child", 8200, 8000 },
			{ "stackless", "bytes_per_child", 80, 8000 } } },
	{ "threads",
		{ { "threads, 1", "throughput_per_s", 2e4, 3e4 },
			{ "coroutine, 1", "throughput_per_s", 3e4, 3e4 },
			{ "threads, 100", "throughput_per_s", 8e4, 9e4 },
			{ "coroutine, 100", "throughput_per_s", 14e4, 8e4 },
			{ "threads, 1000", "throughput_per_s", 6e4, 9e4 },
			{ "coroutine, 1000", "throughput_per_s", 12e4, 8e4 } } },
	{ "cpu",
		{ { "blocking, long", "throughput_per_s", 250, 250 },
			{ "coroutine, long", "throughput_per_s", 250, 480 },
			{ "threads, long", "throughput_per_s", 480, 250 },
			{ "processes, long", "throughput_per_s", 450, 250 },
			{ "blocking, short", "throughput_per_s", 5e5, 5e5 },
			{ "coroutine, short", "throughput_per_s", 5e5, 9e5 },
			{ "threads, short", "throughput_per_s", 9e5, 8e4 },
			{ "processes, short", "throughput_per_s", 9e5, 3e3 } } },
	{ "crash",
		{ { "processes", "finished", 7, 0 }, { "threads", "finished", 0, 7 },
			{ "coroutine", "finished", 0, 7 } } },
	{ "stall",
		{ { "on the loop", "late_max", 49e6, 1e6 }, { "offloaded", "late_max", 1e6, 1e6 },
			{ "threads", "late_max", 1e6, 1e6 } } },
	{ "queue",
		{ { "blocking, 1", "latency_p50_ns", 5e6, 5e6 },
			{ "blocking, 8", "latency_p50_ns", 41e6, 6e6 },
			{ "coroutine, 1", "latency_p50_ns", 5e6, 5e6 },
			{ "coroutine, 8", "latency_p50_ns", 6e6, 40e6 } } },
	{ "efficiency",
		{ { "threads, 1", "throughput_per_s", 800, 800 },
			{ "coroutine, 1", "throughput_per_s", 1000, 800 },
			{ "threads, 100", "throughput_per_s", 12e3, 24e3 },
			{ "coroutine, 100", "throughput_per_s", 24e3, 12e3 },
			{ "threads, 1000", "throughput_per_s", 12e3, 12e3 },
			{ "coroutine, 1000", "throughput_per_s", 24e3, 10e3 },
			{ "threads, sleep", "throughput_per_s", 28e3, 28e3 },
			{ "coroutine, sleep", "throughput_per_s", 3e5, 28e3 } } },
	{ "single",
		{ { "blocking, fetch", "throughput_per_s", 9e3, 6e3 },
			{ "coroutine, fetch", "throughput_per_s", 8e3, 8e3 },
			{ "blocking, file", "throughput_per_s", 4e4, 1e4 },
			{ "coroutine, file", "throughput_per_s", 1e4, 4e4 },
			{ "blocking, sleep", "throughput_per_s", 940, 500 },
			{ "coroutine, sleep", "throughput_per_s", 940, 940 } } },
	{ "locks",
		{ { "threads", "lost_updates", 1e6, 0 }, { "coroutine", "lost_updates", 0, 1e3 },
			{ "across", "lost_updates", 3000, 0 } } },
	{ "deadlock",
		{ { "opposite", "deadlocks", 0, 1 }, { "opposite", "named", 0, 2 },
			{ "same order", "deadlocks", 0, 1 }, { "same order", "named", 0, 2 } } },
	{ "errors", { { "runtime", "told", 2, 0 } } },
	{ "overlap",
		{ { "blocking, 20 %", "cpu_share", 0.2, 0.2 },
			{ "blocking, 20 %", "elapsed_s", 0.2, 0.2 },
			{ "coroutine, 20 %", "cpu_share", 0.9, 0.2 },
			{ "coroutine, 20 %", "elapsed_s", 0.05, 0.2 },
			{ "blocking, 90 %", "cpu_share", 0.5, 0.9 },
			{ "blocking, 90 %", "elapsed_s", 0.4, 0.2 },
			{ "coroutine, 90 %", "cpu_share", 1.0, 1.0 },
			{ "coroutine, 90 %", "elapsed_s", 0.2, 0.2 } } },
	{ "contagion",
		{ { "awaited", "throughput_per_s", 3000, 200 },
			{ "easy", "throughput_per_s", 190, 2000 },
			{ "blocking", "throughput_per_s", 190, 190 } } },
	{ "mixed",
		{ { "one loop, 5 %", "throughput_per_s", 370, 150 },
			{ "loop a core, 5 %", "throughput_per_s", 375, 370 },
			{ "loop and pool, 5 %", "throughput_per_s", 375, 370 },
			{ "one loop, 80 %", "throughput_per_s", 240, 120 },
			{ "loop a core, 80 %", "throughput_per_s", 240, 230 },
			{ "loop and pool, 80 %", "throughput_per_s", 240, 230 } } },
};

enum { CLAIM_DATA = sizeof claim_data / sizeof *claim_data };

#endif
