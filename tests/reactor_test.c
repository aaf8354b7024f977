/* SPDX-License-Identifier: MIT */
/* What the reactors themselves have to see to. What they do for models/io.h is in io_test.c. */
#include "worlds.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#ifdef __SANITIZE_THREAD__
enum { READERS = 200 }; /* its books of a task take long to make */
#else
enum { READERS = 1000 };
#endif
enum { READY = 100, SLEEPERS = 200 };

static void make_pair(int fds[2])
{
	check_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds), 0);
}

struct reader {
	int fds[2];
	struct task *task;
};

static int64_t read_number(void *arg)
{
	const struct reader *reader = arg;
	int number;

	check_equal(io_read(reader->fds[0], &number, sizeof number, soon_ns()), sizeof number);
	return number;
}

/* In an order in which neighbours are far apart: 617 and 1000, or 200, have no common factor. */
static void many_descriptors(void)
{
	static struct reader readers[READERS];
	struct rlimit limit;

	check_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	check_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (int i = 0; i < READERS; i++) {
		make_pair(readers[i].fds);
		check_equal(task_spawn(&readers[i].task, "reader", read_number, &readers[i]), 0);
	}
	for (int i = 0; i < READERS; i++) {
		int number = i * 617 % READERS;
		check_equal(write(readers[number].fds[1], &number, sizeof number), sizeof number);
		if (i % 100 == 0)
			check_equal(io_sleep(ms_ns / 10), 0);
	}
	for (int i = 0; i < READERS; i++) {
		check_equal(task_join(readers[i].task), i);
		check_equal(io_close(readers[i].fds[0]), 0);
		check_equal(io_close(readers[i].fds[1]), 0);
	}
}

struct pairs {
	int fds[READY][2];
	int begun, told, read;
};

/* The first that goes on closes what all the others wait for, and would be told of next. */
static int64_t read_or_be_closed(void *arg)
{
	struct pairs *pairs = arg;
	int fd = pairs->fds[pairs->begun++][0];
	char byte;
	int64_t n = io_read(fd, &byte, 1, soon_ns());

	if (n == -EBADF) {
		pairs->told++;
		return 0;
	}
	check_equal(n, 1);
	if (pairs->read++ == 0)
		for (int i = 0; i < READY; i++)
			check_equal(io_close(pairs->fds[i][0]), 0);
	return 0;
}

static void closing_what_is_ready_too(void)
{
	static struct pairs pairs;
	struct task *tasks[READY];

	for (int i = 0; i < READY; i++) {
		make_pair(pairs.fds[i]);
		check_equal(task_spawn(&tasks[i], "reader", read_or_be_closed, &pairs), 0);
	}
	check_equal(io_sleep(ms_ns), 0); /* all of them wait */
	for (int i = 0; i < READY; i++)
		check_equal(write(pairs.fds[i][1], "x", 1), 1);
	for (int i = 0; i < READY; i++)
		check_equal(task_join(tasks[i]), 0);
	/* io_uring reads all of them before any task goes on. */
	if (io != &io_uring)
		check_equal(pairs.read, 1);
	check_equal(pairs.read + pairs.told, READY);
	for (int i = 0; i < READY; i++)
		check_equal(io_close(pairs.fds[i][1]), 0);
}

static int64_t write_and_close(void *arg)
{
	const int *fd = arg;

	check_equal(write(*fd, "some", 4), 4);
	return close(*fd);
}

/* One event tells of both, and once the data is read none will come again. */
static void end_of_file_that_came_with_data(void)
{
	char text[64];

	for (int waits_before = 0; waits_before < 2; waits_before++) {
		int fds[2];
		make_pair(fds);
		check_equal(task_spawn(NULL, "writer", write_and_close, &fds[1]), 0);
		if (!waits_before)
			check_equal(io_sleep(ms_ns), 0);
		check_equal(io_read(fds[0], text, sizeof text, soon_ns()), 4);
		check_equal(io_read(fds[0], text, sizeof text, soon_ns()), 0);
		check_equal(io_read(fds[0], text, sizeof text, soon_ns()), 0);
		check_equal(io_close(fds[0]), 0);
	}
}

/* What a task leaves unread stays readable. */
static void piece_by_piece(void)
{
	int fds[2];
	char byte;

	make_pair(fds);
	check_equal(write(fds[1], "abcdefgh", 8), 8);
	for (int i = 0; i < 8; i++) {
		check_equal(io_read(fds[0], &byte, 1, soon_ns()), 1);
		check_equal(byte, 'a' + i);
	}
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() + ms_ns), -ETIMEDOUT);
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

struct sleepers {
	int begun;
	int64_t begin_ns, last_ns; /* the deadline of who woke last */
};

