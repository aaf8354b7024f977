/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <stddef.h>
#include <string.h>

/* A service's point has no number of tasks: its load lasts for a time. */
enum { SERVED = 1 };

#define SHORT_LOAD "warmup_ms=20", "duration_ms=220"
#define LOAD "warmup_ms=100", "duration_ms=300"

static const struct profile_row quick[] = {
	{ .workload = "null", .points = { { 10, 500, 1 } } },
	{ .workload = "sleep", .points = { { 1, 20 }, { 100, 200 } } },
	{ .workload = "fetch", .points = { { 1, 20 }, { 100, 200 } } },
	{ .workload = "rawget", .points = { { 1, 20 }, { 100, 200 } } },
	{ .workload = "download", .points = { { 10, 40 } } },
	{ .workload = "file", .points = { { 10, 100 } } },
	{ .workload = "randread", .params = { "file_mib=4" }, .points = { { 10, 50 } } },
	{ .workload = "primes", .points = { { PROFILE_CORES, 16 } } },
	{ .workload = "sha256", .points = { { PROFILE_CORES, 64 } } },
	{ .workload = "mixed", .points = { { 10, 40 } } },
	{ .workload = "echo", .params = { SHORT_LOAD }, .points = { { 10, SERVED } } },
	{ .workload = "http", .params = { SHORT_LOAD }, .points = { { 10, SERVED } } },
	{ .workload = "websocket", .params = { SHORT_LOAD }, .points = { { 10, SERVED } } },
	{ .workload = "spawn", .params = { "children=50" }, .points = { { 1, 4 } } },
	{ .workload = "switch", .params = { "yields=500" }, .points = { { 1, 4 } } },
	{ .workload = "gather", .params = { "children=20" }, .points = { { 2, 4 } } },
	{ .workload = "counter", .params = { "increments=500" }, .points = { { 1, 4 } } },
	{ .workload = "skynet", .params = { "leaves=100" }, .points = { { 1, 2 } } },
	{ .workload = "idle", .params = { "children=100" }, .points = { { 1, 1 } } },
	{ .workload = "pipeline", .params = { "items=1000" }, .points = { { 1, 2 } } },
	{ .workload = "ring", .params = { "children=20" }, .points = { { 1, 2 } } },
	{ .workload = "generator", .params = { "values=1000" }, .points = { { 1, 2 } } },
	{ .workload = "stall", .params = { "beats=10", "block_ms=10" }, .points = { { 1, 1 } } },
	{ .workload = "nqueens", .points = { { 1, 10 } } },
	{ 0 },
};

static const struct profile_row standard[] = {
	{ .workload = "null", .points = { { 1, 1000 }, { 100, 1000, 1 } } },
	{ .workload = "sleep",
		.points = { { 1, 100 }, { 10, 200 }, { 100, 500 }, { 1000, 2000 } } },
	{ .workload = "fetch",
		.points = { { 1, 100 }, { 10, 200 }, { 100, 500, 1 }, { 1000, 2000 } } },
	{ .workload = "rawget",
		.points = { { 1, 100 }, { 10, 200 }, { 100, 500 }, { 1000, 2000 } } },
	{ .workload = "download",
		.points = { { 1, 20 }, { 10, 50 }, { 100, 100 }, { 1000, 1000 } } },
	{ .workload = "file", .points = { { 1, 100 }, { 10, 200 }, { 100, 500 }, { 1000, 2000 } } },
	{ .workload = "randread", .points = { { 1, 100 }, { 32, 500 } } },
	{ .workload = "primes", .points = { { 1, 32 }, { PROFILE_CORES, 64, 1 } } },
	{ .workload = "sha256", .points = { { 1, 100 }, { PROFILE_CORES, 200 } } },
	{ .workload = "mixed", .points = { { 1, 50 }, { 10, 100 }, { 100, 200 } } },
	{ .workload = "echo", .params = { LOAD }, .points = { { 100, SERVED } } },
	{ .workload = "http", .params = { LOAD }, .points = { { 100, SERVED } } },
	{ .workload = "http", .params = { LOAD, "pin=0" }, .points = { { 100, SERVED } } },
	{ .workload = "websocket", .params = { LOAD }, .points = { { 100, SERVED } } },
	{ .workload = "spawn", .params = { "children=200" }, .points = { { 1, 4 } } },
	{ .workload = "switch", .points = { { 1, 4 } } },
	{ .workload = "gather", .points = { { 1, 4 }, { 10, 10 } } },
	{ .workload = "counter", .points = { { 1, 4 } } },
	{ .workload = "skynet", .points = { { 1, 1 } } },
	{ .workload = "idle", .points = { { 1, 1 } } },
	{ .workload = "pipeline", .points = { { 1, 2 } } },
	{ .workload = "ring", .params = { "children=100" }, .points = { { 1, 2 } } },
	{ .workload = "ring", .params = { "children=100", "over=pipes" }, .points = { { 1, 2 } } },
	{ .workload = "generator", .points = { { 1, 1 } } },
	{ .workload = "stall", .points = { { 1, 1 } } },
	{ .workload = "stall", .params = { "offload=1" }, .points = { { 1, 1 } } },
	{ .workload = "nqueens", .points = { { 1, 20 } } },
	{ 0 },
};

