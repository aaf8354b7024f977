/* SPDX-License-Identifier: MIT */
/*
 * The coroutine runtime's own costs, in ns: `micro switch` of a switch between
 * two fibers, `micro yield` of the same through the scheduler, `micro spawn` of
 * spawning a coroutine on a cached stack and waiting for its end, and `micro
 * ucontext` of swapcontext for contrast.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "../../models/io.h"
#include "../../models/runtime/switch.h"
#include "../../models/runtime/task.h"

enum { SWITCHES = 20000000, SPAWNS = 5000000, SWAPS = 2000000 };

static struct fiber main_fiber, other_fiber;
static ucontext_t home, away;
static char stack[64 * 1024];

static void switch_back(struct fiber *from)
{
	fiber_arrived(&other_fiber, from);
	for (;;)
		fiber_switch(&other_fiber, &main_fiber);
}

static void switch_often(void)
{
	fiber_make(&other_fiber, stack, sizeof stack, switch_back);
	for (int i = 0; i < SWITCHES / 2; i++)
		fiber_switch(&main_fiber, &other_fiber);
}

static int64_t yield_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < SWITCHES / 2; i++)
		task_yield();
	return 0;
}

static int64_t two_yielders(void *arg)
{
	if (task_spawn(NULL, NULL, yield_often, arg) != 0)
		exit(1);
	return task_spawn(NULL, NULL, yield_often, arg);
}

static int64_t empty(void *arg)
{
	(void)arg;
	return 0;
}

static int64_t spawn_often(void *arg)
{
	struct task *task;

	for (int i = 0; i < SPAWNS; i++)
		if (task_spawn(&task, NULL, empty, arg) != 0 || task_join(task) != 0)
			exit(1);
	return 0;
}

static void swap_back(void)
{
	for (;;)
		swapcontext(&away, &home);
}

static void swap_often(void)
{
	getcontext(&away);
	away.uc_stack.ss_sp = stack;
	away.uc_stack.ss_size = sizeof stack;
	makecontext(&away, swap_back, 0);
	for (int i = 0; i < SWAPS / 2; i++)
		swapcontext(&home, &away);
}

static void run_yield(void)
{
	if (runtime_run(NULL, two_yielders, NULL) != 0)
		exit(1);
}

static void run_spawn(void)
{
	if (runtime_run(NULL, spawn_often, NULL) != 0)
		exit(1);
}

static const struct micro {
	const char *name;
	void (*run)(void);
	long count;
} micros[] = {
	{ "switch", switch_often, SWITCHES },
	{ "yield", run_yield, SWITCHES },
	{ "spawn", run_spawn, SPAWNS },
	{ "ucontext", swap_often, SWAPS },
};

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof micros / sizeof *micros; i++) {
		if (argc < 2 || strcmp(argv[1], micros[i].name) != 0)
			continue;
		int64_t before_ns = io_now_ns();
		micros[i].run();
		printf("%.2f\n", (double)(io_now_ns() - before_ns) / micros[i].count);
		return 0;
	}
	fprintf(stderr, "usage: %s switch|yield|spawn|ucontext\n", argv[0]);
	return 2;
}
