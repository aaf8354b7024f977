/* SPDX-License-Identifier: MIT */
/* models/runtime/resumable: the order of frames, their waits, their memory and their ends. */
#include "leftovers.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include "../models/runtime/resumable_watch.h"

enum { LIMIT_S = 60, MILLION = 1000000 };

static const int64_t ms_ns = 1000000;

/* A loop with an executor on it, and what happened there, a letter an event. */
struct stage {
	struct executor executor; /* first, so that an executor is its stage */
	struct loop loop;
	char text[64];
	size_t size;
};

static void stage_open(struct stage *stage)
{
	*stage = (struct stage){ 0 };
	check_equal(loop_init(&stage->loop), 0);
	executor_init(&stage->executor, &stage->loop);
}

static void tell(struct executor *executor, char letter)
{
	struct stage *stage = (struct stage *)executor;

	check(stage->size + 1 < sizeof stage->text);
	stage->text[stage->size++] = letter;
}

static void stage_close(struct stage *stage, const char *expected)
{
	check_equal(executor_run(&stage->executor), 0);
	loop_close(&stage->loop);
	if (strcmp(stage->text, expected) != 0)
		fail_case("it went %s, not %s", stage->text, expected);
}

/* Tells its letter, yields, and tells it again. */
struct teller {
	struct resumable self;
	char letter;
};

static enum resumed tell_twice(struct resumable *self, struct executor *executor)
{
	struct teller *frame = (struct teller *)self;

	tell(executor, frame->letter);
	return self->state++ == 0 ? resumable_yield(self, executor) : RESUMED_DONE;
}

static void runs_in_the_order_of_ready(void)
{
	struct teller tellers[] = { { .letter = 'a' }, { .letter = 'b' }, { .letter = 'c' } };
	struct stage stage;

	stage_open(&stage);
	for (int i = 0; i < 3; i++)
		resumable_start(&tellers[i].self, &stage.executor, tell_twice);
	stage_close(&stage, "abcabc");
}

/* A parent joins its child; both tell where they are. */
struct parent {
	struct resumable self;
	struct teller child;
	bool late; /* joins when the child has ended */
	int left;
};

static enum resumed fail_at_last(struct resumable *self, struct executor *executor)
{
	enum resumed resumed = tell_twice(self, executor);

	self->result = -EIO;
	return resumed;
}

static enum resumed start_and_join(struct resumable *self, struct executor *executor)
{
	struct parent *frame = (struct parent *)self;
	enum { START, WAITED, JOINED };

	switch (self->state) {
	case START:
		tell(executor, '1');
		frame->child.letter = 'c';
		resumable_start(&frame->child.self, executor, fail_at_last);
		frame->left = frame->late ? 5 : 0;
		self->state = WAITED;
		/* fall through */
	case WAITED:
		if (frame->left-- > 0)
			return resumable_yield(self, executor);
		self->state = JOINED;
		return resumable_join(self, executor, &frame->child.self);
	default:
		tell(executor, '2');
		check_equal(self->result, -EIO);
		self->result = 0; /* it is dealt with */
		return RESUMED_DONE;
	}
}

static void an_error_reaches_who_joins(void)
{
	struct parent parent = { .late = false }, late = { .late = true };
	struct stage stage;

	stage_open(&stage);
	resumable_start(&parent.self, &stage.executor, start_and_join);
	stage_close(&stage, "1cc2");
	check_equal(parent.self.result, 0);
	stage_open(&stage);
	resumable_start(&late.self, &stage.executor, start_and_join);
	stage_close(&stage, "1cc2");
}

struct sleeper {
	struct resumable self;
	struct resumable_timer timer;
	int64_t until_ns;
	char letter;
};

static enum resumed sleep_once(struct resumable *self, struct executor *executor)
{
	struct sleeper *frame = (struct sleeper *)self;

