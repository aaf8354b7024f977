/* SPDX-License-Identifier: MIT */
#ifndef TESTS_WORLDS_H
#define TESTS_WORLDS_H

/*
 * Cases over models/io.h, each compiled once and run in both worlds: in a
 * thread that blocks, and in a coroutine on a loop. Each is a child of its
 * own, and has to leave nothing behind.
 */
#include "leftovers.h"

#include <pthread.h>

#include "../models/http.h"
#include "../models/io.h"
#include "../models/runtime/io_coroutine.h"
#include "../models/runtime/task.h"

enum { BLOCKING = 1, COROUTINE = 2, BOTH = 3 };

struct world_case {
	const char *name;
	void (*fn)(void);
	unsigned worlds;
};

/* clang-format off */
#define WORLD_CASE(fn, worlds) { #fn, fn, worlds }
/* clang-format on */

static inline bool in_coroutine(void)
{
	return io == &io_coroutine;
}

static const int64_t ms_ns = 1000000;

/* A deadline that only a broken call reaches. */
static inline int64_t soon_ns(void)
{
	return io_now_ns() + 10000 * ms_ns;
}

/* What runs beside a case: a thread in the one world, a coroutine in the other. */
struct beside {
	void (*fn)(void *arg);
	void *arg;
	pthread_t thread;
	struct task *task; /* NULL: it is a thread */
};

static inline void *beside_thread(void *arg)
{
	struct beside *beside = arg;

	beside->fn(beside->arg);
	return NULL;
}

static inline int64_t beside_task(void *arg)
{
	struct beside *beside = arg;

	beside->fn(beside->arg);
	return 0;
}

static inline void beside_start(struct beside *beside, void (*fn)(void *arg), void *arg)
{
	*beside = (struct beside){ .fn = fn, .arg = arg };
	if (in_coroutine())
		check_equal(task_spawn(&beside->task, "beside", beside_task, beside), 0);
	else
		check_equal(pthread_create(&beside->thread, NULL, beside_thread, beside), 0);
}

static inline void beside_join(struct beside *beside)
{
	if (beside->task)
		check_equal(task_join(beside->task), 0);
	else
		check_equal(pthread_join(beside->thread, NULL), 0);
}

static inline int64_t world_main(void *arg)
{
	const struct world_case *test = arg;

	test->fn();
	return 0;
}

static inline void world_blocking(const void *arg)
{
	const struct world_case *test = arg;
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	test->fn();
	http_close_idle();
	holdings_check(&before);
}

static inline void world_coroutine(const void *arg)
{
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	check_equal(runtime_run(NULL, world_main, (void *)arg), 0);
	check(io == &io_blocking);
	holdings_check(&before);
}

enum { WORLD_LIMIT_S = 60 };

static inline void test_blocking(void **state)
{
	child_must_pass(WORLD_LIMIT_S, world_blocking, *state);
}

static inline void test_coroutine(void **state)
{
	child_must_pass(WORLD_LIMIT_S, world_coroutine, *state);
}

/* A test with the world's name before its own. */
static inline struct CMUnitTest world_test(
	const struct world_case *test, const char *world, CMUnitTestFunction fn)
{
	char *name = NULL;

	if (asprintf(&name, "%s: %s", world, test->name) < 0)
		abort();
	return (struct CMUnitTest){ .name = name, .test_func = fn, .initial_state = (void *)test };
}

/* Run each case in each of its worlds; as cmocka_run_group_tests. */
static inline int worlds_run(const char *group, const struct world_case *cases, size_t count)
{
	struct CMUnitTest *tests = calloc(2 * count, sizeof *tests);
	size_t size = 0;

	if (!tests)
		abort();
	setenv("CONCBENCH", "build/concbench", 0);
	for (size_t i = 0; i < count; i++) {
		if (cases[i].worlds & BLOCKING)
			tests[size++] = world_test(&cases[i], "blocking", test_blocking);
		if (cases[i].worlds & COROUTINE)
			tests[size++] = world_test(&cases[i], "coroutine", test_coroutine);
	}
	int failed = _cmocka_run_group_tests(group, tests, size, NULL, NULL);
	for (size_t i = 0; i < size; i++)
		free((char *)tests[i].name);
	free(tests);
	return failed;
}

#endif
