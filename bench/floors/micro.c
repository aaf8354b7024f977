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

#include "../../models/runtime/coroutine.h"
#include "../../models/runtime/switch.h"

enum { SWITCHES = 20000000, SPAWNS = 5000000, SWAPS = 2000000 };

static struct coroutine *waiting;
static struct fiber main_fiber, other_fiber;
static ucontext_t home, away;
static char stack[64 * 1024];

static void switch_back(struct transfer_t from)
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

static void yield_often(void *arg)
{
	(void)arg;
	for (int i = 0; i < SWITCHES / 2; i++)
		coroutine_yield();
}

static void two_yielders(void *arg)
{
	if (coroutine_spawn(yield_often, arg) != 0)
		exit(1);
	yield_often(arg);
}

static void empty(void *arg)
{
	(void)arg;
	coroutine_ready(waiting);
}

static void spawn_often(void *arg)
{
	waiting = coroutine_current();
	for (int i = 0; i < SPAWNS; i++) {
		if (coroutine_spawn(empty, arg) != 0)
			exit(1);
		coroutine_park();
	}
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

static void run(void (*body)(void *arg))
{
	struct loop loop;

	if (loop_init(&loop) != 0 || coroutine_run(&loop, body, NULL) != 0)
		exit(1);
	loop_close(&loop);
}

static void run_yield(void)
{
	run(two_yielders);
}

static void run_spawn(void)
{
	run(spawn_often);
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