	if (self->state++ == 0)
		return resumable_sleep(self, executor, &frame->timer, frame->until_ns);
	check_equal(self->result, 0);
	check(io_now_ns() >= frame->until_ns);
	tell(executor, frame->letter);
	return RESUMED_DONE;
}

static void sleepers_wake_by_their_time(void)
{
	int64_t now_ns = io_now_ns();
	struct sleeper sleepers[] = {
		{ .letter = 'c', .until_ns = now_ns + 30 * ms_ns },
		{ .letter = 'a', .until_ns = now_ns - ms_ns },
		{ .letter = 'b', .until_ns = now_ns + 15 * ms_ns },
	};
	struct stage stage;

	stage_open(&stage);
	for (int i = 0; i < 3; i++)
		resumable_start(&sleepers[i].self, &stage.executor, sleep_once);
	stage_close(&stage, "abc");
}

static enum resumed yield_until_told(struct resumable *self, struct executor *executor)
{
	struct stage *stage = (struct stage *)executor;

	return stage->size == 0 ? resumable_yield(self, executor) : RESUMED_DONE;
}

/* Frames that are always ready must not keep the loop from its turn. */
static void a_timer_fires_though_others_yield(void)
{
	struct sleeper sleeper = { .letter = 'a', .until_ns = io_now_ns() + 5 * ms_ns };
	struct resumable yielders[2];
	struct stage stage;

	stage_open(&stage);
	for (int i = 0; i < 2; i++)
		resumable_start(&yielders[i], &stage.executor, yield_until_told);
	resumable_start(&sleeper.self, &stage.executor, sleep_once);
	stage_close(&stage, "a");
}

struct guest {
	struct resumable self;
	struct resumable_gate *gate;
	char letter; /* 0: says nothing */
};

static enum resumed pass_gate(struct resumable *self, struct executor *executor)
{
	struct guest *frame = (struct guest *)self;

	if (self->state++ == 0)
		return resumable_gate_wait(self, executor, frame->gate);
	check_equal(self->result, 0);
	if (frame->letter)
		tell(executor, frame->letter);
	return RESUMED_DONE;
}

/* Waits itself until all others do. */
static enum resumed open_gate(struct resumable *self, struct executor *executor)
{
	struct guest *frame = (struct guest *)self;

	if (self->state++ == 0)
		return resumable_yield(self, executor);
	tell(executor, '!');
	resumable_gate_open(frame->gate, executor);
	return RESUMED_DONE;
}

static void a_gate_lets_all_through_in_order(void)
{
	struct resumable_gate gate;
	struct guest opener = { .gate = &gate };
	struct guest guests[] = { { .letter = 'a' }, { .letter = 'b' }, { .letter = 'c' } };
	struct stage stage;

	stage_open(&stage);
	resumable_gate_init(&gate);
	resumable_start(&opener.self, &stage.executor, open_gate);
	for (int i = 0; i < 3; i++) {
		guests[i].gate = &gate;
		resumable_start(&guests[i].self, &stage.executor, pass_gate);
	}
	check_equal(executor_run(&stage.executor), 0);
	guests[0].letter = 'd'; /* finds it open */
	resumable_start(&guests[0].self, &stage.executor, pass_gate);
	stage_close(&stage, "!abcd");
}

/* What nothing can wake is told, and given up with its pool; the loop is not spoilt. */
static void a_deadlock_is_told(void)
{
	struct resumable_pool pool;
	struct resumable_gate gate;
	struct teller teller = { .letter = 'a' };
	struct stage stage;

	stage_open(&stage);
	resumable_gate_init(&gate);
	resumable_pool_init(&pool, sizeof(struct guest));
	for (int i = 0; i < 100; i++) {
		struct guest *guest = (struct guest *)resumable_take(&pool);
		check(guest != NULL);
		guest->gate = &gate;
		resumable_start(&guest->self, &stage.executor, pass_gate);
	}
	check_equal(executor_run(&stage.executor), -EDEADLK);
	resumable_pool_free(&pool);
	executor_init(&stage.executor, &stage.loop);
	resumable_start(&teller.self, &stage.executor, tell_twice);
	stage_close(&stage, "aa");
}

