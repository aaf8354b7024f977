/* SPDX-License-Identifier: MIT */
/* models/runtime: starting, waiting, stacks and fairness of tasks. */
#include "worlds.h"

#include <sys/mman.h>

#if defined(__SANITIZE_THREAD__)
enum { CROWD = 300 }; /* a fiber costs it 10 ms, and beyond 8128 it gives up */
#else
enum { CROWD = 10000 };
#endif

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif

/* Makefile: WRAP_task_test. */
void *__real_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);

static unsigned slabs_mapped;

void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
	slabs_mapped += (flags & MAP_STACK) != 0;
	return __real_mmap(addr, size, prot, flags, fd, offset);
}

/* What happened, a letter an event. */
struct story {
	char text[64];
	size_t size;
	struct waiter first, second;
};

static void tell(struct story *story, char letter)
{
	story->text[story->size++] = letter;
}

static void check_story(const struct story *story, const char *expected)
{
	if (strcmp(story->text, expected) != 0)
		fail_case("it went %s, not %s", story->text, expected);
}

static int64_t parks_first(void *arg)
{
	struct story *story = arg;

	tell(story, 'a');
	check_equal(wait_park(&story->first, NULL, INT64_MAX), 1);
	tell(story, 'A');
	return 0;
}

static int64_t parks_second(void *arg)
{
	struct story *story = arg;

	tell(story, 'b');
	check_equal(wait_park(&story->second, NULL, INT64_MAX), 2);
	tell(story, 'B');
	return 0;
}

/* Spawned ones run in order once the spawner gives way, woken ones in the order they were woken. */
static void runs_in_the_order_of_ready(void)
{
	struct story story = { 0 };

	check_equal(task_spawn(NULL, NULL, parks_first, &story), 0);
	check_equal(task_spawn(NULL, NULL, parks_second, &story), 0);
	tell(&story, '1');
	task_yield();
	tell(&story, '2');
	wait_wake(&story.second, 2);
	wait_wake(&story.first, 1);
	tell(&story, '3');
	task_yield();
	tell(&story, '4');
	check_story(&story, "1ab23BA4");
}

static void yields_alone(void)
{
	struct task *self = task_current();

	for (int i = 0; i < 10000; i++)
		task_yield();
	check(task_current() == self);
}

struct crowd {
	struct waiter member[CROWD];
	int arrived, woken;
};

static int64_t join_crowd(void *arg)
{
	struct crowd *crowd = arg;
	int place = crowd->arrived++;
	volatile char deep[8192]; /* a stack of its own, or this is another's */

	deep[0] = (char)place;
	deep[sizeof deep - 1] = (char)(place >> 8);
	check_equal(wait_park(&crowd->member[place], NULL, INT64_MAX), place);
	check_equal((unsigned char)deep[0], place & 255);
	check_equal((unsigned char)deep[sizeof deep - 1], place >> 8);
	crowd->woken++;
	return 0;
}

static void ten_thousand_at_once(void)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);

	check(crowd != NULL);
	for (int i = 0; i < CROWD; i++)
		check_equal(task_spawn(NULL, NULL, join_crowd, crowd), 0);
	task_yield();
	while (crowd->arrived < CROWD)
		task_yield();
	for (int i = CROWD - 1; i >= 0; i--)
		wait_wake(&crowd->member[i], i);
	while (crowd->woken < CROWD)
		task_yield();
	free(crowd);
}

static int64_t count_up(void *arg)
{
	++*(int *)arg;
	return 0;
}

/* One after the other they share a stack; so many at once take so many, and keep them. */
static void stacks_are_used_again(void)
{
	enum { SLAB_STACKS = 64, SLABS = 3 };
	int ended = 0;
	unsigned before = slabs_mapped;

	for (int i = 0; i < 1000; i++) {
		check_equal(task_spawn(NULL, NULL, count_up, &ended), 0);
		task_yield();
		check_equal(ended, i + 1);
	}
	check_equal(slabs_mapped - before, 0); /* that of the main task has room */
	struct crowd *crowd = calloc(1, sizeof *crowd);
	check(crowd != NULL);
	for (int round = 1; round <= 20; round++) {
		for (int i = 0; i < (SLABS - 1) * SLAB_STACKS + 1; i++)
			check_equal(task_spawn(NULL, NULL, join_crowd, crowd), 0);
		task_yield();
		for (int i = 0; i < crowd->arrived; i++)
			wait_wake(&crowd->member[i], i);
		task_yield();
		crowd->arrived = 0;
		check_equal(slabs_mapped - before, SLABS - 1);
	}
	free(crowd);
}

