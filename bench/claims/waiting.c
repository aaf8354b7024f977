/* SPDX-License-Identifier: MIT */
/* Claims about waiting: in turn, at once, and in which order. */
#include "claim.h"

const struct claim claim_waits = {
	.number = 1,
	.name = "waits",
	.title = "in turn, waits add up; at once, the longest counts",
	.hypothesis =
		"Five waits of 40 ms take 200 ms one after the other, and under any concurrent "
		"model about as long as one: at least 3.5 times less.",
	.arms =
		(const struct claim_arm[]){
			{ "blocking", "blocking", "sleep", 1, 5, "duration_us=40000", "elapsed_s" },
			{ "threads", "threads", "sleep", 5, 5, "duration_us=40000", "elapsed_s" },
			{ "coroutine", "coroutine", "sleep", 5, 5, "duration_us=40000",
				"elapsed_s" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "blocking", .of = "blocking", .reads = "elapsed_s", .above = 0.199 },
			{ "threads", .of = "threads", .reads = "elapsed_s", .below = 0.06 },
			{ "coroutine", .of = "coroutine", .reads = "elapsed_s", .below = 0.06 },
			{ "blocking / threads", NULL, "blocking", "threads", "elapsed_s", 3.5 },
			{ "blocking / coroutine", NULL, "blocking", "coroutine", "elapsed_s", 3.5 },
			{ 0 },
		},
	.why = "A wait uses no CPU, so nothing keeps two of them from passing at the same time. "
	       "What is above the longest wait is the price of the model: starting threads, or "
	       "a loop.",
};

const struct claim claim_tasks = {
	.number = 2,
	.name = "tasks",
	.title = "awaited in turn, coroutines are no faster; as tasks they are",
	.hypothesis =
		"A coroutine that awaits three sleeps one after the other takes the sum of them, "
		"as a blocking program does (nine tenths of it at least). One that starts each "
		"as a task and then awaits the three takes at most half of that; so it is with "
		"a server's handler and its three fetches.",
	.arms =
		(const struct claim_arm[]){
			{ "in turn", "blocking", "awaits", 1, 2, "as_tasks=0", "waited" },
			{ "as tasks", "blocking", "awaits", 1, 2, "as_tasks=1", "waited" },
			{ "handler, in turn", "coroutine", "http", 1, 0,
				"backend=3 backend_ms=10 gather=turn warmup_ms=50 duration_ms=200",
				"latency_p50_ns" },
			{ "handler, at once", "coroutine", "http", 1, 0,
				"backend=3 backend_ms=10 gather=gathered warmup_ms=50 "
				"duration_ms=200",
				"latency_p50_ns" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "3 sleeps of 20 ms, in turn", .of = "in turn", .reads = "waited",
				.above = 54e6 },
			{ "sleeps: in turn / as tasks", NULL, "in turn", "as tasks", "waited", 2 },
			{ "3 fetches of 10 ms, in turn", .of = "handler, in turn",
				.reads = "latency_p50_ns", .above = 27e6 },
			{ "fetches: in turn / at once", NULL, "handler, in turn",
				"handler, at once", "latency_p50_ns", 2 },
			{ 0 },
		},
	.why = "To await is to wait: the coroutine that does so goes no further, though others "
	       "may. Concurrency begins where something is started before it is awaited. A "
	       "request handler that asks three servers one after the other makes its client "
	       "wait for the sum, on whatever runtime.",
};

const struct claim claim_order = {
	.number = 3,
	.name = "order",
	.title = "gather keeps the order of its arguments, as_completed that of the ends",
	.hypothesis =
		"Of five tasks that end in the reverse of the order in which they were started, "
		"task_gather gives every result in its argument's place, and as_completed every "
		"task in the order in which they end.",
	.arms =
		(const struct claim_arm[]){
			{ "runtime", "blocking", "order", 1, 2, NULL, "argument_order",
				"ending_order" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "gathered, share in place", .of = "runtime", .reads = "argument_order",
				.above = 0.99 },
			{ "as_completed, share in turn", .of = "runtime", .reads = "ending_order",
				.above = 0.99 },
			{ 0 },
		},
	.why = "gather writes each result where its argument stands, so the reader need not know "
	       "who was first; as_completed keeps a list to which each task adds itself as it "
	       "ends. Take the second where results are to be used as early as they are there.",
};