/* Each joins the one before it: the end of the first must end all, on one shallow stack. */
struct link {
	struct resumable self;
	struct resumable *before;
};

static size_t links_ended;

static enum resumed join_before(struct resumable *self, struct executor *executor)
{
	struct link *frame = (struct link *)self;

	if (self->state++ == 0)
		return frame->before ? resumable_join(self, executor, frame->before)
				     : resumable_yield(self, executor);
	links_ended++;
	self->result++; /* of the one before */
	return RESUMED_DONE;
}

static void a_million_in_a_chain(void)
{
	struct resumable_pool pool;
	struct resumable *last = NULL;
	struct stage stage;

	stage_open(&stage);
	resumable_pool_init(&pool, sizeof(struct link));
	for (int i = 0; i < MILLION; i++) {
		struct link *link = (struct link *)resumable_take(&pool);
		check(link != NULL);
		link->before = last;
		last = &link->self;
		resumable_start(last, &stage.executor, join_before);
	}
	stage_close(&stage, "");
	check_equal(links_ended, MILLION);
	check_equal(last->result, MILLION);
	resumable_pool_free(&pool);
}

/* Frames of a pool that are given back as they end are taken again. */
struct crowd {
	struct stage stage;
	struct resumable_pool pool;
	int ended;
};

static void go_home(struct resumable *frame, struct executor *executor)
{
	struct crowd *crowd = (struct crowd *)executor;

	resumable_give(&crowd->pool, frame);
	crowd->ended++;
}

static enum resumed end_at_once(struct resumable *self, struct executor *executor)
{
	(void)self, (void)executor;
	return RESUMED_DONE;
}

static void frames_are_used_again(void)
{
	struct resumable *seen[3] = { NULL };
	struct crowd crowd = { .ended = 0 };

	stage_open(&crowd.stage);
	resumable_pool_init(&crowd.pool, sizeof(struct resumable) + 1);
	for (int round = 0; round < 1000; round++) {
		for (int i = 0; i < 3; i++) {
			struct resumable *frame = resumable_take(&crowd.pool);
			check(frame != NULL && (uintptr_t)frame % _Alignof(max_align_t) == 0);
			check(round == 0 || frame == seen[0] || frame == seen[1] ||
				frame == seen[2]);
			if (round == 0)
				seen[i] = frame;
			resumable_start(frame, &crowd.stage.executor, end_at_once);
			frame->ended = go_home;
		}
		check_equal(executor_run(&crowd.stage.executor), 0);
	}
	check_equal(crowd.ended, 3000);
	resumable_pool_free(&crowd.pool);
	stage_close(&crowd.stage, "");
}

/* A generator is a resumable function that its consumer resumes; it needs no executor. */
struct fibonacci {
	struct resumable self;
	uint64_t value, following;
};

static enum resumed fibonacci(struct resumable *self, struct executor *executor)
{
	struct fibonacci *frame = (struct fibonacci *)self;
	enum { START, GOING };

	(void)executor;
	switch (self->state) {
	case START:
		frame->value = 0;
		frame->following = 1;
		self->state = GOING;
		return RESUMED_WAITING;
	default:
		if (frame->following > 1000)
			return RESUMED_DONE;
		uint64_t sum = frame->value + frame->following;
		frame->value = frame->following;
		frame->following = sum;
		return RESUMED_WAITING;
	}
}

static void a_generator_gives_its_values(void)
{
	static const uint64_t expected[] = { 0, 1, 1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377,
		610, 987 };
	struct fibonacci frame = { .self.resume = fibonacci };
	size_t count = 0;

	for (; frame.self.resume(&frame.self, NULL) == RESUMED_WAITING; count++) {
		check(count < sizeof expected / sizeof *expected);
		check_equal(frame.value, expected[count]);
	}
	check_equal(count, sizeof expected / sizeof *expected);
}

