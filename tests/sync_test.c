/* SPDX-License-Identifier: MIT */
/* models/runtime/sync: order, exclusion, and what deadlines and cancellation leave behind. */
#include "tasks.h"

#include "../models/par.h"
#include "../models/runtime/sync.h"

/*
 * Every way to wait, under deadlines and cancellation: an object that nobody
 * gives, and afterwards one that somebody does.
 */
struct piece {
	void (*init)(void);
	int (*wait)(int64_t deadline_ns); /* for what init has left taken */
	void (*give)(void);               /* let one of the waiters have it */
	void (*done)(void);               /* by who was given it */
};

static struct lock lock;
static struct semaphore semaphore;
static struct condition condition;
static struct event event;

static void init_lock(void)
{
	lock_init(&lock, "the lock");
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
}

static int wait_lock(int64_t deadline_ns)
{
	return lock_acquire(&lock, deadline_ns);
}

static void release_lock(void)
{
	check_equal(lock_release(&lock), 0);
}

static void init_semaphore(void)
{
	semaphore_init(&semaphore, "the semaphore", 1);
	check_equal(semaphore_acquire(&semaphore, IO_FOREVER), 0);
}

static int wait_semaphore(int64_t deadline_ns)
{
	return semaphore_acquire(&semaphore, deadline_ns);
}

static void release_semaphore(void)
{
	check_equal(semaphore_release(&semaphore), 0);
}

static void init_condition(void)
{
	lock_init(&lock, "the lock");
	condition_init(&condition, "the condition", &lock);
}

/* Whatever comes of it, the lock is held before and after. */
static int wait_condition(int64_t deadline_ns)
{
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	int err = condition_wait(&condition, deadline_ns);
	check(lock.owner == task_current());
	check_equal(lock_release(&lock), 0);
	return err;
}

static void notify(void)
{
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	check_equal(condition_notify(&condition, 1), 0);
	check_equal(lock_release(&lock), 0);
}

static void nothing(void)
{
}

static void init_event(void)
{
	event_init(&event, "the event");
}

static int wait_event(int64_t deadline_ns)
{
	return event_wait(&event, deadline_ns);
}

static void set_event(void)
{
	event_set(&event);
	event_clear(&event);
}

static const struct piece a_lock = { init_lock, wait_lock, release_lock, release_lock };
static const struct piece a_semaphore = { init_semaphore, wait_semaphore, release_semaphore,
	release_semaphore };
static const struct piece a_condition = { init_condition, wait_condition, notify, nothing };
static const struct piece an_event = { init_event, wait_event, set_event, nothing };

struct party {
	const struct piece *piece;
	int64_t deadline_ns;
	int err, next_err; /* of its wait, and of a sleep after it */
};

static int64_t wait_for_it(void *arg)
{
	struct party *party = arg;

	party->err = party->piece->wait(party->deadline_ns);
	party->next_err = io_sleep(1);
	if (!party->err)
		party->piece->done();
	return 0;
}

static void deadline_passes(const struct piece *piece)
{
	struct party late = { .piece = piece, .deadline_ns = io_now_ns() + 5 * ms_ns };
	struct party past = { .piece = piece, .deadline_ns = io_now_ns() - 1 };
	struct party next = { .piece = piece, .deadline_ns = soon_ns() };

	piece->init();
	struct task *tasks[] = { start_task(wait_for_it, &late), start_task(wait_for_it, &past),
		start_task(wait_for_it, &next) };
	check_equal(task_join(tasks[0]), 0);
	check_equal(task_join(tasks[1]), 0);
	check_equal(late.err, -ETIMEDOUT);
	check_equal(past.err, -ETIMEDOUT);
	check(io_now_ns() >= late.deadline_ns);
	piece->give();
	check_equal(task_join(tasks[2]), 0);
	check_equal(next.err, 0);
}

static void cancelled_while_it_waits(const struct piece *piece)
{
	struct party first = { .piece = piece, .deadline_ns = soon_ns() };
	struct party second = { .piece = piece, .deadline_ns = IO_FOREVER };

	piece->init();
	struct task *tasks[] = { start_task(wait_for_it, &first),
		start_task(wait_for_it, &second) };
	settle();
	check_equal(task_cancel(tasks[0]), 0);
	piece->give(); /* in the same turn: not to the one that was cancelled */
	check_equal(task_join(tasks[0]), 0);
	check_equal(task_join(tasks[1]), 0);
	check_equal(first.err, -ECANCELED);
	check_equal(first.next_err, 0);
	check_equal(second.err, 0);
}

