/* SPDX-License-Identifier: MIT */
/*
 * What the contract test cannot see of models with several loops: who ran a
 * task, and how many were in flight over all loops together. And of offload:
 * that what computes does not hold up what waits.
 */
#include "small.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "../models/io.h"

enum { LIMIT_S = 60, TASKS_MAX = 64 };

/* Of the tasks of one run; in memory that forked workers share. */
struct watched {
	unsigned together; /* tasks wait until so many have been in flight at once */
	int victim;        /* the task that takes its process along when they are; -1: none */
	atomic_uint in_flight, most;
	atomic_bool crashed;
	atomic_int runner[TASKS_MAX]; /* the thread of each, as the kernel numbers them */
};

static struct watched *watched;

static void note_most(unsigned now)
{
	unsigned most = watched->most;

	while (now > most && !atomic_compare_exchange_weak(&watched->most, &most, now))
		;
}

static int watched_task(struct work *work, uint64_t i, uint64_t *digest)
{
	const int64_t give_up_ns = io_now_ns() + INT64_C(20000000000);

	(void)work;
	watched->runner[i] = gettid();
	note_most(++watched->in_flight);
	while (watched->most < watched->together && io_now_ns() < give_up_ns)
		io_sleep(1000000);
	if (watched->victim == (int)i) {
		watched->crashed = true;
		raise(SIGKILL);
	}
	while (watched->victim >= 0 && !watched->crashed && io_now_ns() < give_up_ns)
		io_sleep(1000000);
	io_sleep(1000000);
	watched->in_flight--;
	*digest = 0;
	return 0;
}

static const struct workload workload_watched = { .name = "watched", .task = watched_task };