static volatile bool stop_yielding;

static int64_t yield_for_ever(void *arg)
{
	(void)arg;
	while (!stop_yielding)
		task_yield();
	return 0;
}

/* Coroutines that are always ready must not keep the loop from its turn. */
static void timer_fires_though_others_yield(void)
{
	stop_yielding = false;
	check_equal(task_spawn(NULL, NULL, yield_for_ever, NULL), 0);
	check_equal(task_spawn(NULL, NULL, yield_for_ever, NULL), 0);
	for (int i = 0; i < 5; i++) {
		int64_t start_ns = io_now_ns();
		check_equal(io_sleep(2 * ms_ns), 0);
		check(io_now_ns() - start_ns < 1000 * ms_ns);
	}
	stop_yielding = true;
}

/* The same for a socket that gets ready. */
static void socket_is_read_though_others_yield(void)
{
	int fds[2];
	char byte;

	check_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
	stop_yielding = false;
	check_equal(task_spawn(NULL, NULL, yield_for_ever, NULL), 0);
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() + ms_ns), -ETIMEDOUT);
	check_equal(write(fds[1], "x", 1), 1);
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() + 5000 * ms_ns), 1);
	stop_yielding = true;
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

static int64_t nothing(void *arg)
{
	(void)arg;
	return 0;
}

static int64_t join_for_ever(void *arg)
{
	unsigned *joined = arg;

	for (; !stop_yielding; ++*joined) {
		struct task *task;
		check_equal(task_spawn(&task, NULL, nothing, NULL), 0);
		check_equal(task_join(task), 0);
	}
	return 0;
}

/* One that is waited for goes first, and so does who waited: the others have their turn too. */
static void joining_keeps_nobody_waiting(void)
{
	unsigned joined[3] = { 0 }, before[3];
	struct task *tasks[3];

	stop_yielding = false;
	for (int i = 0; i < 3; i++)
		check_equal(task_spawn(&tasks[i], NULL, join_for_ever, &joined[i]), 0);
	for (int round = 0; round < 3; round++) {
		memcpy(before, joined, sizeof before);
		check_equal(io_sleep(5 * ms_ns), 0);
		for (int i = 0; i < 100; i++)
			task_yield();
		for (int i = 0; i < 3; i++)
			check(joined[i] > before[i]);
	}
	stop_yielding = true;
	for (int i = 0; i < 3; i++)
		check_equal(task_join(tasks[i]), 0);
}

struct lines {
	char text[1024];
};

static void take_line(void *arg, const char *line)
{
	struct lines *lines = arg;
	size_t used = strlen(lines->text);

	snprintf(lines->text + used, sizeof lines->text - used, "%s\n", line);
}

static void check_line(const struct lines *lines, const char *line)
{
	if (!strstr(lines->text, line))
		fail_case("'%s' is not in the report: %s", line, lines->text);
}

static int64_t wait_for_nobody(void *arg)
{
	struct waiter waiter = { .what = "a miracle", .name = arg };

	wait_park(&waiter, NULL, INT64_MAX);
	fail_case("woken, but nobody could");
	return 0;
}

static int64_t wait_for_the_waiting(void *arg)
{
	struct task *task;

	(void)arg;
	check_equal(task_spawn(&task, "optimist", wait_for_nobody, "at noon"), 0);
	return task_join(task);
}