static const struct profile_row full[] = {
	{ .workload = "null", .points = { { 1, 10000 }, { 10, 10000 }, { 100, 10000, 1 } } },
	{ .workload = "sleep",
		.points = { { 1, 500 }, { 10, 1000 }, { 100, 5000, 1 }, { 1000, 5000 } } },
	{ .workload = "fetch",
		.points = { { 1, 500 }, { 10, 1000 }, { 100, 5000, 1 }, { 1000, 5000 } } },
	{ .workload = "fetch",
		.params = { "delay_ms=0" },
		.points = { { 1, 2000 }, { 10, 5000 }, { 100, 5000 }, { 1000, 5000 } } },
	{ .workload = "fetch",
		.params = { "keep_alive=0" },
		.points = { { 1, 500 }, { 10, 1000 }, { 100, 5000 }, { 1000, 5000 } } },
	{ .workload = "rawget",
		.points = { { 1, 500 }, { 10, 1000 }, { 100, 5000, 1 }, { 1000, 5000 } } },
	{ .workload = "download",
		.points = { { 1, 100 }, { 10, 200 }, { 100, 500, 1 }, { 1000, 2000 } } },
	{ .workload = "file",
		.points = { { 1, 500 }, { 10, 1000 }, { 100, 2000, 1 }, { 1000, 5000 } } },
	{ .workload = "file",
		.params = { "fsync=1", "file_bytes=4096" },
		.points = { { 1, 50 }, { 10, 100 }, { 100, 300 } } },
	{ .workload = "randread", .points = { { 1, 500 }, { 32, 2000 }, { 100, 2000 } } },
	{ .workload = "randread", .params = { "direct=1" }, .points = { { 1, 100 }, { 32, 500 } } },
	{ .workload = "primes", .points = { { 1, 100 }, { PROFILE_CORES, 200, 1 }, { 10, 200 } } },
	{ .workload = "sha256",
		.points = { { 1, 500 }, { PROFILE_CORES, 1000, 1 }, { 10, 1000 } } },
	{ .workload = "mixed",
		.points = { { 1, 200 }, { 10, 500 }, { 100, 1000, 1 }, { 1000, 2000 } } },
	{ .workload = "mixed",
		.params = { "cpu_share=10" },
		.points = { { 1, 200 }, { 10, 500 }, { 100, 1000 }, { 1000, 2000 } } },
	{ .workload = "echo",
		.points = { { 1, SERVED }, { 10, SERVED }, { 100, SERVED }, { 1000, SERVED } } },
	{ .workload = "http",
		.points = { { 1, SERVED }, { 10, SERVED }, { 100, SERVED }, { 1000, SERVED } } },
	{ .workload = "http",
		.params = { "pin=0" },
		.points = { { 1, SERVED }, { 10, SERVED }, { 100, SERVED }, { 1000, SERVED } } },
	{ .workload = "http",
		.params = { "keep_alive=0" },
		.points = { { 1, SERVED }, { 10, SERVED }, { 100, SERVED } } },
	{ .workload = "http",
		.params = { "delay_ms=10" },
		.points = { { 10, SERVED }, { 100, SERVED }, { 1000, SERVED } } },
	{ .workload = "websocket",
		.points = { { 1, SERVED }, { 10, SERVED }, { 100, SERVED }, { 1000, SERVED } } },
	{ .workload = "spawn", .points = { { 1, 10 }, { PROFILE_CORES, 10 } } },
	{ .workload = "switch", .points = { { 1, 10 } } },
	{ .workload = "switch",
		.params = { "children=1000", "yields=100" },
		.points = { { 1, 2 } } },
	{ .workload = "gather", .points = { { 1, 20 }, { 10, 100 } } },
	{ .workload = "gather", .params = { "duration_us=1000" }, .points = { { 1, 20 } } },
	{ .workload = "counter", .points = { { 1, 10 } } },
	{ .workload = "counter", .params = { "lock=0" }, .points = { { 1, 10 } } },
	{ .workload = "skynet", .params = { "leaves=10000" }, .points = { { 1, 1 } } },
	{ .workload = "idle", .points = { { 1, 3 } } },
	{ .workload = "idle", .params = { "children=10000" }, .points = { { 1, 1 } } },
	{ .workload = "pipeline", .points = { { 1, 10 } } },
	{ .workload = "pipeline", .params = { "capacity=1" }, .points = { { 1, 10 } } },
	{ .workload = "ring", .points = { { 1, 5 } } },
	{ .workload = "ring", .params = { "over=pipes" }, .points = { { 1, 5 } } },
	{ .workload = "generator", .points = { { 1, 10 } } },
	{ .workload = "stall", .points = { { 1, 3 } } },
	{ .workload = "stall", .params = { "offload=1" }, .points = { { 1, 3 } } },
	{ .workload = "nqueens", .points = { { 1, 100 } } },
	{ .workload = "nqueens", .params = { "queens=12" }, .points = { { 1, 3 } } },
	{ 0 },
};

const struct profile profiles[] = {
	{ "quick", "every model and workload, twice, in about 20 s", 2, 2, quick },
	{ "default", "what `make bench` runs: 6 trials a cell, some 5 minutes", 6, 6, standard },
	{ "full", "more tasks, parameters and trials: an hour or so", 15, 15, full },
	{ 0 },
};

const struct profile *profile_find(const char *name)
{
	for (const struct profile *row = profiles; row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}