static void watch(unsigned together, int victim)
{
	watched = mmap(
		NULL, sizeof *watched, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(watched != MAP_FAILED);
	watched->together = together;
	watched->victim = victim;
}

static unsigned distinct_runners(unsigned tasks)
{
	unsigned count = 0;

	for (unsigned i = 0; i < tasks; i++) {
		bool seen = false;
		for (unsigned earlier = 0; earlier < i && !seen; earlier++)
			seen = watched->runner[earlier] == watched->runner[i];
		count += !seen;
	}
	return count;
}

/* With so many loops: as many tasks at once as are allowed, no more, and by all of the loops. */
static void run_watched(const char *model, unsigned concurrency, unsigned tasks, unsigned loops)
{
	unsigned together = concurrency < tasks ? concurrency : tasks;
	struct small small;
	char reason[256] = "";

	watch(together, -1);
	small_open(&small, &workload_watched, tasks);
	small_choose(&small, model);
	check_equal(trial_run(&small.trial, small.spec.model, tasks, concurrency), 0);
	check_equal(trial_errors(&small.trial, reason, sizeof reason), 0);
	check_equal(watched->most, together);
	check_equal(distinct_runners(tasks), loops);
	small_close(&small);
	munmap(watched, sizeof *watched);
}

static void loops_share_the_concurrency(void)
{
	run_watched("multicore:loops=3", 7, 40, 3);
	run_watched("multicore:loops=3", 3, 40, 3);
	run_watched("multiprocess-coroutine:workers=3", 7, 40, 3);
	run_watched("multiprocess-coroutine:workers=3", 3, 40, 3);
}

/* A loop without a task in flight is not made. */
static void there_are_no_more_loops_than_tasks_in_flight(void)
{
	run_watched("multicore:loops=5", 2, 20, 2);
	run_watched("multicore:loops=5", 1, 5, 1);
	run_watched("multicore:loops=5", 50, 4, 4);
	run_watched("multiprocess-coroutine:workers=5", 2, 20, 2);
	run_watched("multiprocess-coroutine:workers=5", 50, 4, 4);
}

/* Three workers with two tasks each; one of them dies, the others do all the rest. */
static void a_crash_costs_the_tasks_of_its_process(void)
{
	enum { TASKS = 20, AT_ONCE = 6, VICTIM = 4 };
	struct small small;

	watch(AT_ONCE, VICTIM);
	small_open(&small, &workload_watched, TASKS);
	small_choose(&small, "multiprocess-coroutine:workers=3");
	check_equal(trial_run(&small.trial, small.spec.model, TASKS, AT_ONCE), 0);
	int lost = 0;
	for (int i = 0; i < TASKS; i++) {
		const struct record *record = &small.trial.records[i];
		bool on_victim = watched->runner[i] == watched->runner[VICTIM];
		check_equal(record->runs, 1);
		check_equal(record->err, on_victim ? -ECHILD : 0);
		lost += on_victim;
	}
	check_equal(lost, AT_ONCE / 3);
	small_close(&small);
	munmap(watched, sizeof *watched);
}

/* Task 0 sleeps, the others compute at the same time. */
enum { COMPUTERS = 8, COMPUTE_NS = 40000000, SLEEPS = 4, SLEEP_NS = 1000000 };

static int64_t worst_lateness_ns;

static void compute(void *arg)
{
	struct rusage usage;
	int64_t used_ns, begun_ns = -1;

	(void)arg;
	do {
		getrusage(RUSAGE_THREAD, &usage);
		used_ns = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000000) +
			(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
		if (begun_ns < 0)
			begun_ns = used_ns;
	} while (used_ns - begun_ns < COMPUTE_NS);
}

static int stalling_task(struct work *work, uint64_t i, uint64_t *digest)
{
	(void)work;
	*digest = 0;
	if (i > 0)
		return io_compute(compute, NULL);
	for (int k = 0; k < SLEEPS; k++) {
		int64_t due_ns = io_now_ns() + SLEEP_NS;
		io_sleep(SLEEP_NS);
		int64_t late_ns = io_now_ns() - due_ns;
		if (late_ns > worst_lateness_ns)
			worst_lateness_ns = late_ns;
	}
	return 0;
}

static int64_t lateness_under(const char *model)
{
	static const struct workload workload = { .name = "stalling", .task = stalling_task };
	struct small small;
	char reason[256] = "";

	worst_lateness_ns = 0;
	small_open(&small, &workload, 1 + COMPUTERS);
	small_choose(&small, model);
	check_equal(trial_run(&small.trial, small.spec.model, 1 + COMPUTERS, 1 + COMPUTERS), 0);
	check_equal(trial_errors(&small.trial, reason, sizeof reason), 0);
	small_close(&small);
	return worst_lateness_ns;
}

/* Under coroutine the first sleep waits for all that compute. */
static void offloading_keeps_timers_punctual(void)
{
	int64_t in_place_ns = lateness_under("coroutine");
	int64_t offloaded_ns = lateness_under("offload");

	check(in_place_ns > COMPUTE_NS);
	if (offloaded_ns * 3 > in_place_ns)
		fail_case("%lld us late where it is offloaded, %lld us where it is not",
			(long long)offloaded_ns / 1000, (long long)in_place_ns / 1000);
}

struct multicore_case {
	const char *name;
	void (*fn)(void);
};

static void run_case(const void *arg)
{
	const struct multicore_case *test = arg;
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	test->fn();
	holdings_check(&before);
}

static void multicore_case(void **state)
{
	child_must_pass(LIMIT_S, run_case, *state);
}

static const struct multicore_case cases[] = {
	{ "loops share the concurrency", loops_share_the_concurrency },
	{ "there are no more loops than tasks in flight",
		there_are_no_more_loops_than_tasks_in_flight },
	{ "a crash costs the tasks of its process", a_crash_costs_the_tasks_of_its_process },
	{ "offloading keeps timers punctual", offloading_keeps_timers_punctual },
};

enum { CASES = sizeof cases / sizeof *cases };

int main(void)
{
	struct CMUnitTest tests[CASES];

	setenv("CONCBENCH", "build/concbench", 0);
	for (int i = 0; i < CASES; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = multicore_case,
			.initial_state = (void *)&cases[i] };
	return _cmocka_run_group_tests("multicore", tests, CASES, NULL, NULL);
}