static void deadlock(const void *arg)
{
	struct lines lines = { 0 };
	struct runtime_options options = { .report = take_line, .report_arg = &lines };
	struct holdings before;

	(void)arg;
	holdings_warm_up();
	holdings_take(&before);
	check_equal(runtime_run(&options, wait_for_the_waiting, NULL), -EDEADLK);
	check_line(&lines, "deadlock: 2 tasks");
	check_line(&lines, "task 'optimist' waits for a miracle 'at noon'");
	check_line(&lines, "task 'main' waits for the end of 'optimist'");
	check(io == &io_blocking); /* the thread is not spoilt */
	int ended = 0;
	check_equal(runtime_run(NULL, count_up, &ended), 0);
	check_equal(ended, 1);
	holdings_check(&before);
}

enum { MANY = 300 };

static int64_t many_waits(void *arg)
{
	for (int i = 0; i < MANY; i++)
		check_equal(task_spawn(NULL, "one of many", wait_for_nobody, "noon"), 0);
	return (intptr_t)arg;
}

static void count_line(void *arg, const char *line)
{
	int *counts = arg;

	counts[0]++;
	counts[1] += strcmp(line, "and 200 more wait") == 0;
}

/* A hundred lines tell enough. */
static void deadlock_of_many(const void *arg)
{
	int counts[2] = { 0 };
	struct runtime_options options = { .report = count_line, .report_arg = counts };

	check_equal(runtime_run(&options, many_waits, (void *)arg), -EDEADLK);
	check_equal(counts[0], 1 + 100 + 1);
	check_equal(counts[1], 1);
}

static void deadlock_of_many_is_told_in_short(void **state)
{
	(void)state;
	child_must_pass(WORLD_LIMIT_S, deadlock_of_many, NULL);
}

static void deadlock_is_told(void **state)
{
	(void)state;
	child_must_pass(WORLD_LIMIT_S, deadlock, NULL);
}

enum { WATCHED_MS = 50 };

static void spin(int64_t duration_ns)
{
	int64_t until_ns = io_now_ns() + duration_ns;

	while (io_now_ns() < until_ns)
		;
}

static int64_t keep_the_thread(void *arg)
{
	spin(8 * WATCHED_MS * ms_ns);
	return (intptr_t)arg;
}

/* As long in all, but it gives way. */
static int64_t give_way(void *arg)
{
	for (int i = 0; i < 16; i++) {
		spin(WATCHED_MS * ms_ns / 10);
		task_yield();
	}
	return (intptr_t)arg;
}

static int64_t spin_both(void *arg)
{
	struct task *hog, *polite;

	(void)arg;
	check_equal(task_spawn(&polite, "polite", give_way, NULL), 0);
	check_equal(task_join(polite), 0);
	check_equal(task_spawn(&hog, "hog", keep_the_thread, NULL), 0);
	return task_join(hog);
}

static void watched(const void *arg)
{
	struct lines lines = { 0 };
	struct runtime_options options = {
		.watchdog_ms = WATCHED_MS, .report = take_line, .report_arg = &lines
	};

	(void)arg;
	check_equal(runtime_run(&options, spin_both, NULL), 0);
	check_line(&lines, "task 'hog' has run for");
	const char *first = strstr(lines.text, "'hog'");
	check(strstr(first + 1, "'hog'") == NULL); /* once */
}

static void task_that_never_gives_way_is_named(void **state)
{
	(void)state;
	child_must_pass(WORLD_LIMIT_S, watched, NULL);
}

enum { FRAME_BYTES = 1024 };

/* Use the stack up to so many bytes below from, a frame at a time. */
static __attribute__((noinline)) int dig(const char *from, size_t depth_bytes)
{
	volatile char frame[FRAME_BYTES];
	const char *here = __builtin_frame_address(0);

	for (int i = 0; i < FRAME_BYTES; i += 64)
		frame[i] = 1;
	if ((size_t)(from - here) < depth_bytes)
		return dig(from, depth_bytes) + frame[0];
	return frame[0];
}

/* Leaves at once: what it has spoilt must not get a chance to crash as the guard page does. */
static int64_t dig_down(void *arg)
{
	const size_t *depth_bytes = arg;

	dig(__builtin_frame_address(0), *depth_bytes);
	_exit(0);
	return 0;
}

