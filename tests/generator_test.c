/* SPDX-License-Identifier: MIT */
/* models/runtime/generator: plain and waiting bodies, early ends, cancellation, cost. */
#include "tasks.h"

#include <sys/mman.h>

#include "../models/runtime/generator.h"
#include "../models/runtime/sync.h"

/* What a body is told to do, and how far it came. */
struct script {
	int64_t values, result;
	int64_t sleep_ns; /* before each value */
	bool begun, cleaned_up;
	int64_t given;
	int emit_err, sleep_err;
};

static int64_t count_up(struct generator *self, void *arg)
{
	struct script *script = arg;

	script->begun = true;
	for (int64_t i = 0; i < script->values; i++) {
		if (script->sleep_ns && (script->sleep_err = io_sleep(script->sleep_ns)) != 0)
			return script->sleep_err;
		script->emit_err = generator_emit(self, (uint64_t)i);
		script->given += !script->emit_err;
		if (!script->emit_err)
			continue;
		check_equal(generator_emit(self, 99), -ECANCELED);
		if (script->sleep_ns)
			check_equal(io_sleep(script->sleep_ns), 0);
		script->cleaned_up = true;
		return script->emit_err;
	}
	return script->result;
}

static struct generator *open_script(struct script *script)
{
	struct generator *generator;

	check_equal(generator_open(&generator, count_up, script), 0);
	return generator;
}

static void must_give(struct generator *generator, uint64_t expected)
{
	uint64_t value = 0;

	check_equal(generator_next(generator, &value), 1);
	check_equal(value, expected);
}

static void must_end(struct generator *generator, int result)
{
	uint64_t value = 77;

	for (int i = 0; i < 2; i++)
		check_equal(generator_next(generator, &value), result);
	check_equal(value, 77);
}

static void runs_as_far_as_asked(void)
{
	struct script script = { .values = 3 };
	struct generator *generator = open_script(&script);

	check(!script.begun);
	for (uint64_t i = 0; i < 3; i++)
		must_give(generator, i);
	must_end(generator, 0);
	generator_close(generator);

	struct script failing = { .values = 1, .result = -EIO };
	generator = open_script(&failing);
	must_give(generator, 0);
	must_end(generator, -EIO);
	generator_close(generator);
}

static void freed_early_cleans_up(void)
{
	struct script script = { .values = 100 };
	struct generator *generator = open_script(&script);

	must_give(generator, 0);
	must_give(generator, 1);
	generator_close(generator);
	check_equal(script.emit_err, -ECANCELED);
	check_equal(script.given, 1); /* not on to another value */
	check(script.cleaned_up);

	struct script unused = { .values = 100 };
	generator_close(open_script(&unused));
	check(!unused.begun);
}

static int64_t fibonacci(struct generator *self, void *arg)
{
	const int64_t *pause_ns = arg;

	for (uint64_t a = 0, b = 1;;) {
		int err = *pause_ns ? io_sleep(*pause_ns) : 0;
		if (!err)
			err = generator_emit(self, a);
		if (err)
			return err;
		uint64_t sum = a + b;
		a = b;
		b = sum;
	}
}

/* As in Python, by the definition, not by the same loop. */
static uint64_t fibonacci_number(unsigned n)
{
	return n < 2 ? n : fibonacci_number(n - 1) + fibonacci_number(n - 2);
}

static void check_fibonacci(int64_t pause_ns)
{
	struct generator *generator;

	check_equal(generator_open(&generator, fibonacci, &pause_ns), 0);
	for (unsigned n = 0; n < 20; n++)
		must_give(generator, fibonacci_number(n));
	generator_close(generator);
}

static bool others_stop;

static int64_t count_turns(void *arg)
{
	while (!others_stop) {
		++*(int *)arg;
		task_yield();
	}
	return 0;
}

/* Where the body waits the others run; where it does not they do not. */
static void fibonacci_plain_and_waiting(void)
{
	int turns = 0;
	struct task *task = start_task(count_turns, &turns);

	task_yield();
	int before = turns;
	check_fibonacci(0);
	check_equal(turns, before);
	check_fibonacci(ms_ns / 10);
	check(turns >= before + 20);
	others_stop = true;
	check_equal(task_join(task), 0);
}

struct asker {
	struct generator *generator;
	int last, next_err;
};

static int64_t ask_all(void *arg)
{
	struct asker *asker = arg;
	uint64_t value;

	while ((asker->last = generator_next(asker->generator, &value)) == 1)
		;
	asker->next_err = io_sleep(1);
	return asker->last;
}

/* The wait in the body breaks off, and the task that asked hears what the body made of it. */
static void cancelled_while_the_body_waits(void)
{
	struct script script = { .values = 10, .sleep_ns = 10000 * ms_ns };
	struct asker asker = { .generator = open_script(&script) };
	struct task *task = start_task(ask_all, &asker);
	uint64_t value;

	settle();
	check(script.begun);
	check_equal(generator_next(asker.generator, &value), -EBUSY);
	check_equal(task_cancel(task), 0);
	check_equal(task_join(task), -ECANCELED);
	check_equal(script.sleep_err, -ECANCELED);
	check_equal(asker.next_err, 0);
	must_end(asker.generator, -ECANCELED);
	generator_close(asker.generator);
}

static void clean_up_may_wait(void)
{
	struct script script = { .values = 10, .sleep_ns = ms_ns };
	struct generator *generator = open_script(&script);

	must_give(generator, 0);
	generator_close(generator);
	check(script.cleaned_up);
}

/* A generator over another, a level an entry, and each asked only through the one above it. */
static int64_t add_one(struct generator *self, void *arg)
{
	struct generator *inner = arg;
	uint64_t value;
	int err;

	while ((err = generator_next(inner, &value)) == 1) {
		err = generator_emit(self, value + 1);
		if (err)
			break;
	}
	generator_close(inner);
	return err;
}