static int64_t cancel_itself(void *arg)
{
	task_cancel(task_current());
	return wait_for_it(arg);
}

static void cancelled_before_it_waits(const struct piece *piece)
{
	struct party first = { .piece = piece, .deadline_ns = soon_ns() };
	struct party second = { .piece = piece, .deadline_ns = soon_ns() };

	piece->init();
	check_equal(task_join(start_task(cancel_itself, &first)), 0);
	check_equal(first.err, -ECANCELED);
	struct task *task = start_task(wait_for_it, &second);
	settle();
	piece->give();
	check_equal(task_join(task), 0);
	check_equal(second.err, 0);
}

/* It has what it was given, and the cancellation waits; or the next one has it: nothing is lost. */
static void cancelled_after_it_was_given(const struct piece *piece)
{
	struct party first = { .piece = piece, .deadline_ns = soon_ns() };
	struct party second = { .piece = piece, .deadline_ns = soon_ns() };

	piece->init();
	struct task *tasks[] = { start_task(wait_for_it, &first),
		start_task(wait_for_it, &second) };
	settle();
	piece->give();
	check_equal(task_cancel(tasks[0]), 0);
	check_equal(task_join(tasks[0]), 0);
	check_equal(first.err ? first.err : first.next_err, -ECANCELED);
	if (!first.err && piece->done == nothing && piece != &an_event)
		piece->give(); /* it was the first's alone */
	check_equal(task_join(tasks[1]), 0);
	check_equal(second.err, 0);
}

static void every_way(const struct piece *piece)
{
	deadline_passes(piece);
	cancelled_while_it_waits(piece);
	cancelled_before_it_waits(piece);
	cancelled_after_it_was_given(piece);
}

static void lock_in_every_way(void)
{
	every_way(&a_lock);
}

static void semaphore_in_every_way(void)
{
	every_way(&a_semaphore);
}

static void condition_in_every_way(void)
{
	every_way(&a_condition);
}

static void event_in_every_way(void)
{
	every_way(&an_event);
}

struct member {
	struct story *story;
	char letter;
};

static int64_t take_turn(void *arg)
{
	struct member *member = arg;

	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	tell(member->story, member->letter);
	check_equal(io_sleep(1000), 0);
	check_equal(lock_release(&lock), 0);
	return 0;
}

/* In the order they came, and the one that gives it up stands behind them all. */
static void lock_is_handed_to_the_first(void)
{
	struct story story = { 0 };
	struct member members[] = { { &story, 'a' }, { &story, 'b' }, { &story, 'c' } };
	struct task *tasks[3];

	init_lock();
	for (int i = 0; i < 3; i++)
		tasks[i] = start_task(take_turn, &members[i]);
	settle();
	release_lock();
	check(lock_locked(&lock));
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	tell(&story, 'm');
	release_lock();
	check(!lock_locked(&lock));
	for (int i = 0; i < 3; i++)
		check_equal(task_join(tasks[i]), 0);
	check_story(&story, "abcm");
}

static int64_t wrong_owner(void *arg)
{
	(void)arg;
	check_equal(lock_release(&lock), -EPERM);
	check_equal(condition_wait(&condition, IO_FOREVER), -EPERM);
	check_equal(condition_notify(&condition, 1), -EPERM);
	check_equal(condition_notify_all(&condition), -EPERM);
	return 0;
}

static void lock_knows_its_owner(void)
{
	init_condition();
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	check_equal(lock_acquire(&lock, IO_FOREVER), -EDEADLK);
	check_equal(task_join(start_task(wrong_owner, NULL)), 0);
	check_equal(lock_release(&lock), 0);
	check_equal(lock_release(&lock), -EPERM);
}

enum { ADDERS = 20, ROUNDS = 50 };
static int count, inside, most_inside;

static int64_t add_rounds(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		check_equal(lock_acquire(&lock, IO_FOREVER), 0);
		int before = count;
		task_yield();
		count = before + 1;
		check_equal(lock_release(&lock), 0);
	}
	return 0;
}

static void run_adders(task_fn *fn)
{
	struct task *tasks[ADDERS];

	for (int i = 0; i < ADDERS; i++)
		tasks[i] = start_task(fn, NULL);
	for (int i = 0; i < ADDERS; i++)
		check_equal(task_join(tasks[i]), 0);
}

static void lock_keeps_others_out(void)
{
	lock_init(&lock, NULL);
	run_adders(add_rounds);
	check_equal(count, ADDERS * ROUNDS);
}

