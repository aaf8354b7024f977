/* SPDX-License-Identifier: MIT */
/* Claims about what a task costs: a switch, its memory, and how many there can be. */
#include "claim.h"

const struct claim claim_switch = {
	.number = 4,
	.name = "switch",
	.title = "a coroutine switch is far cheaper than a thread switch",
	.hypothesis =
		"Two children that hand each other a token do so at least ten times as often a "
		"second when they are coroutines as when they are threads, with hardly a switch "
		"of the kernel's (below 0.01 a hand-over).",
	.arms =
		(const struct claim_arm[]){
			{ "threads", "threads", "switch", 1, 2, "yields=3000", "throughput_per_s",
				"switches_per_task" },
			{ "coroutine", "coroutine", "switch", 1, 2, "yields=3000",
				"throughput_per_s", "switches_per_task" },
			{ "stackless", "stackless", "switch", 1, 2, "yields=3000",
				"throughput_per_s", "switches_per_task" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "coroutine / threads, switches/s", NULL, "coroutine", "threads",
				"throughput_per_s", 10 },
			{ "stackless / threads, switches/s", NULL, "stackless", "threads",
				"throughput_per_s", 10 },
			{ "threads, kernel switches each", .of = "threads",
				.reads = "switches_per_task", .above = 0.5 },
			{ "coroutine, kernel switches each", .of = "coroutine",
				.reads = "switches_per_task", .below = 0.01 },
			{ 0 },
		},
	.why = "A thread that waits enters the kernel, which picks another, and often wakes the "
	       "other core first. A coroutine saves a handful of registers and goes on on "
	       "another stack; a stackless one returns from one function and calls the next.",
};

const struct claim claim_memory = {
	.number = 5,
	.name = "memory",
	.title = "a coroutine needs far less memory than a thread",
	.hypothesis =
		"Of 1000 children that wait, each with a page of its stack touched, a thread "
		"takes at least twice the memory of a stackful coroutine, and at least ten "
		"times that of a stackless one (of which there are 200,000, as they are small).",
	.arms =
		(const struct claim_arm[]){
			{ "threads", "threads", "idle", 1, 1, "children=1000", "bytes_per_child" },
			{ "stackful", "coroutine", "idle", 1, 1, "children=1000",
				"bytes_per_child" },
			{ "stackless", "stackless", "idle", 1, 1, "children=200000",
				"bytes_per_child" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "threads", .of = "threads", .reads = "bytes_per_child" },
			{ "stackful coroutine", .of = "stackful", .reads = "bytes_per_child" },
			{ "stackless coroutine", .of = "stackless", .reads = "bytes_per_child" },
			{ "threads / stackful", NULL, "threads", "stackful", "bytes_per_child", 2 },
			{ "threads / stackless", NULL, "threads", "stackless", "bytes_per_child",
				10 },
			{ 0 },
		},
	.why = "Whether a coroutine has a stack is a matter of its kind. A stackful one has, and "
	       "pays for the pages that it touched; a stackless one keeps only what must "
	       "outlive a wait. A thread has a stack too, its descriptor and its part of the C "
	       "library on it, and more in the kernel, which is not counted here.",
};

const struct claim claim_threads = {
	.number = 6,
	.name = "threads",
	.title = "with more and more connections, threads fall behind",
	.hypothesis =
		"With 100 connections, and with 1000, a server with a coroutine a connection "
		"answers at least 1.1 times as many requests a second as one with a thread a "
		"connection. With one connection, which is shown beside it, there is nothing to "
		"fall behind in.",
	.arms =
		(const struct claim_arm[]){
			{ "threads, 1", "threads", "echo", 1, 0, "warmup_ms=50 duration_ms=250",
				"throughput_per_s" },
			{ "coroutine, 1", "coroutine", "echo", 1, 0, "warmup_ms=50 duration_ms=250",
				"throughput_per_s" },
			{ "threads, 100", "threads", "echo", 100, 0, "warmup_ms=50 duration_ms=250",
				"throughput_per_s" },
			{ "coroutine, 100", "coroutine", "echo", 100, 0,
				"warmup_ms=50 duration_ms=250", "throughput_per_s" },
			{ "threads, 1000", "threads", "echo", 1000, 0,
				"warmup_ms=100 duration_ms=400", "throughput_per_s" },
			{ "coroutine, 1000", "coroutine", "echo", 1000, 0,
				"warmup_ms=100 duration_ms=400", "throughput_per_s" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "with 1: coroutine / threads", NULL, "coroutine, 1", "threads, 1",
				"throughput_per_s" },
			{ "with 100: coroutine / threads", NULL, "coroutine, 100", "threads, 100",
				"throughput_per_s", 1.1 },
			{ "with 1000: coroutine / threads", NULL, "coroutine, 1000",
				"threads, 1000", "throughput_per_s", 1.1 },
			{ 0 },
		},
	.why = "With one connection both servers wait for the client at every turn, and cost one "
	       "system call each way. With many, the loop serves all that are ready in one "
	       "turn, while each thread is woken by itself. How many threads there can be is a "
	       "limit of the system; `concbench run -m threads -w idle --param children=100000` "
	       "meets it and names it.",
};