/* 77 and 200 have no common factor: the deadlines, 200 us apart, come in no order. */
static int64_t sleep_once(void *arg)
{
	struct sleepers *sleepers = arg;
	int number = sleepers->begun++;

	while (sleepers->begun < SLEEPERS)
		io_yield();
	if (!sleepers->begin_ns)
		sleepers->begin_ns = io_now_ns() + 100 * ms_ns;
	int64_t until_ns = sleepers->begin_ns + (number * 77 % SLEEPERS) * ms_ns / 5;
	check_equal(io_sleep(until_ns - io_now_ns()), 0);
	check(io_now_ns() >= until_ns);
	/* A thread that loses its CPU between the two readings of the clock sleeps the longer. */
	check(sleepers->last_ns <= until_ns + 10 * ms_ns);
	sleepers->last_ns = until_ns;
	return 0;
}

static void deadlines_in_order(void)
{
	struct sleepers sleepers = { 0 };
	struct task *tasks[SLEEPERS];

	for (int i = 0; i < SLEEPERS; i++)
		check_equal(task_spawn(&tasks[i], "sleeper", sleep_once, &sleepers), 0);
	for (int i = 0; i < SLEEPERS; i++)
		check_equal(task_join(tasks[i]), 0);
}

static int64_t send_byte(void *arg)
{
	check_equal(write(*(int *)arg, "x", 1), 1);
	return 0;
}

/* A datagram to a port that nobody has comes back as an error of the socket, time and again. */
static void errors_one_after_the_other(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof addr;
	int nobody = io_socket(AF_INET, SOCK_DGRAM), fd = io_socket(AF_INET, SOCK_DGRAM);
	char byte;

	check_equal(bind(nobody, (struct sockaddr *)&addr, sizeof addr), 0);
	check_equal(getsockname(nobody, (struct sockaddr *)&addr, &size), 0);
	check_equal(io_close(nobody), 0);
	check_equal(connect(fd, (struct sockaddr *)&addr, size), 0);
	for (int i = 0; i < 3; i++) {
		struct task *sender;
		check_equal(task_spawn(&sender, "sender", send_byte, &fd), 0);
		check_equal(io_read(fd, &byte, 1, soon_ns()), -ECONNREFUSED);
		check_equal(task_join(sender), 0);
	}
	check_equal(io_close(fd), 0);
}

/* A descriptor with one who reads it, and one who writes it. */
struct shared {
	int fd, other_fd;
	ssize_t written;
};

/* Gives its number to another. */
static int64_t read_and_replace(void *arg)
{
	struct shared *shared = arg;
	char byte;

	check_equal(io_read(shared->fd, &byte, 1, soon_ns()), 1);
	check_equal(io_close(shared->fd), 0);
	check_equal(dup3(shared->other_fd, shared->fd, O_CLOEXEC), shared->fd);
	return 0;
}

static int64_t write_once(void *arg)
{
	struct shared *shared = arg;

	shared->written = io_write(shared->fd, "y", 1, soon_ns());
	return 0;
}

/* Whose turn it is to write must not write to what has the number since. */
static void replaced_while_both_are_ready(void)
{
	static char filling[65536];
	struct task *reader, *writer;
	int fds[2], others[2];
	char byte;

	make_pair(fds);
	make_pair(others);
	struct shared shared = { .fd = fds[0], .other_fd = others[0] };
	while (write(fds[0], filling, sizeof filling) > 0)
		;
	check_equal(task_spawn(&writer, "writer", write_once, &shared), 0);
	check_equal(task_spawn(&reader, "reader", read_and_replace, &shared), 0);
	check_equal(io_sleep(ms_ns), 0); /* both of them wait */
	check_equal(write(fds[1], "x", 1), 1);
	while (read(fds[1], filling, sizeof filling) > 0)
		;
	check_equal(task_join(reader), 0);
	check_equal(task_join(writer), 0);
	check(shared.written == -EBADF || io == &io_uring); /* which writes before any goes on */
	check_equal(read(others[1], &byte, 1), -1);
	check_equal(errno, EAGAIN);
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
	check_equal(io_close(others[0]), 0);
	check_equal(io_close(others[1]), 0);
}

/* There is something to read in every turn. */
static int64_t feed_and_read(void *arg)
{
	struct shared *shared = arg;
	char bytes[2];
	int rounds = 0;

	for (; !shared->written && rounds < 1000; rounds++) {
		check_equal(write(shared->other_fd, "x", 1), 1);
		check_equal(io_read(shared->fd, bytes, sizeof bytes, soon_ns()), 1);
	}
	return rounds;
}

