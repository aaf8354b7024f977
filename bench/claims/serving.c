/* SPDX-License-Identifier: MIT */
/* Claims about loops and servers: what blocks one, and where they win. */
#include "claim.h"

#define STALL(offload) "stall", 1, 1, "beats=40 offload=" offload, "late_max"

const struct claim claim_stall = {
	.number = 9,
	.name = "stall",
	.title = "a blocking call on the loop delays every other task; offloaded it does not",
	.hypothesis =
		"While one task blocks for 50 ms, timers of others on the same loop are late by "
		"at least 40 ms at worst, and at least three times as late as when the call is "
		"handed to another thread, or as under threads.",
	.arms =
		(const struct claim_arm[]){
			{ "on the loop", "coroutine", STALL("0") },
			{ "offloaded", "coroutine", STALL("1") },
			{ "threads", "threads", STALL("0") },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "on the loop, at worst late", .of = "on the loop", .reads = "late_max",
				.above = 40e6 },
			{ "offloaded, at worst late", .of = "offloaded", .reads = "late_max" },
			{ "on the loop / offloaded", NULL, "on the loop", "offloaded", "late_max",
				3 },
			{ "on the loop / threads", NULL, "on the loop", "threads", "late_max", 3 },
			{ 0 },
		},
	.why = "A loop runs one thing at a time. Who does not give way back to it holds up all the "
	       "others, however little they want. Handing the call to a pool costs some 10 us, "
	       "and the loop goes on.",
};

#define ONE_AT_A_TIME "keep_alive=0 delay_ms=5 warmup_ms=100 duration_ms=300", "latency_p50_ns"

const struct claim claim_queue = {
	.number = 10,
	.name = "queue",
	.title = "a blocking server serves one client at a time, and the others queue",
	.hypothesis =
		"Each reply takes 5 ms of waiting. Of eight clients at once each waits at least "
		"four times as long for a blocking server's reply as one alone does; for that of "
		"a loop, less than twice as long.",
	.arms =
		(const struct claim_arm[]){
			{ "blocking, 1", "blocking", "http", 1, 0, ONE_AT_A_TIME },
			{ "blocking, 8", "blocking", "http", 8, 0, ONE_AT_A_TIME },
			{ "coroutine, 1", "coroutine", "http", 1, 0, ONE_AT_A_TIME },
			{ "coroutine, 8", "coroutine", "http", 8, 0, ONE_AT_A_TIME },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "blocking: 8 clients / 1, p50", NULL, "blocking, 8", "blocking, 1",
				"latency_p50_ns", .above = 4 },
			{ "coroutine: 8 clients / 1, p50", NULL, "coroutine, 8", "coroutine, 1",
				"latency_p50_ns", .below = 2 },
			{ 0 },
		},
	.why = "The iterative server accepts, serves to the end, accepts again: seven of eight "
	       "stand in the kernel's queue meanwhile, and time in a queue is response time. "
	       "Waiting for one client need not keep the server from another, and on a loop "
	       "does not.",
};

#define COST "throughput_per_s", "cpu_per_task_s"
#define FETCH(c, n) "fetch", c, n, NULL, COST
#define SLEEP "sleep", 1000, 3000, NULL, COST

