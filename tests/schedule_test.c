/* SPDX-License-Identifier: MIT */
/*
 * models/runtime under random schedules: trees of tasks doing random things
 * with everything there is to wait for, while another cancels tasks at random.
 * Whatever happens, what excludes must exclude, what is sent must arrive, and
 * all must end. On failure the seed is printed; CONCBENCH_SEED=N runs that one,
 * CONCBENCH_SCHEDULES=N so many.
 */
#include "tasks.h"

#include <inttypes.h>
#include <sys/mman.h>

#include "../bench/rng.h"
#include "../models/runtime/channel.h"
#include "../models/runtime/generator.h"
#include "../models/runtime/group.h"
#include "../models/runtime/offload.h"
#include "../models/runtime/reactor.h"
#include "../models/runtime/sync.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { SCHEDULES = 100 };
#else
enum { SCHEDULES = 1000 };
#endif
enum { LIVE_MAX = 4096, LOCKS = 2, UNITS = 3, ROOTS = 8, CHILDREN = 3, DEPTH = 3, STEPS = 10 };

/* What all tasks of a schedule share. */
static struct lock locks[LOCKS], gate;
static struct semaphore semaphore;
static struct condition condition;
static struct channel *channel;
static int ends[2]; /* of a pipe */
static int inside_lock[LOCKS], inside_semaphore;
static uint64_t sent, sent_sum, received, received_sum;
static int64_t written, read_back;
static _Atomic int64_t offloads_run;
static int64_t offloads_done;
static unsigned begun, ended;
static struct task *live[LIVE_MAX];
static unsigned lives;
static bool stopping;

/* What one task has: its own random numbers, so that a seed decides what each task does. */
struct member {
	struct rng rng;
	unsigned depth; /* left below it */
	bool alone;     /* nobody joins it: it frees this itself */
};

static int64_t below(struct rng *rng, uint64_t limit)
{
	return (int64_t)rng_below(rng, limit);
}

/* Mostly none, sometimes so soon that it matters. */
static int64_t some_deadline_ns(struct rng *rng)
{
	return below(rng, 3) ? IO_FOREVER : io_now_ns() + below(rng, 100000);
}

static int pause_for_a_moment(struct rng *rng)
{
	if (below(rng, 2))
		return io_sleep(below(rng, 100000));
	task_yield();
	return 0;
}

/* A wait may end well, at its deadline if it had one, or by a cancellation. */
static int expect(int err, int64_t deadline_ns)
{
	if (err < 0 && err != -ECANCELED && !(err == -ETIMEDOUT && deadline_ns != IO_FOREVER))
		fail_case("a wait ended with %s", strerror(-err));
	return err;
}

static int in_lock(struct rng *rng)
{
	int64_t deadline_ns = some_deadline_ns(rng), which = below(rng, LOCKS);
	int err = expect(lock_acquire(&locks[which], deadline_ns), deadline_ns);

	if (err)
		return err;
	check_equal(inside_lock[which]++, 0);
	err = pause_for_a_moment(rng);
	check_equal(--inside_lock[which], 0);
	check_equal(lock_release(&locks[which]), 0);
	return err;
}

static int in_semaphore(struct rng *rng)
{
	int64_t deadline_ns = some_deadline_ns(rng);
	int err = expect(semaphore_acquire(&semaphore, deadline_ns), deadline_ns);

	if (err)
		return err;
	check(++inside_semaphore <= UNITS);
	err = pause_for_a_moment(rng);
	inside_semaphore--;
	check_equal(semaphore_release(&semaphore), 0);
	return err;
}

static int in_condition(struct rng *rng)
{
	int64_t deadline_ns = some_deadline_ns(rng);
	int err = expect(lock_acquire(&gate, deadline_ns), deadline_ns);

	if (err)
		return err;
	if (below(rng, 3))
		err = expect(condition_wait(&condition, deadline_ns), deadline_ns);
	else
		check_equal(condition_notify(&condition, 1), 0);
	check_equal(lock_release(&gate), 0);
	return err;
}