static void writes_though_always_readable(void)
{
	static char filling[65536];
	struct task *reader, *writer;
	int fds[2];

	make_pair(fds);
	struct shared shared = { .fd = fds[0], .other_fd = fds[1] };
	while (write(fds[0], filling, sizeof filling) > 0)
		;
	check_equal(task_spawn(&writer, "writer", write_once, &shared), 0);
	check_equal(io_sleep(ms_ns), 0); /* it waits */
	while (read(fds[1], filling, sizeof filling) > 0)
		;
	check_equal(task_spawn(&reader, "reader", feed_and_read, &shared), 0);
	check(task_join(reader) < 1000);
	check_equal(task_join(writer), 0);
	check_equal(shared.written, 1);
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

/* The turns of this scheduler's reactor, from here on. */
static struct reactor_ops counted;
static const struct reactor_ops *uncounted;
static unsigned turns;

static void count_turn(struct reactor *reactor, bool wait)
{
	turns++;
	uncounted->turn(reactor, wait);
}

static void count_turns(void)
{
	struct reactor *reactor = task_reactor();

	uncounted = reactor->ops;
	counted = *uncounted;
	counted.turn = count_turn;
	reactor->ops = &counted;
}

/* One that does not wait turns some 10,000 times in the while that the cases take. */
static void check_idle(void)
{
	if (turns > 50)
		fail_case("%u turns", turns);
}

static void waiting_takes_no_time(void)
{
	int fds[2];
	char byte;

	make_pair(fds);
	count_turns();
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() + 100 * ms_ns), -ETIMEDOUT);
	/* Watched still, and ready, but nobody asks. */
	check_equal(write(fds[1], "x", 1), 1);
	check_equal(io_sleep(100 * ms_ns), 0);
	check_idle();
	check_equal(io_read(fds[0], &byte, 1, soon_ns()), 1);
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

