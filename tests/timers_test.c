/* SPDX-License-Identifier: MIT */
/* models/runtime/timers: never early, in order, and right whatever a timer does to the others. */
#include "leftovers.h"

#include "../bench/rng.h"
#include "../models/io.h"
#include "../models/runtime/timers.h"

enum { LIMIT_S = 60, RANDOM_TIMERS = 10000 };

struct fixture {
	uv_loop_t uv;
	struct timers timers;
	struct holdings before;
};

static void open_timers(struct fixture *fixture)
{
	holdings_warm_up();
	holdings_take(&fixture->before);
	check_equal(uv_loop_init(&fixture->uv), 0);
	check_equal(timers_init(&fixture->timers, &fixture->uv), 0);
}

static void close_timers(struct fixture *fixture)
{
	timers_close(&fixture->timers);
	uv_run(&fixture->uv, UV_RUN_DEFAULT);
	check_equal(uv_loop_close(&fixture->uv), 0);
	holdings_check(&fixture->before);
}

/* Turns until no timer is started: they keep the loop alive, and nothing else does. */
static void run(struct fixture *fixture)
{
	check_equal(uv_run(&fixture->uv, UV_RUN_DEFAULT), 0);
	check_equal(fixture->timers.count, 0);
}

/* A timer that knows what it may do to another when it fires. */
struct alarm_clock {
	struct timer timer; /* first, so that a timer is its clock */
	struct fixture *fixture;
	struct alarm_clock *other;
	int64_t at_ns;
	int rung; /* which one it was, from 1; 0 before */
	int *count;
};

static void ring(struct timer *timer)
{
	struct alarm_clock *clock = (struct alarm_clock *)timer;
	int64_t now_ns = io_now_ns();

	if (now_ns < clock->at_ns)
		fail_case("%lld ns early", (long long)(clock->at_ns - now_ns));
	check_equal(clock->rung, 0);
	clock->rung = ++*clock->count;
}

static void ring_and_stop_other(struct timer *timer)
{
	struct alarm_clock *clock = (struct alarm_clock *)timer;

	ring(timer);
	timers_stop(&clock->fixture->timers, &clock->other->timer);
}

static void set_at(struct alarm_clock *clock, int64_t at_ns)
{
	clock->at_ns = at_ns;
	check_equal(timers_start(&clock->fixture->timers, &clock->timer, at_ns), 0);
}

static void ring_and_start_other(struct timer *timer)
{
	struct alarm_clock *clock = (struct alarm_clock *)timer;

	ring(timer);
	set_at(clock->other, io_now_ns() + 500000);
}

static void ring_and_start_again(struct timer *timer)
{
	struct alarm_clock *clock = (struct alarm_clock *)timer;

	ring(timer);
	clock->rung = 0;
	if (*clock->count < 10)
		set_at(clock, io_now_ns() + 200000);
}

static void make_clocks(struct alarm_clock *clocks, size_t size, struct fixture *fixture,
	void (*fire)(struct timer *timer), int *count)
{
	*count = 0;
	for (size_t i = 0; i < size; i++)
		clocks[i] = (struct alarm_clock){
			.timer = { .fire = fire }, .fixture = fixture, .count = count
		};
}

static void rings_in_order_and_never_early(struct fixture *fixture)
{
	enum { CLOCKS = 20 };
	struct alarm_clock clocks[CLOCKS];
	int count;

	make_clocks(clocks, CLOCKS, fixture, ring, &count);
	int64_t now_ns = io_now_ns();
	for (int i = 0; i < CLOCKS; i++) /* 7 and 20 have no common divisor: each place once */
		set_at(&clocks[i], now_ns + (i * 7 % CLOCKS) * 300000);
	run(fixture);
	for (int i = 0; i < CLOCKS; i++)
		check_equal(clocks[i].rung, i * 7 % CLOCKS + 1);
}