static int send_value(struct rng *rng)
{
	int64_t deadline_ns = some_deadline_ns(rng);
	uint64_t value = rng_next(rng);
	int err = expect(channel_send(channel, value, deadline_ns), deadline_ns);

	if (!err) {
		sent++;
		sent_sum += value;
	}
	return err;
}

static int receive_value(struct rng *rng)
{
	int64_t deadline_ns = some_deadline_ns(rng);
	uint64_t value;
	int err = expect(channel_receive(channel, &value, deadline_ns), deadline_ns);

	if (!err) {
		received++;
		received_sum += value;
	}
	return err;
}

/* Only one at a time may read a descriptor; another is told so. */
static int use_pipe(struct rng *rng)
{
	char bytes[64] = "";
	int64_t deadline_ns = some_deadline_ns(rng);
	bool writes = below(rng, 2);
	size_t size = 1 + (size_t)below(rng, sizeof bytes);
	ssize_t n = writes ? io_write(ends[1], bytes, size, deadline_ns)
			   : io_read(ends[0], bytes, size, deadline_ns);

	if (n == -EBUSY)
		return 0;
	if (n < 0)
		return expect((int)n, deadline_ns);
	*(writes ? &written : &read_back) += n;
	return 0;
}

static void run_offload(void *arg)
{
	(void)arg;
	offloads_run++;
}

static int64_t give_one(void *arg)
{
	(void)arg;
	return 1;
}

static int offload(struct rng *rng)
{
	struct task *task;

	if (below(rng, 2)) {
		int err = expect(io_offload(run_offload, NULL), IO_FOREVER);
		offloads_done += !err;
		return err;
	}
	int64_t deadline_ns = some_deadline_ns(rng);
	check_equal(task_offload(&task, "offload", give_one, NULL), 0);
	int64_t result = task_wait_for(task, deadline_ns);
	task_release(task);
	return result == 1 ? 0 : expect((int)result, deadline_ns);
}

static int64_t count_slowly(struct generator *self, void *arg)
{
	struct rng *rng = arg;

	for (uint64_t i = 0;; i++) {
		int err = below(rng, 4) ? 0 : pause_for_a_moment(rng);
		if (!err)
			err = generator_emit(self, i);
		if (err) {
			pause_for_a_moment(rng);
			return err;
		}
	}
}

static int use_generator(struct rng *rng)
{
	struct generator *generator;
	uint64_t value;
	int more = 1;

	check_equal(generator_open(&generator, count_slowly, rng), 0);
	for (uint64_t i = 0; more == 1 && i < (uint64_t)below(rng, 6); i++) {
		more = generator_next(generator, &value);
		check(more != 1 || value == i);
	}
	generator_close(generator);
	return more == 1 ? 0 : expect(more, IO_FOREVER);
}

static int64_t live_once(void *arg);

/* A child's numbers are its own, but decided by the parent's. */
static void prepare(struct member *child, struct member *parent)
{
	*child = (struct member){ .depth = parent->depth - 1 };
	rng_seed(&child->rng, rng_next(&parent->rng));
}

static int gather_children(struct member *self)
{
	struct member members[CHILDREN];
	struct task *tasks[CHILDREN];
	int64_t results[CHILDREN];
	unsigned count = 1 + (unsigned)below(&self->rng, CHILDREN);

	for (unsigned i = 0; i < count; i++) {
		prepare(&members[i], self);
		tasks[i] = start_task(live_once, &members[i]);
		if (!below(&self->rng, 16))
			check_equal(task_cancel(tasks[i]), 0); /* before it began */
	}
	int err = task_gather(tasks, count,
		below(&self->rng, 2) ? GATHER_FIRST_ERROR : GATHER_ALL_ERRORS, results);
	for (unsigned i = 0; i < count; i++)
		expect((int)results[i], IO_FOREVER);
	return expect(err, IO_FOREVER);
}

static int wait_for_child(struct member *self)
{
	int64_t deadline_ns = io_now_ns() + below(&self->rng, 200000);
	struct member member;

	prepare(&member, self);
	struct task *task = start_task(live_once, &member);
	int result = (int)task_wait_for(task, deadline_ns);
	task_release(task);
	return result == -ETIMEDOUT ? 0 : expect(result, IO_FOREVER);
}