static int fill(int fd)
{
	static const char bytes[65536];
	ssize_t n;
	int filled = 0;

	while ((n = send(fd, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
		filled += (int)n;
	check_equal(errno, EAGAIN);
	return filled;
}

struct drain {
	int fd, bytes;
};

static int64_t drain_later(void *arg)
{
	const struct drain *drain = arg;
	char bytes[4096];

	check_equal(io_sleep(20 * ms_ns), 0);
	for (int left = drain->bytes; left > 0;) {
		ssize_t n = io_read(drain->fd, bytes, sizeof bytes, soon_ns());
		check(n > 0);
		left -= (int)n;
	}
	return 0;
}

/* The peer's end of file is there all the time, and is nothing that a writer waits for. */
static void waiting_to_write_after_the_end_takes_no_time(void)
{
	struct task *reader;
	int fds[2];

	make_pair(fds);
	check_equal(shutdown(fds[1], SHUT_WR), 0);
	count_turns();
	for (int round = 0; round < 3; round++) {
		struct drain drain = { fds[1], fill(fds[0]) };
		check_equal(io_write(fds[0], "x", 1, io_now_ns() + 50 * ms_ns), -ETIMEDOUT);
		check_idle();
		check_equal(task_spawn(&reader, "reader", drain_later, &drain), 0);
		check_equal(io_write(fds[0], "x", 1, soon_ns()), 1);
		check_equal(task_join(reader), 0);
		turns = 0;
	}
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

static void block_100_ms(void *arg)
{
	(void)arg;
	usleep(100000);
}

static void waiting_for_a_thread_takes_no_time(void)
{
	count_turns();
	check_equal(io_offload(block_100_ms, NULL), 0);
	check_equal(io_offload(block_100_ms, NULL), 0);
	check_idle();
}

/* Serve one request, and close the connection, which was to be kept. */
static int64_t answer_once(void *arg)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
	char request[4096];
	int fd = io_accept(*(int *)arg, soon_ns());

	check(fd >= 0);
	check(io_read(fd, request, sizeof request, soon_ns()) > 0);
	check_equal(io_write_all(fd, answer, sizeof answer - 1, soon_ns()), 0);
	check_equal(io_sleep(10 * ms_ns), 0);
	return io_close(fd);
}

/* libcurl's idle connection is readable then, on a loop with nothing under way. */
static void idle_connection_that_ends_takes_no_time(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof addr;
	int listener = io_socket(AF_INET, SOCK_STREAM);
	struct task *server;
	char url[64], body[16];

	check_equal(bind(listener, (struct sockaddr *)&addr, sizeof addr), 0);
	check_equal(listen(listener, 4), 0);
	check_equal(getsockname(listener, (struct sockaddr *)&addr, &size), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(addr.sin_port));
	check_equal(task_spawn(&server, "server", answer_once, &listener), 0);
	struct io_fetch fetch = {
		.url = url, .deadline_ns = soon_ns(), .body = body, .capacity = sizeof body
	};
	check_equal(io_fetch(&fetch), 200);
	check_equal(task_join(server), 0);
	count_turns();
	check_equal(io_sleep(100 * ms_ns), 0);
	check_idle();
	check_equal(io_close(listener), 0);
}

static void block_5_ms(void *arg)
{
	(void)arg;
	usleep(5000);
}

struct rally {
	int fds[2];
	unsigned count;
	bool over;
};

static int64_t return_balls(void *arg)
{
	struct rally *rally = arg;
	char byte;

	while (io_read(rally->fds[1], &byte, 1, soon_ns()) == 1)
		check_equal(io_write(rally->fds[1], &byte, 1, soon_ns()), 1);
	return 0;
}

static int64_t play(void *arg)
{
	struct rally *rally = arg;
	char byte = 'o';

	for (; !rally->over; rally->count++) {
		check_equal(io_write(rally->fds[0], &byte, 1, soon_ns()), 1);
		check_equal(io_read(rally->fds[0], &byte, 1, soon_ns()), 1);
	}
	return io_close(rally->fds[0]);
}

/* The guest's threads and the reactor's descriptors must not keep each other waiting. */
static void threads_and_descriptors_at_once(void)
{
	struct rally rally = { 0 };
	struct task *player, *other;

	make_pair(rally.fds);
	check_equal(task_spawn(&player, "player", play, &rally), 0);
	check_equal(task_spawn(&other, "other", return_balls, &rally), 0);
	for (int64_t limit_ns = soon_ns(); rally.count < 200 && io_now_ns() < limit_ns;)
		check_equal(io_offload(block_5_ms, NULL), 0);
	check(rally.count >= 200);
	rally.over = true;
	check_equal(task_join(player), 0);
	check_equal(task_join(other), 0);
	check_equal(io_close(rally.fds[1]), 0);
}

/* From here on this process may not set up a ring, as in many containers. */
static void forbid_rings(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { .len = sizeof filter / sizeof *filter, .filter = filter };

	check_equal(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
	check_equal(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), 0);
}

/* Read what a command prints, and fail unless it has this in it. */
static void check_prints(const char *command, const char *expected)
{
	char text[16384];
	FILE *pipe = popen(command, "r");

	check(pipe != NULL);
	text[fread(text, 1, sizeof text - 1, pipe)] = '\0';
	pclose(pipe);
	if (!strstr(text, expected))
		fail_case("%s: %s", command, text);
}

static int64_t nothing(void *arg)
{
	(void)arg;
	return 0;
}

static void forbidden(const void *arg)
{
	static const char why[] = "io_uring_setup: Operation not permitted";
	struct runtime_options options = { .reactor = &reactor_uring };

	(void)arg;
	forbid_rings();
	check(strstr(reactor_uring.unavailable(), why) != NULL);
	check_equal(runtime_run(&options, nothing, NULL), -EPERM);
	check_prints("$CONCBENCH list", why);
	check_prints("$CONCBENCH trial -m uring -w null", why);
	check_prints("$CONCBENCH trial -m coroutine:reactor=uring -w null", why);
	check_prints("$CONCBENCH serve -m uring -w echo 2>&1", why);
	check_prints("$CONCBENCH trial -m coroutine -w null", "\"status\":\"ok\"");
}

static void where_rings_are_forbidden(void **state)
{
	(void)state;
	if (strcmp("built without liburing", reactor_uring.unavailable() ?: "") == 0)
		skip();
	child_must_pass(WORLD_LIMIT_S, forbidden, NULL);
}

static void names_are_found(void **state)
{
	(void)state;
	assert_ptr_equal(reactors[0], &reactor_uv); /* the default */
	for (const struct reactor_ops *const *row = reactors; *row; row++)
		assert_ptr_equal(reactor_find((*row)->name), *row);
	assert_null(reactor_find("no such reactor"));
}

int main(void)
{
	static const struct world_case cases[] = {
		WORLD_CASE(many_descriptors, TASKS),
		WORLD_CASE(closing_what_is_ready_too, TASKS),
		WORLD_CASE(end_of_file_that_came_with_data, TASKS),
		WORLD_CASE(piece_by_piece, TASKS),
		WORLD_CASE(errors_one_after_the_other, TASKS),
		WORLD_CASE(replaced_while_both_are_ready, TASKS),
		WORLD_CASE(writes_though_always_readable, TASKS),
		WORLD_CASE(deadlines_in_order, TASKS),
		WORLD_CASE(waiting_takes_no_time, TASKS),
		WORLD_CASE(waiting_to_write_after_the_end_takes_no_time, TASKS),
		WORLD_CASE(waiting_for_a_thread_takes_no_time, TASKS),
		WORLD_CASE(idle_connection_that_ends_takes_no_time, TASKS),
		WORLD_CASE(threads_and_descriptors_at_once, TASKS),
	};
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found),
		cmocka_unit_test(where_rings_are_forbidden),
	};
	int failed = worlds_run("reactor", cases, sizeof cases / sizeof *cases);

	return failed + cmocka_run_group_tests_name("reactors", tests, NULL, NULL);
}
