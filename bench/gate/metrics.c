/* SPDX-License-Identifier: MIT */
#include "metrics.h"

const struct metric gated_metrics[METRICS] = {
	{ "throughput_per_s", FROM_PAIRS, 0, 0.10, true, false },
	{ "elapsed_s", FROM_PAIRS, 0, 0.10, false, true },
	{ "latency_p50_ns", FROM_PAIRS, 0, 0.10, true, false },
	{ "latency_p99_ns", FROM_PAIRS, 0, 0.30, true, false },
	{ "cpu_per_task_s", FROM_PAIRS, 1e-7, 0.20, true, true },
	{ "switches_per_task", FROM_PAIRS, 1, 0.20, true, true },
	{ "peak_memory_kib", FROM_PAIRS, 0, 0.10, true, true },
	{ "system_calls_per_task", FROM_COUNTING, 0.02, 0, true, false },
	{ "allocations_per_task", FROM_COUNTING, 0.02, 0, true, false },
	{ "instructions_per_task", FROM_CALLGRIND, 0, 0, true, false },
};