static void in_the_past_rings_at_once(struct fixture *fixture)
{
	static const int64_t deadlines_ns[] = { 0, -1, INT64_MIN, 1, 1000000000 };
	struct alarm_clock clocks[5];
	int count;

	make_clocks(clocks, 5, fixture, ring, &count);
	int64_t start_ns = io_now_ns();
	for (int i = 0; i < 5; i++)
		set_at(&clocks[i], deadlines_ns[i]);
	check_equal(count, 0); /* from the loop, not from timers_start */
	run(fixture);
	check_equal(count, 5);
	check(io_now_ns() - start_ns < 1000000000);
}

static void stops_in_every_state(struct fixture *fixture)
{
	struct alarm_clock clocks[3];
	int count;

	make_clocks(clocks, 3, fixture, ring, &count);
	timers_stop(&fixture->timers, &clocks[0].timer); /* never started */
	set_at(&clocks[0], io_now_ns() + 1000000);
	set_at(&clocks[1], io_now_ns() + 2000000);
	set_at(&clocks[2], io_now_ns() + 3000000);
	timers_stop(&fixture->timers, &clocks[0].timer);
	timers_stop(&fixture->timers, &clocks[0].timer); /* stopped */
	timers_stop(&fixture->timers, &clocks[2].timer);
	run(fixture);
	timers_stop(&fixture->timers, &clocks[1].timer); /* fired */
	check_equal(count, 1);
	check_equal(clocks[1].rung, 1);
	set_at(&clocks[0], io_now_ns() + 100000); /* and started again */
	set_at(&clocks[2], io_now_ns() + 200000);
	run(fixture);
	check_equal(clocks[0].rung, 2);
	check_equal(clocks[2].rung, 3);
}

/* With all of them stopped the loop ends at once, though the timerfd is set. */
static void none_keeps_no_loop_alive(struct fixture *fixture)
{
	struct alarm_clock clock;
	int count;

	make_clocks(&clock, 1, fixture, ring, &count);
	set_at(&clock, io_now_ns() + INT64_C(3600000000000));
	uv_run(&fixture->uv, UV_RUN_NOWAIT);
	timers_stop(&fixture->timers, &clock.timer);
	int64_t start_ns = io_now_ns();
	run(fixture);
	check(io_now_ns() - start_ns < 1000000000);
	check_equal(count, 0);
}

static void an_earlier_one_started_later_is_first(struct fixture *fixture)
{
	struct alarm_clock clocks[2];
	int count;

	make_clocks(clocks, 2, fixture, ring, &count);
	int64_t start_ns = io_now_ns();
	set_at(&clocks[0], start_ns + 50000000);
	uv_run(&fixture->uv, UV_RUN_NOWAIT); /* the timerfd is set to 50 ms */
	set_at(&clocks[1], start_ns + 1000000);
	uv_run(&fixture->uv, UV_RUN_ONCE);
	check_equal(clocks[1].rung, 1);
	check_equal(clocks[0].rung, 0);
	run(fixture);
	check_equal(clocks[0].rung, 2);
}

/* Both are due in the same turn, so the second is stopped by the first while that fires. */
static void stopped_from_anothers_fire(struct fixture *fixture)
{
	struct alarm_clock clocks[3];
	int count;

	make_clocks(clocks, 3, fixture, ring, &count);
	clocks[0].timer.fire = ring_and_stop_other;
	clocks[0].other = &clocks[1];
	int64_t now_ns = io_now_ns();
	for (int i = 0; i < 3; i++)
		set_at(&clocks[i], now_ns + 1000 * i);
	usleep(1000);
	run(fixture);
	check_equal(clocks[0].rung, 1);
	check_equal(clocks[1].rung, 0);
	check_equal(clocks[2].rung, 2);
}

static void stopped_itself_from_its_fire(struct fixture *fixture)
{
	struct alarm_clock clock;
	int count;

	make_clocks(&clock, 1, fixture, ring_and_stop_other, &count);
	clock.other = &clock;
	set_at(&clock, io_now_ns());
	run(fixture);
	check_equal(count, 1);
}