static int leave_child_alone(struct member *self)
{
	struct member *child = malloc(sizeof *child);

	check(child != NULL);
	prepare(child, self);
	child->alone = true;
	check_equal(task_spawn(NULL, "alone", live_once, child), 0);
	return 0;
}

static int step(struct member *self);

static int step_within_a_timeout(struct member *self)
{
	struct timeout timeout;

	check_equal(timeout_begin(&timeout, io_now_ns() + below(&self->rng, 200000)), 0);
	int err = step(self);
	err = (int)timeout_end(&timeout, err);
	return err == -ETIMEDOUT ? 0 : err;
}

/* What needs no others; a deadline that passed is no reason to stop. */
static int simple_step(struct rng *rng)
{
	static int (*const steps[])(struct rng * rng) = { pause_for_a_moment, in_lock, in_semaphore,
		in_condition, send_value, receive_value, use_pipe, offload, use_generator };
	int err = steps[below(rng, sizeof steps / sizeof *steps)](rng);

	return err == -ETIMEDOUT ? 0 : err;
}

static int step(struct member *self)
{
	static int (*const steps[])(struct member * self) = { gather_children, wait_for_child,
		leave_child_alone, step_within_a_timeout };

	if (self->depth == 0 || below(&self->rng, 4))
		return simple_step(&self->rng);
	return steps[below(&self->rng, sizeof steps / sizeof *steps)](self);
}

static void come_alive(void)
{
	check(lives < LIVE_MAX);
	live[lives++] = task_current();
	begun++;
}

static void pass_away(void)
{
	for (unsigned i = 0; i < lives; i++)
		if (live[i] == task_current()) {
			live[i] = live[--lives];
			ended++;
			return;
		}
	fail_case("a task that ends never began");
}

/* Most stop where they are cancelled, having cleaned up; some go on all the same. */
static int64_t live_once(void *arg)
{
	struct member *self = arg;
	int64_t steps = 1 + below(&self->rng, STEPS);
	int err = 0;

	come_alive();
	for (int64_t i = 0; i < steps && !err; i++) {
		err = step(self);
		if (err == -ECANCELED && !below(&self->rng, 4))
			err = 0;
	}
	if (err)
		pause_for_a_moment(&self->rng);
	pass_away();
	if (self->alone)
		free(self);
	return err;
}

/* Something for each that waits for what may never come, so that only a lost wake-up hangs. */
static int64_t keep_moving(void *arg)
{
	char bytes[64] = "";
	uint64_t value;

	(void)arg;
	while (!stopping) {
		if (channel_try_receive(channel, &value) == 0) {
			received++;
			received_sum += value;
		}
		if (channel_try_send(channel, 1) == 0) {
			sent++;
			sent_sum++;
		}
		ssize_t n = read(ends[0], bytes, sizeof bytes);
		read_back += n > 0 ? n : 0;
		n = write(ends[1], bytes, 1);
		written += n > 0 ? n : 0;
		check_equal(lock_acquire(&gate, IO_FOREVER), 0);
		check_equal(condition_notify_all(&condition), 0);
		check_equal(lock_release(&gate), 0);
		check_equal(io_sleep(20000), 0);
	}
	return 0;
}

static int64_t cancel_at_random(void *arg)
{
	struct rng *rng = arg;

	while (!stopping) {
		check_equal(io_sleep(below(rng, 200000)), 0);
		if (lives > 0)
			check_equal(task_cancel(live[below(rng, lives)]), 0);
	}
	return 0;
}

static void check_what_is_left(void)
{
	char bytes[64];
	uint64_t value;
	ssize_t n;

	check_equal(task_count(), 1);
	check_equal(ended, begun);
	check_equal(lives, 0);
	for (int i = 0; i < LOCKS; i++)
		check(!lock_locked(&locks[i]));
	check(!lock_locked(&gate));
	check_equal(semaphore.value, UNITS);
	while (channel_try_receive(channel, &value) == 0) {
		received++;
		received_sum += value;
	}
	check_equal(received, sent);
	check(received_sum == sent_sum);
	while ((n = read(ends[0], bytes, sizeof bytes)) > 0)
		read_back += n;
	check_equal(read_back, written);
	check(offloads_run >=
		offloads_done); /* one that is cancelled as it runs is told -ECANCELED */
}

