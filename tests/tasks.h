/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TASKS_H
#define TESTS_TASKS_H

/*
 * Cases over models/runtime, each the first task of a runtime of its own, in a
 * child, which has to leave nothing behind and nothing reported.
 */
#include "leftovers.h"

#include "../models/io.h"
#include "../models/runtime/task.h"

enum { TASKS_LIMIT_S = 60 };

static const int64_t ms_ns = 1000000;

/* What the runtime reported, a line each. */
static char reports[4096];

static inline void take_report(void *arg, const char *line)
{
	size_t size = strlen(reports);

	(void)arg;
	snprintf(reports + size, sizeof reports - size, "%s\n", line);
}

static const struct runtime_options reporting = { .report = take_report };

/* A deadline that only a broken call reaches. */
static inline int64_t soon_ns(void)
{
	return io_now_ns() + 10000 * ms_ns;
}

static inline struct task *start_task(task_fn *fn, void *arg)
{
	struct task *task;

	check_equal(task_spawn(&task, "beside", fn, arg), 0);
	return task;
}

/* Let all that can run do so until they wait. */
static inline void settle(void)
{
	for (int i = 0; i < 10; i++)
		task_yield();
}

/* What happened, a letter an event. */
struct story {
	char text[64];
	size_t size;
};

static inline void tell(struct story *story, char letter)
{
	check(story->size < sizeof story->text - 1);
	story->text[story->size++] = letter;
}

static inline void check_story(const struct story *story, const char *expected)
{
	if (strcmp(story->text, expected) != 0)
		fail_case("it went %s, not %s", story->text, expected);
}

struct task_case {
	const char *name;
	void (*fn)(void);
};

/* clang-format off */
#define TASK_CASE(fn) { #fn, fn }
/* clang-format on */

static inline int64_t case_main(void *arg)
{
	((const struct task_case *)arg)->fn();
	return 0;
}

static inline void case_child(const void *arg)
{
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	check_equal(runtime_run(&reporting, case_main, (void *)arg), 0);
	if (reports[0])
		fail_case("reported: %s", reports);
	holdings_check(&before);
}

static inline void test_case(void **state)
{
	child_must_pass(TASKS_LIMIT_S, case_child, *state);
}

/* Run each case; as cmocka_run_group_tests. */
static inline int tasks_run(const char *group, const struct task_case *cases, size_t count)
{
	struct CMUnitTest *tests = calloc(count, sizeof *tests);

	if (!tests)
		abort();
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = test_case,
			.initial_state = (void *)&cases[i] };
	int failed = _cmocka_run_group_tests(group, tests, count, NULL, NULL);
	free(tests);
	return failed;
}

#endif