static void started_from_anothers_fire(struct fixture *fixture)
{
	struct alarm_clock clocks[2];
	int count;

	make_clocks(clocks, 2, fixture, ring, &count);
	clocks[0].timer.fire = ring_and_start_other;
	clocks[0].other = &clocks[1];
	set_at(&clocks[0], io_now_ns() + 1000000);
	run(fixture);
	check_equal(clocks[0].rung, 1);
	check_equal(clocks[1].rung, 2);
}

static void started_again_from_its_own_fire(struct fixture *fixture)
{
	struct alarm_clock clock;
	int count;

	make_clocks(&clock, 1, fixture, ring_and_start_again, &count);
	set_at(&clock, io_now_ns() + 1000000);
	run(fixture);
	check_equal(count, 10);
}

static void closed_while_started(struct fixture *fixture)
{
	struct alarm_clock clock;
	int count;

	make_clocks(&clock, 1, fixture, ring, &count);
	set_at(&clock, io_now_ns() + 1000000);
	usleep(2000);
	timers_close(&fixture->timers);
	uv_run(&fixture->uv, UV_RUN_DEFAULT);
	check_equal(count, 0);
	check_equal(timers_init(&fixture->timers, &fixture->uv), 0);
}

static int64_t last_at_ns;

static void ring_after_the_last(struct timer *timer)
{
	ring(timer);
	check(timer->deadline_ns >= last_at_ns);
	last_at_ns = timer->deadline_ns;
}

/* Started, and some of them stopped or moved, in random order; those left ring in order. */
static void ten_thousand_at_random(struct fixture *fixture)
{
	struct alarm_clock *clocks = calloc(RANDOM_TIMERS, sizeof *clocks);
	struct rng rng;
	int count, started = 0;

	check(clocks != NULL);
	rng_seed(&rng, 20240229);
	make_clocks(clocks, RANDOM_TIMERS, fixture, ring_after_the_last, &count);
	int64_t now_ns = io_now_ns() + 20000000;
	for (int i = 0; i < RANDOM_TIMERS; i++)
		set_at(&clocks[i], now_ns + (int64_t)rng_below(&rng, 100000000));
	for (int i = 0; i < RANDOM_TIMERS; i++) {
		struct alarm_clock *clock = &clocks[rng_below(&rng, RANDOM_TIMERS)];
		timers_stop(&fixture->timers, &clock->timer);
		if (rng_below(&rng, 2))
			set_at(clock, now_ns + (int64_t)rng_below(&rng, 100000000));
	}
	for (int i = 0; i < RANDOM_TIMERS; i++)
		started += clocks[i].timer.place != 0;
	check_equal(fixture->timers.count, started);
	run(fixture);
	check_equal(count, started);
	free(clocks);
}

struct timers_case {
	const char *name;
	void (*fn)(struct fixture *fixture);
};

static void in_fixture(const void *arg)
{
	const struct timers_case *test = arg;
	struct fixture fixture;

	open_timers(&fixture);
	test->fn(&fixture);
	close_timers(&fixture);
}

static void timers(void **state)
{
	child_must_pass(LIMIT_S, in_fixture, *state);
}

/* clang-format off */
#define TIMERS_TEST(fn) { #fn, timers, NULL, NULL, &(struct timers_case){ #fn, fn } }
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		TIMERS_TEST(rings_in_order_and_never_early),
		TIMERS_TEST(in_the_past_rings_at_once),
		TIMERS_TEST(stops_in_every_state),
		TIMERS_TEST(none_keeps_no_loop_alive),
		TIMERS_TEST(an_earlier_one_started_later_is_first),
		TIMERS_TEST(stopped_from_anothers_fire),
		TIMERS_TEST(stopped_itself_from_its_fire),
		TIMERS_TEST(started_from_anothers_fire),
		TIMERS_TEST(started_again_from_its_own_fire),
		TIMERS_TEST(closed_while_started),
		TIMERS_TEST(ten_thousand_at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