static void set_up(struct rng *rng)
{
	for (int i = 0; i < LOCKS; i++)
		lock_init(&locks[i], "lock");
	lock_init(&gate, "gate");
	condition_init(&condition, "condition", &gate);
	semaphore_init(&semaphore, "semaphore", UNITS);
	check_equal(channel_open(&channel, "channel", 1 + (unsigned)below(rng, 4)), 0);
	check_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	sent = sent_sum = received = received_sum = 0;
	written = read_back = offloads_done = 0;
	offloads_run = 0;
	begun = ended = 0;
	stopping = false;
}

static int64_t run_schedule(void *arg)
{
	struct member root = { .depth = DEPTH + 1 }, roots[ROOTS];
	struct task *tasks[ROOTS];
	struct rng canceller_rng;

	rng_seed(&root.rng, *(uint64_t *)arg);
	rng_seed(&canceller_rng, rng_next(&root.rng));
	set_up(&root.rng);
	for (int i = 0; i < ROOTS; i++) {
		prepare(&roots[i], &root);
		tasks[i] = start_task(live_once, &roots[i]);
	}
	struct task *helpers[] = { start_task(keep_moving, NULL),
		start_task(cancel_at_random, &canceller_rng) };
	check_equal(task_gather(tasks, ROOTS, GATHER_ALL_ERRORS, NULL), 0);
	while (task_count() > 3) /* those that nobody joins */
		check_equal(io_sleep(20000), 0);
	stopping = true;
	check_equal(task_gather(helpers, 2, GATHER_FIRST_ERROR, NULL), 0);
	check_what_is_left();
	check_equal(io_close(ends[0]), 0);
	check_equal(io_close(ends[1]), 0);
	channel_free(channel);
	return 0;
}

/* One reactor after the other, of those that there are here. */
static const struct reactor_ops *some_reactor(uint64_t number)
{
	enum { MOST = 16 };
	const struct reactor_ops *here[MOST];
	size_t count = 0;

	for (size_t i = 0; reactors[i]; i++)
		if (!reactors[i]->unavailable || !reactors[i]->unavailable()) {
			check(count < MOST);
			here[count++] = reactors[i];
		}
	check(count > 0);
	return here[number % count];
}

/* Which one runs, in memory that outlives the child. */
static uint64_t *seed;

/* A number of the environment's, or otherwise. */
static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void run_schedules(const void *arg)
{
	uint64_t first = setting("CONCBENCH_SEED", *(const uint64_t *)arg);
	uint64_t schedules = setting(
		"CONCBENCH_SCHEDULES", getenv("CONCBENCH_SEED") ? 1 : SCHEDULES);
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	for (uint64_t i = 0; i < schedules; i++) {
		*seed = first + i;
		uint64_t this_one = *seed;
		struct runtime_options options = reporting;
		options.reactor = some_reactor(this_one);
		check_equal(runtime_run(&options, run_schedule, &this_one), 0);
		if (reports[0])
			fail_case("reported: %s", reports);
	}
	holdings_check(&before);
}

static void random_schedules(void **state)
{
	uint64_t first = (uint64_t)io_now_ns();
	struct child child;

	(void)state;
	seed = mmap(NULL, sizeof *seed, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(seed != MAP_FAILED);
	child_run(TASKS_LIMIT_S, run_schedules, &first, &child);
	if (child.status != 0)
		fail_msg("CONCBENCH_SEED=%" PRIu64 " ended with %s %d: %s", *seed,
			WIFSIGNALED(child.status) ? "signal" : "status",
			WIFSIGNALED(child.status) ? WTERMSIG(child.status)
						  : WEXITSTATUS(child.status),
			child.text);
	munmap(seed, sizeof *seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_schedules),
	};

	return cmocka_run_group_tests_name("schedule", tests, NULL, NULL);
}