static void nested(void)
{
	struct script script = { .values = 1000, .sleep_ns = 1000 };
	struct generator *generator = open_script(&script);

	for (int level = 0; level < 10; level++) {
		struct generator *inner = generator;
		check_equal(generator_open(&generator, add_one, inner), 0);
	}
	for (uint64_t i = 0; i < 10; i++)
		must_give(generator, i + 10);
	generator_close(generator);
	check(script.cleaned_up);
}

static int64_t ask_itself(struct generator *self, void *arg)
{
	uint64_t value;

	(void)arg;
	return generator_next(self, &value);
}

static int64_t ask_once(void *arg)
{
	uint64_t value;

	check_equal(generator_next(arg, &value), 1);
	return (int64_t)value;
}

static void asked_by_whom(void)
{
	struct script script = { .values = 4, .sleep_ns = 1000 };
	struct generator *generator;

	check_equal(generator_open(&generator, ask_itself, NULL), 0);
	must_end(generator, -EBUSY);
	generator_close(generator);

	generator = open_script(&script); /* one task after the other */
	check_equal(generator_emit(generator, 1), -EPERM);
	for (int i = 0; i < 4; i++)
		check_equal(task_join(start_task(ask_once, generator)), i);
	must_end(generator, 0);
	generator_close(generator);
}

/* Hundreds at a time, each with a stack of its own, and the stacks used again. */
static void many(void)
{
	enum { MANY = 300 };
	struct script scripts[MANY];
	struct generator *generators[MANY];

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < MANY; i++) {
			scripts[i] = (struct script){ .values = 3 };
			generators[i] = open_script(&scripts[i]);
		}
		for (uint64_t value = 0; value < 3; value++)
			for (int i = 0; i < MANY; i++)
				must_give(generators[i], value);
		for (int i = 0; i < MANY; i++)
			generator_close(generators[i]);
	}
}

static int64_t yield_for_ever(void *arg)
{
	(void)arg;
	while (!others_stop)
		task_yield();
	return 0;
}

/*
 * A value is two switches of stacks: less than a hundred yields to another
 * task would be, and far below one system call each way.
 */
static void costs_no_more_than_switches(void)
{
	enum { VALUES = 200000 };
	struct script script = { .values = VALUES };
	struct generator *generator = open_script(&script);
	struct task *task = start_task(yield_for_ever, NULL);
	uint64_t value;

	int64_t start_ns = io_now_ns();
	while (generator_next(generator, &value) == 1)
		;
	int64_t values_ns = io_now_ns() - start_ns;
	start_ns = io_now_ns();
	for (int i = 0; i < VALUES; i++)
		task_yield();
	int64_t yields_ns = io_now_ns() - start_ns;
	others_stop = true;
	check_equal(task_join(task), 0);
	generator_close(generator);
	print_message("# %.1f ns a value, %.1f ns a yield there and back\n",
		(double)values_ns / VALUES, (double)yields_ns / VALUES);
	check(values_ns < 3 * yields_ns);
}

/* Use up the stack, whichever that is. */
static __attribute__((noinline)) int dig(int depth)
{
	volatile char frame[1024];

	frame[depth % 1024] = (char)depth;
	return depth == 0 ? frame[0] : dig(depth - 1) + frame[depth % 1024];
}

static int64_t dig_down(struct generator *self, void *arg)
{
	return generator_emit(self, (uint64_t)dig(*(int *)arg));
}

static int64_t ask_digger(void *arg)
{
	struct generator *generator;
	uint64_t value;

	check_equal(generator_open(&generator, dig_down, arg), 0);
	return generator_next(generator, &value);
}

static int64_t start_asker(void *arg)
{
	struct task *task;

	check_equal(task_spawn(&task, "asker", ask_digger, arg), 0);
	return task_join(task);
}

static int said_fd;

static void overflow(const void *arg)
{
	int depth = 1000; /* of 1 KiB and more each: beyond any stack here */

	(void)arg;
	dup2(said_fd, STDERR_FILENO);
	signal(SIGSEGV, SIG_DFL); /* a sanitizer's, or the test library's */
	runtime_run(NULL, start_asker, &depth);
	fail_case("nobody dug");
}

/* A generator's stack has a guard as well, and the report the name of the task that asked. */
static void overflow_names_who_asked(void **state)
{
	struct child child;
	char said[256] = "";

	(void)state;
	said_fd = memfd_create("said", MFD_CLOEXEC);
	assert_true(said_fd >= 0);
	child_run(TASKS_LIMIT_S, overflow, NULL, &child);
	assert_true(WIFSIGNALED(child.status));
	assert_int_equal(WTERMSIG(child.status), SIGSEGV);
	assert_true(pread(said_fd, said, sizeof said - 1, 0) >= 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) /* they keep their handlers */
	assert_string_equal(said, "task 'asker' overflowed its stack\n");
#endif
	close(said_fd);
}

int main(void)
{
	const struct CMUnitTest others[] = { cmocka_unit_test(overflow_names_who_asked) };
	static const struct task_case cases[] = {
		TASK_CASE(runs_as_far_as_asked),
		TASK_CASE(freed_early_cleans_up),
		TASK_CASE(fibonacci_plain_and_waiting),
		TASK_CASE(cancelled_while_the_body_waits),
		TASK_CASE(clean_up_may_wait),
		TASK_CASE(nested),
		TASK_CASE(asked_by_whom),
		TASK_CASE(many),
		TASK_CASE(costs_no_more_than_switches),
	};

	return tasks_run("generator", cases, sizeof cases / sizeof *cases) +
		cmocka_run_group_tests_name("generator, ends", others, NULL, NULL);
}
