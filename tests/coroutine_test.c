/* SPDX-License-Identifier: MIT */
/* models/runtime: starting, parking, stacks and fairness of coroutines. */
#include "worlds.h"

#include <sys/mman.h>

#if defined(__SANITIZE_THREAD__)
enum { CROWD = 1000 }; /* a fiber costs it some ms, and beyond 8128 it gives up */
#else
enum { CROWD = 10000 };
#endif

/* Makefile: WRAP_coroutine_test. */
void *__real_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);
void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset);

static unsigned stacks_mapped;

void *__wrap_mmap(void *addr, size_t size, int prot, int flags, int fd, off_t offset)
{
	stacks_mapped += (flags & MAP_STACK) != 0;
	return __real_mmap(addr, size, prot, flags, fd, offset);
}

/* What happened, a letter an event. */
struct story {
	char text[64];
	size_t size;
	struct coroutine *first, *second;
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

static void parks_first(void *arg)
{
	struct story *story = arg;

	tell(story, 'a');
	story->first = coroutine_current();
	coroutine_park();
	tell(story, 'A');
}

static void parks_second(void *arg)
{
	struct story *story = arg;

	tell(story, 'b');
	story->second = coroutine_current();
	coroutine_park();
	tell(story, 'B');
}

/* Spawned ones run in order once the spawner gives way, woken ones in the order they were woken. */
static void runs_in_the_order_of_ready(void)
{
	struct story story = { 0 };

	check_equal(coroutine_spawn(parks_first, &story), 0);
	check_equal(coroutine_spawn(parks_second, &story), 0);
	tell(&story, '1');
	coroutine_yield();
	tell(&story, '2');
	coroutine_ready(story.second);
	coroutine_ready(story.first);
	tell(&story, '3');
	coroutine_yield();
	tell(&story, '4');
	check_story(&story, "1ab23BA4");
}

static void yields_alone(void)
{
	struct coroutine *self = coroutine_current();

	for (int i = 0; i < 10000; i++)
		coroutine_yield();
	check(coroutine_current() == self);
}

struct crowd {
	struct coroutine *member[CROWD];
	int arrived, woken;
};

static void join_crowd(void *arg)
{
	struct crowd *crowd = arg;
	int place = crowd->arrived++;
	volatile char deep[8192]; /* a stack of its own, or this is another's */

	crowd->member[place] = coroutine_current();
	deep[0] = (char)place;
	deep[sizeof deep - 1] = (char)(place >> 8);
	coroutine_park();
	check_equal((unsigned char)deep[0], place & 255);
	check_equal((unsigned char)deep[sizeof deep - 1], place >> 8);
	crowd->woken++;
}

static void ten_thousand_at_once(void)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);

	check(crowd != NULL);
	for (int i = 0; i < CROWD; i++)
		check_equal(coroutine_spawn(join_crowd, crowd), 0);
	coroutine_yield();
	while (crowd->arrived < CROWD)
		coroutine_yield();
	for (int i = CROWD - 1; i >= 0; i--)
		coroutine_ready(crowd->member[i]);
	while (crowd->woken < CROWD)
		coroutine_yield();
	free(crowd);
}

static void count_up(void *arg)
{
	++*(int *)arg;
}

/* One after the other they share a stack; so many at once take so many, and keep them. */
static void stacks_are_used_again(void)
{
	int ended = 0;
	unsigned before = stacks_mapped;

	for (int i = 0; i < 1000; i++) {
		check_equal(coroutine_spawn(count_up, &ended), 0);
		coroutine_yield();
		check_equal(ended, i + 1);
	}
	check_equal(stacks_mapped - before, 1);
	for (int round = 0; round < 100; round++) {
		for (int i = 0; i < 50; i++)
			check_equal(coroutine_spawn(count_up, &ended), 0);
		coroutine_yield();
	}
	check_equal(ended, 1000 + 100 * 50);
	check_equal(stacks_mapped - before, 50);
}

static volatile bool stop_yielding;

static void yield_for_ever(void *arg)
{
	(void)arg;
	while (!stop_yielding)
		coroutine_yield();
}

/* Coroutines that are always ready must not keep the loop from its turn. */
static void timer_fires_though_others_yield(void)
{
	stop_yielding = false;
	check_equal(coroutine_spawn(yield_for_ever, NULL), 0);
	check_equal(coroutine_spawn(yield_for_ever, NULL), 0);
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
	check_equal(coroutine_spawn(yield_for_ever, NULL), 0);
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() + ms_ns), -ETIMEDOUT);
	check_equal(write(fds[1], "x", 1), 1);
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() + 5000 * ms_ns), 1);
	stop_yielding = true;
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

static void park_for_ever(void *arg)
{
	if (arg)
		check_equal(coroutine_spawn(park_for_ever, NULL), 0);
	coroutine_park();
	fail_case("woken, but nobody could");
}

static void deadlock(const void *arg)
{
	struct loop loop;
	struct holdings before;
	int more;

	(void)arg;
	holdings_warm_up();
	holdings_take(&before);
	check_equal(loop_init(&loop), 0);
	check_equal(coroutine_run(&loop, park_for_ever, &more), -EDEADLK);
	/* Neither the loop nor the thread is spoilt. */
	check(io == &io_blocking);
	int ended = 0;
	check_equal(coroutine_run(&loop, count_up, &ended), 0);
	check_equal(ended, 1);
	loop_close(&loop);
	holdings_check(&before);
}

static void deadlock_is_told(void **state)
{
	(void)state;
	child_must_pass(WORLD_LIMIT_S, deadlock, NULL);
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
static void dig_down(void *arg)
{
	const size_t *depth_bytes = arg;

	dig(__builtin_frame_address(0), *depth_bytes);
	_exit(0);
}

/* Its neighbours are mapped later and so lie below: without a guard it would dig into one. */
static void dig_among_others(void *arg)
{
	int ended = 0;

	check_equal(coroutine_spawn(dig_down, arg), 0);
	for (int i = 0; i < 8; i++)
		check_equal(coroutine_spawn(count_up, &ended), 0);
	coroutine_yield();
}

static void overflow(const void *arg)
{
	struct loop loop;

	signal(SIGSEGV, SIG_DFL); /* a sanitizer would turn it into an exit */
	check_equal(loop_init(&loop), 0);
	coroutine_run(&loop, dig_among_others, (void *)arg);
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

	(void)state;
	child_must_pass(WORLD_LIMIT_S, overflow, &within_bytes);
	child_run(WORLD_LIMIT_S, overflow, &beyond_bytes, &child);
	assert_true(WIFSIGNALED(child.status));
	assert_int_equal(WTERMSIG(child.status), SIGSEGV);
}

static int run_others(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deadlock_is_told),
		cmocka_unit_test(overflow_hits_the_guard_page),
	};

	return cmocka_run_group_tests_name("coroutine, ends", tests, NULL, NULL);
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
	};
	int failed = worlds_run("coroutine", cases, sizeof cases / sizeof *cases);

	return failed + run_others();
}