/* Waits for a descriptor as often as it has deadlines, then closes its watch. */
struct watcher {
	struct resumable self;
	struct resumable_watch watch;
	int fd, events;
	int64_t deadline_ns[3]; /* 0: no further wait */
	int came_to[3];
	int64_t at_ns[3];
};

static enum resumed watch_often(struct resumable *self, struct executor *executor)
{
	struct watcher *frame = (struct watcher *)self;
	int waits = self->state++;
	char byte;

	if (waits == 0)
		check_equal(resumable_watch_open(&frame->watch, executor, frame->fd), 0);
	if (waits > 0 && waits <= 3 && frame->deadline_ns[waits - 1]) {
		frame->came_to[waits - 1] = self->result;
		frame->at_ns[waits - 1] = io_now_ns();
		if (self->result == 0 && frame->events == UV_READABLE)
			check_equal(read(frame->fd, &byte, 1), 1);
	}
	if (waits < 3 && frame->deadline_ns[waits])
		return resumable_watch_wait(
			self, executor, &frame->watch, frame->events, frame->deadline_ns[waits]);
	if (!uv_is_closing((uv_handle_t *)&frame->watch.poll))
		return resumable_watch_close(self, executor, &frame->watch);
	return RESUMED_DONE;
}

/* Writes a byte when its time has come. */
struct writer {
	struct sleeper sleeper;
	int fd;
};

static enum resumed write_later(struct resumable *self, struct executor *executor)
{
	struct writer *frame = (struct writer *)self;
	enum resumed resumed = sleep_once(self, executor);

	if (resumed == RESUMED_DONE)
		check_equal(write(frame->fd, "x", 1), 1);
	return resumed;
}

static void open_pair(int fds[2])
{
	check_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
}

static void close_pair(const int fds[2])
{
	check_equal(close(fds[0]), 0);
	check_equal(close(fds[1]), 0);
}

/*
 * First the deadline passes; then one further away is set and the byte comes
 * before it; then one that is nearer than that, though the timer is still set
 * for the other.
 */
static void a_descriptor_or_its_deadline(void)
{
	int64_t now_ns = io_now_ns();
	int fds[2];
	struct stage stage;

	open_pair(fds);
	stage_open(&stage);
	struct watcher watcher = { .fd = fds[0],
		.events = UV_READABLE,
		.deadline_ns = {
			now_ns + 5 * ms_ns, now_ns + 60000 * ms_ns, now_ns + 40 * ms_ns } };
	struct writer writer = { .fd = fds[1],
		.sleeper = { .letter = 'w', .until_ns = now_ns + 20 * ms_ns } };
	resumable_start(&watcher.self, &stage.executor, watch_often);
	resumable_start(&writer.sleeper.self, &stage.executor, write_later);
	stage_close(&stage, "w");
	check_equal(watcher.came_to[0], -ETIMEDOUT);
	check_equal(watcher.came_to[1], 0);
	check_equal(watcher.came_to[2], -ETIMEDOUT);
	check(watcher.at_ns[0] >= now_ns + 5 * ms_ns);
	check(watcher.at_ns[1] >= writer.sleeper.until_ns);
	check(watcher.at_ns[2] >= now_ns + 40 * ms_ns);
	check(watcher.at_ns[2] < now_ns + 30000 * ms_ns);
	close_pair(fds);
}

/* A deadline that moves back: the timer is set for the first, and must not end the second wait. */
static void a_deadline_that_moves_back(void)
{
	int64_t now_ns = io_now_ns();
	int fds[2];
	struct stage stage;

	open_pair(fds);
	check_equal(write(fds[1], "x", 1), 1);
	stage_open(&stage);
	struct watcher watcher = { .fd = fds[0],
		.events = UV_READABLE,
		.deadline_ns = { now_ns + 10 * ms_ns, now_ns + 30 * ms_ns } };
	resumable_start(&watcher.self, &stage.executor, watch_often);
	stage_close(&stage, "");
	check_equal(watcher.came_to[0], 0);
	check_equal(watcher.came_to[1], -ETIMEDOUT);
	check(watcher.at_ns[1] >= now_ns + 30 * ms_ns);
	close_pair(fds);
}