static int64_t go_inside(void *arg)
{
	(void)arg;
	for (int i = 0; i < ROUNDS; i++) {
		check_equal(semaphore_acquire(&semaphore, IO_FOREVER), 0);
		if (++inside > most_inside)
			most_inside = inside;
		task_yield();
		inside--;
		check_equal(semaphore_release(&semaphore), 0);
	}
	return 0;
}

static void semaphore_lets_so_many_in(void)
{
	semaphore_init(&semaphore, NULL, 3);
	run_adders(go_inside);
	check_equal(most_inside, 3);
	check_equal(semaphore_release(&semaphore), -EOVERFLOW);
	for (int i = 0; i < 3; i++)
		check_equal(semaphore_acquire(&semaphore, IO_FOREVER), 0);
	check_equal(semaphore_acquire(&semaphore, io_now_ns()), -ETIMEDOUT);
}

static int64_t lock_forever(void *arg)
{
	(void)arg;
	for (;;) {
		int err = lock_acquire(&lock, IO_FOREVER);
		if (err)
			return err;
		lock_release(&lock);
	}
}

/* One that takes a free lock over and over never waits, and must not hold up the others. */
static void lock_gives_way(void)
{
	lock_init(&lock, NULL);
	struct task *task = start_task(lock_forever, NULL);
	for (int i = 0; i < 3; i++)
		check_equal(io_sleep(ms_ns), 0);
	check_equal(task_cancel(task), 0);
	while (!future_done(task_future(task))) {
		init_lock();
		task_yield();
	}
	check_equal(task_join(task), -ECANCELED);
}

struct listener {
	struct story *story;
	char letter;
	int err;
};

static int64_t listen_once(void *arg)
{
	struct listener *self = arg;

	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	self->err = condition_wait(&condition, IO_FOREVER);
	check(lock.owner == task_current());
	tell(self->story, self->letter);
	check_equal(lock_release(&lock), 0);
	return 0;
}

static void notified_in_order(void)
{
	struct story story = { 0 };
	struct listener listeners[] = { { &story, 'a', 0 }, { &story, 'b', 0 }, { &story, 'c', 0 },
		{ &story, 'd', 0 } };
	struct task *tasks[4];

	init_condition();
	notify(); /* nobody: it is not kept */
	for (int i = 0; i < 4; i++)
		tasks[i] = start_task(listen_once, &listeners[i]);
	settle();
	notify();
	settle();
	check_story(&story, "a");
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	check_equal(condition_notify(&condition, 2), 0);
	tell(&story, '.');
	check_equal(lock_release(&lock), 0);
	settle();
	check_story(&story, "a.bc");
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	check_equal(condition_notify_all(&condition), 0);
	check_equal(lock_release(&lock), 0);
	for (int i = 0; i < 4; i++) {
		check_equal(task_join(tasks[i]), 0);
		check_equal(listeners[i].err, 0);
	}
	check_story(&story, "a.bcd");
}

/*
 * Notified, then cancelled while it waits for the lock: it says -ECANCELED,
 * holding the lock, and the notification is the next one's.
 */
static void cancelled_on_the_way_to_the_lock(void)
{
	struct story story = { 0 };
	struct listener listeners[] = { { &story, 'a', 0 }, { &story, 'b', 0 } };
	struct task *tasks[2];

	init_condition();
	for (int i = 0; i < 2; i++)
		tasks[i] = start_task(listen_once, &listeners[i]);
	settle();
	check_equal(lock_acquire(&lock, IO_FOREVER), 0);
	check_equal(condition_notify(&condition, 1), 0);
	settle();
	check_equal(task_cancel(tasks[0]), 0);
	settle();
	check_story(&story, "");
	check_equal(lock_release(&lock), 0);
	for (int i = 0; i < 2; i++)
		check_equal(task_join(tasks[i]), 0);
	check_equal(listeners[0].err, -ECANCELED);
	check_equal(listeners[1].err, 0);
	check_story(&story, "ab");
}

static void event_stays_set(void)
{
	init_event();
	event_set(&event);
	check_equal(event_wait(&event, io_now_ns() - 1), 0);
	check_equal(event_wait(&event, IO_FOREVER), 0);
	event_clear(&event);
	check_equal(event_wait(&event, io_now_ns() + ms_ns), -ETIMEDOUT);
}

/* A wait for what something outside still uses: it says when it lets go. */
static struct waiter held;
static int broken_off;

static void note_breaking_off(struct waiter *waiter, int why)
{
	(void)waiter, (void)why;
	broken_off++;
}

static int64_t wait_to_be_let_go(void *arg)
{
	held = (struct waiter){ .what = "a test", .outside = true, .break_off = note_breaking_off };
	return wait_result(&held, wait_park(&held, NULL, *(int64_t *)arg));
}

