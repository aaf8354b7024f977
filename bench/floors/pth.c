/* SPDX-License-Identifier: MIT */
/*
 * GNU Pth, a peer of the coroutine runtime, at the same work as micro.c, in ns:
 * `pth yield` of a switch between two of its threads, `pth spawn` of spawning
 * one and joining it.
 */
#include <pth.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { SWITCHES = 200000, SPAWNS = 20000 };

static int64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void *yield_often(void *arg)
{
	for (int i = 0; i < SWITCHES / 2; i++)
		pth_yield(NULL);
	return arg;
}

static int yield(void)
{
	pth_t first = pth_spawn(PTH_ATTR_DEFAULT, yield_often, NULL);
	pth_t second = pth_spawn(PTH_ATTR_DEFAULT, yield_often, NULL);

	return first && second && pth_join(first, NULL) && pth_join(second, NULL);
}

static void *empty(void *arg)
{
	return arg;
}

static int spawn(void)
{
	for (int i = 0; i < SPAWNS; i++) {
		pth_t thread = pth_spawn(PTH_ATTR_DEFAULT, empty, NULL);
		if (!thread || !pth_join(thread, NULL))
			return 0;
	}
	return 1;
}

int main(int argc, char **argv)
{
	int yields = argc > 1 && strcmp(argv[1], "yield") == 0;

	if (!yields && (argc < 2 || strcmp(argv[1], "spawn") != 0)) {
		fprintf(stderr, "usage: %s yield|spawn\n", argv[0]);
		return 2;
	}
	if (!pth_init())
		return 1;
	int64_t before_ns = now_ns();
	if (!(yields ? yield() : spawn()))
		return 1;
	printf("%.2f\n", (double)(now_ns() - before_ns) / (yields ? SWITCHES : SPAWNS));
	return 0;
}
