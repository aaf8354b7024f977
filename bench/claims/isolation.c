/* SPDX-License-Identifier: MIT */
/* Claims about what tasks do to one another: crashes, locks, errors. */
#include "claim.h"

#define EIGHT_TASKS "crash", 8, 8, "victim=3", CLAIM_FINISHED

const struct claim claim_crash = {
	.number = 8,
	.name = "crash",
	.title = "a crash stays with its process, and takes threads and coroutines along",
	.hypothesis = "Of eight tasks one dies of a fault. Under processes the other seven come to "
		      "their end; under threads and coroutines none does.",
	.arms =
		(const struct claim_arm[]){
			{ "processes", "processes", EIGHT_TASKS },
			{ "threads", "threads", EIGHT_TASKS },
			{ "coroutine", "coroutine", EIGHT_TASKS },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "processes, finished of 8", .of = "processes", .reads = CLAIM_FINISHED,
				.above = 6.5 },
			{ "threads, finished of 8", .of = "threads", .reads = CLAIM_FINISHED,
				.below = 0.5 },
			{ "coroutine, finished of 8", .of = "coroutine", .reads = CLAIM_FINISHED,
				.below = 0.5 },
			{ 0 },
		},
	.why = "A fault ends the process in which it happens, with all its threads and all that "
	       "runs on them; whatever was not yet written elsewhere is gone. Only the wall "
	       "between processes holds, which is what their start and their memory buy.",
};

const struct claim claim_locks = {
	.number = 13,
	.name = "locks",
	.title = "between two awaits a loop needs no lock; threads do",
	.hypothesis =
		"Four children increment one number without a lock. As coroutines of one loop "
		"that do not give way between reading and writing they lose no update; as "
		"threads they lose some.",
	.cpus = 2,
	.arms =
		(const struct claim_arm[]){
			{ "threads", "threads", "race", 1, 1, "increments=5000000",
				"lost_updates" },
			{ "coroutine", "coroutine", "race", 1, 1, "increments=5000000",
				"lost_updates" },
			{ "across", "coroutine", "race", 1, 1, "increments=1000 across=1",
				"lost_updates" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "threads, lost of 20 million", .of = "threads", .reads = "lost_updates",
				.above = 0.5 },
			{ "coroutine, lost of 20 million", .of = "coroutine",
				.reads = "lost_updates", .below = 0.5 },
			{ "across an await, lost of 4000", .of = "across",
				.reads = "lost_updates" },
			{ 0 },
		},
	.why = "On one loop nobody else runs until a task gives way, so what it does in between "
	       "cannot be interrupted. The last line shows the limit: a coroutine that awaits "
	       "between reading and writing loses updates like any thread, and needs a lock "
	       "there. Threads are interrupted anywhere, and run side by side.",
};

const struct claim claim_deadlock = {
	.number = 14,
	.name = "deadlock",
	.title = "with coroutines there is no deadlock",
	.hypothesis =
		"Two coroutines that take two locks in opposite order come to their end, as they "
		"do in the same order; and none stands still without the runtime's naming it.",
	.arms =
		(const struct claim_arm[]){
			{ "opposite", "blocking", "deadlock", 1, 2, "ordered=0", "deadlocks",
				"unnamed" },
			{ "same order", "blocking", "deadlock", 1, 2, "ordered=1", "deadlocks",
				"unnamed" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "opposite order, deadlocks a run", .of = "opposite", .reads = "deadlocks",
				.below = 0.5 },
			{ "stuck tasks that no report names", .of = "opposite", .reads = "unnamed",
				.below = 0.5 },
			{ "same order, deadlocks a run", .of = "same order", .reads = "deadlocks",
				.below = 0.5 },
			{ 0 },
		},
	.why = "A lock that is held across an await can be waited for in a circle, on one thread "
	       "as on many. What a loop can do is notice: when no task can run and nothing "
	       "outside can wake one, the runtime ends with EDEADLK and says which task waits "
	       "for which lock, and who has it. Taken in one order, the same locks do no harm.",
};

const struct claim claim_errors = {
	.number = 15,
	.name = "errors",
	.title = "an error in a task that nobody awaits does not vanish",
	.hypothesis =
		"Of two tasks that fail, one started without a handle and one whose handle was "
		"let go, the runtime tells both errors, by the tasks' names.",
	.arms =
		(const struct claim_arm[]){
			{ "runtime", "blocking", "orphan", 1, 2, NULL, "told" },
			{ 0 },
		},
	.questions =
		(const struct claim_question[]){
			{ "errors told, of 2", .of = "runtime", .reads = "told", .above = 1.5 },
			{ 0 },
		},
	.why = "An error is a result, and a result goes to whoever asks. Where nobody does, "
	       "somebody must notice: the runtime marks each result that was asked for, and "
	       "when a task is released with an error that was not, prints it.",
};
