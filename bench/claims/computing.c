/* SPDX-License-Identifier: MIT */
/* Claims about the CPU: who uses it, and what a loop makes of work that is both. */
#include "claim.h"

#define LONG_WORK "primes", 0, 16, "below=400000", "throughput_per_s"
#define SHORT_WORK "primes", 0, 400, "below=500", "throughput_per_s"

const struct claim claim_cpu = {
	.number = 7,
	.name = "cpu",
	.title = "coroutines bring nothing to work that only computes; cores do",
	.hypothesis =
		"On tasks that only compute, a loop gets no more done than a plain loop over "
		"them (less than a tenth more), while threads and processes, one a core, get at "
		"least 1.3 times as much done.",
	.cpus = 2,
	.depends_on = "how long a task computes",
	.arms =
		(const struct claim_arm[]){
			{ "blocking, long", "blocking", LONG_WORK },
			{ "coroutine, long", "coroutine", LONG_WORK },
			{ "threads, long", "threads", LONG_WORK },
			{ "processes, long", "processes", LONG_WORK },
			{ "blocking, short", "blocking", SHORT_WORK },
			{ "coroutine, short", "coroutine", SHORT_WORK },
			{ "threads, short", "threads", SHORT_WORK },
			{ "processes, short", "processes", SHORT_WORK },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "coroutine / blocking", "tasks of milliseconds", "coroutine, long",
				"blocking, long", "throughput_per_s", .below = 1.1 },
			{ "threads / blocking", "tasks of milliseconds", "threads, long",
				"blocking, long", "throughput_per_s", .above = 1.3 },
			{ "processes / blocking", "tasks of milliseconds", "processes, long",
				"blocking, long", "throughput_per_s", .above = 1.3 },
			{ "coroutine / blocking", "tasks of a microsecond", "coroutine, short",
				"blocking, short", "throughput_per_s", .below = 1.1 },
			{ "threads / blocking", "tasks of a microsecond", "threads, short",
				"blocking, short", "throughput_per_s", .above = 1.3 },
			{ "processes / blocking", "tasks of a microsecond", "processes, short",
				"blocking, short", "throughput_per_s", .above = 1.3 },
			{ 0 },
		},
	.why = "A loop has one thread, and what computes leaves it no wait to fill. Threads run on "
	       "every core: the lock of the interpreter, which in the language of many such "
	       "textbooks lets only one of them compute, does not exist in C, so here threads "
	       "scale as processes do. But a thread or a process must first be started, and a "
	       "task shorter than that is better done in place, or by a pool.",
};

#define MIXED(c, share) \
	"mixed", c, 40, "total_us=5000 cpu_share=" share, CLAIM_CPU_SHARE, "elapsed_s"

const struct claim claim_overlap = {
	.number = 16,
	.name = "overlap",
	.title = "overlapping the waits raises the CPU's share, and shortens the whole",
	.hypothesis =
		"On tasks that wait and compute, a loop with 20 in flight uses at least 1.5 "
		"times the share of a CPU that a blocking program uses, and takes at most two "
		"thirds of its time.",
	.depends_on = "how much of a task is waiting",
	.arms =
		(const struct claim_arm[]){
			{ "blocking, 20 %", "blocking", MIXED(1, "20") },
			{ "coroutine, 20 %", "coroutine", MIXED(20, "20") },
			{ "blocking, 90 %", "blocking", MIXED(1, "90") },
			{ "coroutine, 90 %", "coroutine", MIXED(20, "90") },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "coroutine / blocking, CPU share", "20 % computing", "coroutine, 20 %",
				"blocking, 20 %", CLAIM_CPU_SHARE, .above = 1.5 },
			{ "blocking / coroutine, elapsed", "20 % computing", "blocking, 20 %",
				"coroutine, 20 %", "elapsed_s", .above = 1.5 },
			{ "coroutine / blocking, CPU share", "90 % computing", "coroutine, 90 %",
				"blocking, 90 %", CLAIM_CPU_SHARE, .above = 1.5 },
			{ "blocking / coroutine, elapsed", "90 % computing", "blocking, 90 %",
				"coroutine, 90 %", "elapsed_s", .above = 1.5 },
			{ 0 },
		},
	.why = "The CPU does the same work in less time, so its share rises by as much as the "
	       "whole shrinks: the higher share is no waste but the wait that was filled. Where "
	       "a task hardly waits there is nothing to fill.",
};

#define HALF_WORK(share) "mixed", 4, 32, "total_us=10000 cpu_share=" share, "throughput_per_s"

const struct claim claim_mixed = {
	.number = 18,
	.name = "mixed",
	.title = "a loop alone handles waiting and computing at once",
	.hypothesis =
		"On tasks that wait and compute, one loop gets at least 0.8 times as much done "
		"as one loop a core, and as a loop with a pool for what computes.",
	.cpus = 2,
	.depends_on = "how much of a task is computing",
	.arms =
		(const struct claim_arm[]){
			{ "one loop, 5 %", "coroutine", HALF_WORK("5") },
			{ "loop a core, 5 %", "multicore", HALF_WORK("5") },
			{ "loop and pool, 5 %", "offload", HALF_WORK("5") },
			{ "one loop, 80 %", "coroutine", HALF_WORK("80") },
			{ "loop a core, 80 %", "multicore", HALF_WORK("80") },
			{ "loop and pool, 80 %", "offload", HALF_WORK("80") },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "one loop / a loop a core", "5 % computing", "one loop, 5 %",
				"loop a core, 5 %", "throughput_per_s", .above = 0.8 },
			{ "one loop / loop and pool", "5 % computing", "one loop, 5 %",
				"loop and pool, 5 %", "throughput_per_s", .above = 0.8 },
			{ "one loop / a loop a core", "80 % computing", "one loop, 80 %",
				"loop a core, 80 %", "throughput_per_s", .above = 0.8 },
			{ "one loop / loop and pool", "80 % computing", "one loop, 80 %",
				"loop and pool, 80 %", "throughput_per_s", .above = 0.8 },
			{ 0 },
		},
	.why = "Four tasks in flight ask for four times their share of a core. As long as that is "
	       "below one core, a loop keeps up; beyond it they queue behind each other's "
	       "computing, and only another core helps: a pool that computes beside the loop, "
	       "or a loop for each core.",
};