const struct claim claim_efficiency = {
	.number = 11,
	.name = "efficiency",
	.title = "with many tasks, a loop gets more done than threads",
	.hypothesis = "The textbooks disagree: a loop is the less efficient way, above all at high "
		      "concurrency; or it wins just there. Measured: whether with 100 and 1000 in "
		      "flight coroutines get more done than threads, or less. What each task costs "
		      "the CPU is shown, and the same of one in flight.",
	.depends_on = "how many are in flight, and what they do",
	.arms =
		(const struct claim_arm[]){
			{ "threads, 1", "threads", FETCH(1, 150) },
			{ "coroutine, 1", "coroutine", FETCH(1, 150) },
			{ "threads, 100", "threads", FETCH(100, 2000) },
			{ "coroutine, 100", "coroutine", FETCH(100, 2000) },
			{ "threads, 1000", "threads", FETCH(1000, 3000) },
			{ "coroutine, 1000", "coroutine", FETCH(1000, 3000) },
			{ "threads, sleep", "threads", SLEEP },
			{ "coroutine, sleep", "coroutine", SLEEP },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "coroutine / threads, tasks/s", "fetch, 1 in flight", "coroutine, 1",
				"threads, 1", "throughput_per_s" },
			{ "coroutine / threads, CPU/task", "fetch, 1 in flight", "coroutine, 1",
				"threads, 1", "cpu_per_task_s" },
			{ "coroutine / threads, tasks/s", "fetch, 100 in flight", "coroutine, 100",
				"threads, 100", "throughput_per_s", .above = 1 },
			{ "coroutine / threads, CPU/task", "fetch, 100 in flight", "coroutine, 100",
				"threads, 100", "cpu_per_task_s" },
			{ "coroutine / threads, tasks/s", "fetch, 1000 in flight",
				"coroutine, 1000", "threads, 1000", "throughput_per_s",
				.above = 1 },
			{ "coroutine / threads, CPU/task", "fetch, 1000 in flight",
				"coroutine, 1000", "threads, 1000", "cpu_per_task_s" },
			{ "coroutine / threads, tasks/s", "sleep, 1000 in flight",
				"coroutine, sleep", "threads, sleep", "throughput_per_s",
				.above = 1 },
			{ "coroutine / threads, CPU/task", "sleep, 1000 in flight",
				"coroutine, sleep", "threads, sleep", "cpu_per_task_s" },
			{ 0 },
		},
	.why = "One at a time there is nothing to overlap, and both wait for the server. With more "
	       "in flight the loop saves starting threads and waking them. With 1000 fetches, "
	       "half of which open a connection, the client library's work is most of it, and "
	       "the loop has one core for that where threads have all. Where a task does "
	       "nothing but wait, the loop's lead is widest.",
};

#define ALONE(n, params) 1, n, params, "throughput_per_s"

const struct claim claim_single = {
	.number = 12,
	.name = "single",
	.title = "for a single simple operation the blocking form is as good or better",
	.hypothesis = "One at a time, a blocking program gets at least 0.9 times as much done as a "
		      "loop.",
	.depends_on = "the operation",
	.arms =
		(const struct claim_arm[]){
			{ "blocking, fetch", "blocking", "fetch", ALONE(1000, "delay_ms=0") },
			{ "coroutine, fetch", "coroutine", "fetch", ALONE(1000, "delay_ms=0") },
			{ "blocking, file", "blocking", "file", ALONE(300, "file_bytes=4096") },
			{ "coroutine, file", "coroutine", "file", ALONE(300, "file_bytes=4096") },
			{ "blocking, sleep", "blocking", "sleep", ALONE(100, NULL) },
			{ "coroutine, sleep", "coroutine", "sleep", ALONE(100, NULL) },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "blocking / coroutine, tasks/s", "a fetch", "blocking, fetch",
				"coroutine, fetch", "throughput_per_s", .above = 0.9 },
			{ "blocking / coroutine, tasks/s", "a file", "blocking, file",
				"coroutine, file", "throughput_per_s", .above = 0.9 },
			{ "blocking / coroutine, tasks/s", "a wait", "blocking, sleep",
				"coroutine, sleep", "throughput_per_s", .above = 0.9 },
			{ 0 },
		},
	.why = "With nothing else to do, a loop only stands between the program and the system "
	       "call. A file has it worst: the kernel has no readiness for files, so a loop "
	       "sends each call to another thread and waits for the answer.",
};

#define TWENTY(c) c, 60, "delay_ms=5", "throughput_per_s"

const struct claim claim_contagion = {
	.number = 17,
	.name = "contagion",
	.title = "one blocking library call undoes a coroutine program",
	.hypothesis =
		"With 20 fetches in flight, coroutines that fetch by a call which knows of the "
		"loop get at least five times as much done as those that call libcurl's easy "
		"interface, and these less than 1.5 times as much as a blocking program.",
	.arms =
		(const struct claim_arm[]){
			{ "awaited", "coroutine", "fetch", TWENTY(20) },
			{ "easy", "coroutine", "easy", TWENTY(20) },
			{ "blocking", "blocking", "fetch", TWENTY(1) },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "awaited / easy, tasks/s", NULL, "awaited", "easy", "throughput_per_s",
				.above = 5 },
			{ "easy / blocking program, tasks/s", NULL, "easy", "blocking",
				"throughput_per_s", .below = 1.5 },
			{ 0 },
		},
	.why = "The loop runs on the thread that the library blocks, so twenty coroutines wait in "
	       "turn. Every call that waits, however deep in a library, has to be of the loop's "
	       "kind, or be handed to another thread. That is why such a library exists twice.",
};