/* The deadline, then a cancellation, before it is let go: the latter must not be lost. */
static void cancelled_while_its_deadline_ends_it(void)
{
	int64_t deadline_ns = io_now_ns() + ms_ns;
	struct task *task = start_task(wait_to_be_let_go, &deadline_ns);

	while (!broken_off)
		check_equal(io_sleep(ms_ns), 0);
	check_equal(task_cancel(task), 0);
	check_equal(broken_off, 1);
	settle();
	check(!future_done(task_future(task)));
	wait_wake(&held, -EIO);
	check_equal(task_join(task), -ECANCELED);
}

static int64_t take_par_lock(void *arg)
{
	par_lock(arg);
	par_unlock(arg);
	check_equal(task_cancelling(task_current()), 1);
	check_equal(io_sleep(0), -ECANCELED);
	return io_sleep(0);
}

/* Once, at the wait after the lock, which knows none. */
static void cancelled_while_it_waits_for_a_par_lock(void)
{
	struct par_lock *shared = par_share(sizeof *shared);

	check(shared != NULL);
	check_equal(par_lock_init(shared), 0);
	par_lock(shared);
	struct task *task = start_task(take_par_lock, shared);
	settle();
	check_equal(task_cancel(task), 0);
	settle();
	par_unlock(shared);
	check_equal(task_join(task), 0);
	par_lock_destroy(shared);
	par_unshare(shared, sizeof *shared);
}

static int64_t sleep_for_ever(void *arg)
{
	return io_sleep(*(int64_t *)arg);
}

static void sleep_without_end(void)
{
	static int64_t durations_ns[] = { IO_FOREVER, IO_FOREVER - 1 };

	for (int i = 0; i < 2; i++) {
		struct task *task = start_task(sleep_for_ever, &durations_ns[i]);
		check_equal(io_sleep(ms_ns), 0);
		check_equal(task_cancel(task), 0);
		check_equal(task_join(task), -ECANCELED);
	}
}

static int64_t take_two(void *arg)
{
	struct lock **order = arg;

	check_equal(lock_acquire(order[0], IO_FOREVER), 0);
	task_yield();
	return lock_acquire(order[1], IO_FOREVER);
}

static int64_t philosophers(void *arg)
{
	static struct lock left, right;
	static struct lock *one_way[] = { &left, &right }, *other_way[] = { &right, &left };
	struct task *task;

	(void)arg;
	lock_init(&left, "left fork");
	lock_init(&right, "right fork");
	check_equal(task_spawn(NULL, "plato", take_two, one_way), 0);
	check_equal(task_spawn(&task, "kant", take_two, other_way), 0);
	return task_join(task);
}

static void must_say(const char *line)
{
	if (!strstr(reports, line))
		fail_case("no \"%s\" in: %s", line, reports);
}

static void philosophers_starve(const void *arg)
{
	(void)arg;
	check_equal(runtime_run(&reporting, philosophers, NULL), -EDEADLK);
	must_say("task 'plato' waits for lock 'right fork', which task 'kant' has");
	must_say("task 'kant' waits for lock 'left fork', which task 'plato' has");
	must_say("task 'main' waits for the end of 'kant'");
}

static void deadlock_names_who_has_the_lock(void **state)
{
	(void)state;
	child_must_pass(TASKS_LIMIT_S, philosophers_starve, NULL);
}

int main(void)
{
	static const struct task_case cases[] = {
		TASK_CASE(lock_in_every_way),
		TASK_CASE(semaphore_in_every_way),
		TASK_CASE(condition_in_every_way),
		TASK_CASE(event_in_every_way),
		TASK_CASE(lock_is_handed_to_the_first),
		TASK_CASE(lock_knows_its_owner),
		TASK_CASE(lock_keeps_others_out),
		TASK_CASE(lock_gives_way),
		TASK_CASE(semaphore_lets_so_many_in),
		TASK_CASE(notified_in_order),
		TASK_CASE(cancelled_on_the_way_to_the_lock),
		TASK_CASE(event_stays_set),
		TASK_CASE(cancelled_while_its_deadline_ends_it),
		TASK_CASE(cancelled_while_it_waits_for_a_par_lock),
		TASK_CASE(sleep_without_end),
	};
	const struct CMUnitTest others[] = {
		cmocka_unit_test(deadlock_names_who_has_the_lock),
	};

	return tasks_run("sync", cases, sizeof cases / sizeof *cases) +
		cmocka_run_group_tests_name("sync, ends", others, NULL, NULL);
}