/* It lies above the stack of the main task: without a guard it would dig into that. */
static int64_t dig_above_another(void *arg)
{
	struct task *digger;

	check_equal(task_spawn(&digger, "digger", dig_down, arg), 0);
	return task_join(digger);
}

/* What the one that overflows says on stderr. */
static int said_fd;

static void overflow(const void *arg)
{
	dup2(said_fd, STDERR_FILENO);
	signal(SIGSEGV, SIG_DFL); /* the test's library has one of its own, as a sanitizer does */
	runtime_run(NULL, dig_above_another, (void *)arg);
	fail_case("nobody dug");
}

static void overflow_hits_the_guard_page(void **state)
{
#if defined(__SANITIZE_ADDRESS__)
	enum { STACK_BYTES = 256 * 1024 };
#else
	enum { STACK_BYTES = 64 * 1024 };
#endif
	static const size_t within_bytes = STACK_BYTES - 8192, beyond_bytes = STACK_BYTES + 4096;
	struct child child;
	char said[256] = "";

	(void)state;
	said_fd = memfd_create("said", MFD_CLOEXEC);
	assert_true(said_fd >= 0);
	child_must_pass(WORLD_LIMIT_S, overflow, &within_bytes);
	child_run(WORLD_LIMIT_S, overflow, &beyond_bytes, &child);
	assert_true(WIFSIGNALED(child.status));
	assert_int_equal(WTERMSIG(child.status), SIGSEGV);
	(void)said;
#ifndef SANITIZED
	assert_true(pread(said_fd, said, sizeof said - 1, 0) > 0);
	assert_non_null(strstr(said, "task 'digger' overflowed its stack"));
#endif
	close(said_fd);
}

static void wait_in_callback(struct future_callback *self, struct future *future)
{
	(void)self, (void)future;
	io_sleep(ms_ns);
}

static int64_t end_with_callback(void *arg)
{
	struct future_callback callback = { .fn = wait_in_callback };
	struct task *task;

	(void)arg;
	check_equal(task_spawn(&task, NULL, nothing, NULL), 0);
	future_add_done_callback(task_future(task), &callback);
	return task_join(task);
}

static void wait_at_an_end(const void *arg)
{
	(void)arg;
	dup2(said_fd, STDERR_FILENO);
	signal(SIGABRT, SIG_DFL);
	runtime_run(NULL, end_with_callback, NULL);
}

static void callback_that_waits_is_told(void **state)
{
	struct child child;
	char said[256] = "";

	(void)state;
	said_fd = memfd_create("said", MFD_CLOEXEC);
	assert_true(said_fd >= 0);
	child_run(WORLD_LIMIT_S, wait_at_an_end, NULL, &child);
	assert_true(WIFSIGNALED(child.status));
	assert_int_equal(WTERMSIG(child.status), SIGABRT);
	assert_true(pread(said_fd, said, sizeof said - 1, 0) > 0);
	assert_non_null(strstr(said, "must not wait"));
	close(said_fd);
}

static int run_others(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadlock_is_told),
		cmocka_unit_test(deadlock_of_many_is_told_in_short),
		cmocka_unit_test(task_that_never_gives_way_is_named),
		cmocka_unit_test(overflow_hits_the_guard_page),
		cmocka_unit_test(callback_that_waits_is_told),
	};

	return cmocka_run_group_tests_name("task, ends", tests, NULL, NULL);
}

int main(void)
{
	static const struct world_case cases[] = {
		WORLD_CASE(runs_in_the_order_of_ready, COROUTINE),
		WORLD_CASE(yields_alone, COROUTINE),
		WORLD_CASE(ten_thousand_at_once, COROUTINE),
		WORLD_CASE(stacks_are_used_again, COROUTINE),
		WORLD_CASE(timer_fires_though_others_yield, COROUTINE),
		WORLD_CASE(socket_is_read_though_others_yield, COROUTINE),
		WORLD_CASE(joining_keeps_nobody_waiting, COROUTINE),
	};
	int failed = worlds_run("task", cases, sizeof cases / sizeof *cases);

	return failed + run_others();
}