/* Sends to a port that nobody has, which comes back as an error of the socket. */
struct refused {
	struct resumable self;
	struct resumable_watch watch;
	int fd;
};

static enum resumed be_refused_often(struct resumable *self, struct executor *executor)
{
	struct refused *frame = (struct refused *)self;
	int waits = self->state++;
	char byte;

	if (waits == 0)
		check_equal(resumable_watch_open(&frame->watch, executor, frame->fd), 0);
	if (waits > 0 && waits <= 3) {
		check_equal(self->result, 0);
		check_equal(read(frame->fd, &byte, 1), -1);
		check_equal(errno, ECONNREFUSED);
	}
	if (waits < 3) {
		check_equal(write(frame->fd, "x", 1), 1);
		return resumable_watch_wait(
			self, executor, &frame->watch, UV_READABLE, io_now_ns() + 10000 * ms_ns);
	}
	return waits == 3 ? resumable_watch_close(self, executor, &frame->watch) : RESUMED_DONE;
}

static void errors_one_after_the_other(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof addr;
	int nobody = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	struct refused refused = { .fd = fd };
	struct stage stage;

	check_equal(bind(nobody, (struct sockaddr *)&addr, sizeof addr), 0);
	check_equal(getsockname(nobody, (struct sockaddr *)&addr, &size), 0);
	check_equal(close(nobody), 0);
	check_equal(connect(fd, (struct sockaddr *)&addr, size), 0);
	stage_open(&stage);
	resumable_start(&refused.self, &stage.executor, be_refused_often);
	stage_close(&stage, "");
	check_equal(close(fd), 0);
}

static void writable_and_no_deadline(void)
{
	int fds[2];
	struct stage stage;

	open_pair(fds);
	stage_open(&stage);
	struct watcher watcher = {
		.fd = fds[0], .events = UV_WRITABLE, .deadline_ns = { IO_FOREVER, IO_FOREVER }
	};
	resumable_start(&watcher.self, &stage.executor, watch_often);
	stage_close(&stage, "");
	check_equal(watcher.came_to[0], 0);
	check_equal(watcher.came_to[1], 0);
	check(watcher.at_ns[1] > 0);
	close_pair(fds);
}

static void case_main(const void *arg)
{
	void (*const *fn)(void) = arg;
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	(*fn)();
	holdings_check(&before);
}

static void run_case(void **state)
{
	child_must_pass(LIMIT_S, case_main, *state);
}

static const struct {
	const char *name;
	void (*fn)(void);
} cases[] = {
	{ "runs in the order of ready", runs_in_the_order_of_ready },
	{ "an error reaches who joins", an_error_reaches_who_joins },
	{ "sleepers wake by their time", sleepers_wake_by_their_time },
	{ "a timer fires though others yield", a_timer_fires_though_others_yield },
	{ "a gate lets all through in order", a_gate_lets_all_through_in_order },
	{ "a deadlock is told", a_deadlock_is_told },
	{ "a million in a chain", a_million_in_a_chain },
	{ "frames are used again", frames_are_used_again },
	{ "a generator gives its values", a_generator_gives_its_values },
	{ "a descriptor or its deadline", a_descriptor_or_its_deadline },
	{ "a deadline that moves back", a_deadline_that_moves_back },
	{ "errors one after the other", errors_one_after_the_other },
	{ "writable and no deadline", writable_and_no_deadline },
};

int main(void)
{
	struct CMUnitTest tests[sizeof cases / sizeof *cases];
	size_t count = sizeof cases / sizeof *cases;

	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){ .name = cases[i].name,
			.test_func = run_case,
			.initial_state = (void *)&cases[i].fn };
	return _cmocka_run_group_tests("resumable", tests, count, NULL, NULL);
}
