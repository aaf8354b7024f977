/* SPDX-License-Identifier: MIT */
/* The tracer, on a process that makes a known number of calls; and instructions by callgrind. */
#include "child.h"

#include <math.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/syscall.h>

#include "../bench/counts.h"
#include "../bench/instructions.h"
#include "../bench/summary.h"

/* A process that rests until it is told to go, and then makes calls in all the ways there are. */
struct target {
	pid_t pid;
	int go; /* closed to start it */
};

static volatile sig_atomic_t signalled;

static void on_signal(int number)
{
	(void)number;
	signalled++;
}

static void *make_calls(void *arg)
{
	const unsigned *calls = arg;

	for (unsigned i = 0; i < *calls; i++)
		syscall(SYS_getppid);
	return NULL;
}

static bool fork_and_wait(unsigned calls)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		make_calls(&calls);
		_exit(7);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
		WEXITSTATUS(status) == 7;
}

static bool exec_and_wait(void)
{
	char *argv[] = { "true", NULL };
	int status;
	pid_t pid;

	return posix_spawnp(&pid, *argv, NULL, NULL, argv, environ) == 0 &&
		waitpid(pid, &status, 0) == pid && status == 0;
}

/* In the process, a thread, a child and an exec; a signal is handled, and a stop continued. */
static _Noreturn void be_target(int wait, unsigned calls)
{
	pthread_t thread;
	char byte;

	signal(SIGUSR1, on_signal);
	if (read(wait, &byte, 1) != 0)
		_exit(1);
	make_calls(&calls);
	if (pthread_create(&thread, NULL, make_calls, &calls) != 0 || pthread_join(thread, NULL))
		_exit(2);
	if (!fork_and_wait(calls) || !exec_and_wait())
		_exit(3);
	raise(SIGUSR1);
	raise(SIGSTOP);
	_exit(signalled == 1 ? 0 : 4);
}

static struct target target_start(unsigned calls)
{
	int ends[2];
	struct target target;

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	target.pid = fork();
	assert_true(target.pid >= 0);
	if (target.pid == 0) {
		close(ends[1]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		be_target(ends[0], calls);
	}
	close(ends[0]);
	target.go = ends[1];
	return target;
}

/* Let it go, see it stop, continue it, and see it end well. */
static void target_finish(struct target *target)
{
	int status;

	close(target->go);
	assert_int_equal(waitpid(target->pid, &status, WUNTRACED), target->pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(kill(target->pid, SIGCONT), 0);
	assert_int_equal(waitpid(target->pid, &status, 0), target->pid);
	assert_int_equal(status, 0);
}

static unsigned long count_target(unsigned calls)
{
	struct counts counts;
	struct target target = target_start(calls);

	assert_int_equal(counts_init(&counts), 0);
	assert_int_equal(counts_trace(&counts, target.pid, false), 0);
	counts_open(&counts);
	target_finish(&target);
	counts_close(&counts);
	unsigned long counted = atomic_load(&counts.page->system_calls);
	counts_free(&counts);
	return counted;
}

static void counts_every_call(void **state)
{
	(void)state;
	unsigned long few = count_target(100), many = count_target(1100);

	/* Joining a thread takes a call or none, and it may not have come to rest before. */
	assert_in_range(many - few, 2990, 3100);
	assert_in_range(few, 300, 700);
}

static void counts_the_window_alone(void **state)
{
	struct counts counts;
	struct target target = target_start(500);

	(void)state;
	assert_int_equal(counts_init(&counts), 0);
	assert_int_equal(counts_trace(&counts, target.pid, false), 0);
	target_finish(&target);
	assert_int_equal(atomic_load(&counts.page->system_calls), 0);
	counts_free(&counts);
}

/* What the tracer misses must not be taken for what there was, and hurts nobody. */
static void a_dead_tracer_is_noticed(void **state)
{
	struct counts counts;
	siginfo_t info;
	struct target target = target_start(10);

	(void)state;
	assert_int_equal(counts_init(&counts), 0);
	assert_int_equal(counts_trace(&counts, target.pid, false), 0);
	counts_open(&counts);
	kill(counts.tracer, SIGKILL);
	assert_int_equal(waitid(P_PID, counts.tracer, &info, WEXITED | WNOWAIT), 0);
	target_finish(&target);
	counts_close(&counts);
	counts_stop(&counts);
	json_t *json = json_object();
	counts_add(&counts, 1, json);
	assert_true(json_is_null(json_object_get(json, "system_calls")));
	assert_true(json_is_true(json_object_get(json, "counted")));
	json_decref(json);
	counts_free(&counts);
}

static void what_is_traced_already_is_refused(void **state)
{
	struct counts first, second;
	struct target target = target_start(10);

	(void)state;
	assert_int_equal(counts_init(&first), 0);
	assert_int_equal(counts_init(&second), 0);
	assert_int_equal(counts_trace(&first, target.pid, false), 0);
	assert_int_equal(counts_trace(&second, target.pid, false), -EPERM);
	assert_int_equal(second.tracer, 0);
	counts_free(&second);
	target_finish(&target);
	counts_free(&first);
	assert_int_equal(waitpid(-1, NULL, 0), -1); /* no tracer is left */
}

static void nothing_is_counted_without_a_page(void **state)
{
	struct counts counts = { 0 };
	json_t *json = json_object();

	(void)state;
	assert_int_equal(counts_trace(&counts, getpid(), false), 0);
	counts_open(&counts);
	counts_close(&counts);
	counts_stop(&counts);
	counts_add(&counts, 1, json);
	assert_int_equal(json_object_size(json), 0);
	json_decref(json);
	counts_free(&counts);
}

/* The rows of counts are in a summary where a trial has them, and there alone. */
static void a_summary_has_what_was_counted(void **state)
{
	json_t *cell = json_pack("{s:[{s:s, s:i}, {s:s, s:i, s:i, s:i, s:n}]}", "trials", "status",
		"ok", "tasks", 10, "status", "ok", "tasks", 10, "operations", 2, "system_calls", 70,
		"allocations");

	(void)state;
	summary_update(cell);
	const json_t *summary = json_object_get(cell, "summary");
	const json_t *calls = json_object_get(summary, "system_calls_per_task");
	assert_true(json_number_value(json_object_get(calls, "median")) == 3.5);
	assert_null(json_object_get(summary, "allocations_per_task"));
	assert_null(json_object_get(summary, "instructions_per_task"));
	assert_true(json_is_null(json_object_get(summary, "elapsed_s")));
	json_decref(cell);
}

static uint64_t done_again[16];
static size_t done_again_count;

static int note_task(struct work *work, uint64_t i, uint64_t *digest)
{
	(void)work;
	done_again[done_again_count++] = i;
	*digest = 0;
	return 0;
}

/* The last task done twice would lengthen the trial by more than the share. */
static void injected_work_is_spread_and_spares_the_end(void **state)
{
	static const struct workload workload = { .name = "noting", .task = note_task };
	static struct record records[300];
	struct trial_spec spec = { .inject_percent = 1 };
	struct trial trial = { .spec = &spec, .workload = &workload, .records = records };

	(void)state;
	for (uint64_t i = 0; i < 300; i++)
		trial_inject_work(&trial, i);
	assert_int_equal(done_again_count, 3);
	for (uint64_t k = 0; k < 3; k++)
		assert_int_equal(done_again[k], 100 * k + 49);
}

static const volatile int never;

static int instructions(const char *model, const char *workload, double percent, double *per_task)
{
	struct trial_spec spec = { .model_name = model,
		.model = model_find(model),
		.workload = workload_find(workload),
		.concurrency = 1,
		.tasks = 20,
		.inject_percent = percent };
	const char *program = getenv("CONCBENCH");

	params_init(&spec.params, spec.workload->params);
	if (strcmp(workload, "primes") == 0)
		assert_int_equal(params_set(&spec.params, "below", "20000"), 0);
	return instructions_per_task(
		program ? program : "build/concbench", &spec, 60, &never, per_task);
}

static double must_count(const char *model, double percent)
{
	double per_task = NAN;

	assert_int_equal(instructions(model, "primes", percent, &per_task), 0);
	return per_task;
}

/* Half the tasks done twice are half as many instructions again, and another stack changes little.
 */
static void instructions_are_those_of_the_work(void **state)
{
	(void)state;
	if (SANITIZED)
		skip(); /* a sanitizer's program does not run under valgrind */
	double plain = must_count("blocking", 0), more = must_count("coroutine", 50);

	assert_true(plain > 100000);
	assert_true(fabs(more / plain - 1.5) < 0.003);
}

static void what_cannot_be_counted_is_told(void **state)
{
	double per_task;

	(void)state;
	assert_int_equal(instructions("processes", "null", 0, &per_task), -ENOTSUP);
	assert_int_equal(instructions("threads", "echo", 0, &per_task), -ENOTSUP);
	const char *before = getenv("PATH");
	char *path = strdup(before ? before : "");
	setenv("PATH", "/nowhere", 1);
	int err = instructions("blocking", "null", 0, &per_task);
	setenv("PATH", path, 1);
	free(path);
	assert_int_equal(err, -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_every_call),
		cmocka_unit_test(counts_the_window_alone),
		cmocka_unit_test(a_dead_tracer_is_noticed),
		cmocka_unit_test(what_is_traced_already_is_refused),
		cmocka_unit_test(nothing_is_counted_without_a_page),
		cmocka_unit_test(a_summary_has_what_was_counted),
		cmocka_unit_test(injected_work_is_spread_and_spares_the_end),
		cmocka_unit_test(instructions_are_those_of_the_work),
		cmocka_unit_test(what_cannot_be_counted_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
