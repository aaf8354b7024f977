/* SPDX-License-Identifier: MIT */
/* models/io.h on sockets, pipes, timers and files, in every world. io_fetch is in fetch_test.c. */
#include "worlds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <time.h>

enum { BIG_BYTES = 8 * 1024 * 1024 };

/* What the io_ calls did not make themselves has to be fit for this world. */
static void fit(int fd)
{
	if (in_coroutine())
		check_equal(fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK), 0);
}

static void make_pair(int fds[2])
{
	check_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	fit(fds[0]);
	fit(fds[1]);
}

static void make_pipe(int fds[2])
{
	check_equal(io_pipe(fds), 0);
	for (int end = 0; end < 2; end++) {
		check(fcntl(fds[end], F_GETFD) & FD_CLOEXEC);
		check_equal(!!(fcntl(fds[end], F_GETFL) & O_NONBLOCK), in_coroutine());
	}
}

static void close_both(const int fds[2])
{
	check_equal(io_close(fds[0]), 0);
	check_equal(io_close(fds[1]), 0);
}

/* Bound to a port, where nobody listens yet: until it is closed nobody else is given the port. */
static int bind_to(struct sockaddr_in *addr)
{
	socklen_t size = sizeof *addr;
	int fd = io_socket(AF_INET, SOCK_STREAM);

	check(fd >= 0);
	*addr = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check_equal(bind(fd, (struct sockaddr *)addr, sizeof *addr), 0);
	check_equal(getsockname(fd, (struct sockaddr *)addr, &size), 0);
	return fd;
}

static int listen_on(struct sockaddr_in *addr, int backlog)
{
	int fd = bind_to(addr);

	check_equal(listen(fd, backlog), 0);
	return fd;
}

static int dial(int fd, const struct sockaddr_in *addr, int64_t deadline_ns)
{
	return io_connect(fd, (const struct sockaddr *)addr, sizeof *addr, deadline_ns);
}

/* A socket connected to addr. */
static int dialled(const struct sockaddr_in *addr)
{
	int fd = io_socket(AF_INET, SOCK_STREAM);

	check(fd >= 0);
	check_equal(dial(fd, addr, soon_ns()), 0);
	return fd;
}

static void say(int fd, const char *text)
{
	check_equal(io_write_all(fd, text, strlen(text), soon_ns()), 0);
}

static void hear(int fd, const char *text)
{
	char back[64];
	size_t size = 0;

	while (size < strlen(text)) {
		ssize_t n = io_read(fd, back + size, strlen(text) - size, soon_ns());
		check(n > 0);
		size += n;
	}
	check(memcmp(back, text, size) == 0);
}

static void pair_carries_bytes(void)
{
	int fds[2];

	make_pair(fds);
	say(fds[0], "to and");
	hear(fds[1], "to and");
	say(fds[1], "fro");
	hear(fds[0], "fro");
	close_both(fds);
}

static void dial_and_talk(void *arg)
{
	int fd = dialled(arg);

	say(fd, "hello");
	hear(fd, "and good day to you");
	check_equal(io_close(fd), 0);
}

static void tcp_both_ways_to_the_end_of_file(void)
{
	struct sockaddr_in addr;
	struct beside peer;
	char byte;
	int listener = listen_on(&addr, 16);

	beside_start(&peer, dial_and_talk, &addr);
	int fd = io_accept(listener, soon_ns());
	check(fd >= 0);
	check(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	check_equal((fcntl(fd, F_GETFL) & O_NONBLOCK) != 0, in_coroutine());
	hear(fd, "hello");
	say(fd, "and good day to you");
	check_equal(io_read(fd, &byte, 1, soon_ns()), 0);
	check_equal(io_read(fd, &byte, 1, IO_FOREVER), 0);
	beside_join(&peer);
	check_equal(io_close(fd), 0);
	check_equal(io_close(listener), 0);
}

/* Byte number at of a stream in which no two places nearby look alike. */
static unsigned char stream_byte(size_t at)
{
	return (unsigned char)(at ^ at >> 8 ^ at >> 16);
}

struct stream {
	int fd;
	size_t bytes;
	bool slow;
	int64_t deadline_ns;
};

/* Read a whole stream to its end, at first as slowly as makes the writer wait. */
static void read_stream(void *arg)
{
	const struct stream *stream = arg;
	unsigned char *piece = malloc(70001);
	size_t at = 0;
	ssize_t n = 1;

	check(piece != NULL);
	for (int count = 0; at < stream->bytes; count++) {
		if (stream->slow && count < 20)
			check_equal(io_sleep(ms_ns), 0);
		n = io_read(stream->fd, piece, 70001, stream->deadline_ns);
		check(n > 0);
		for (ssize_t i = 0; i < n; i++, at++)
			if (piece[i] != stream_byte(at))
				fail_case("byte %zu is wrong", at);
	}
	check_equal(at, stream->bytes);
	free(piece);
}

static void write_stream(void *arg)
{
	const struct stream *stream = arg;
	unsigned char *whole = malloc(stream->bytes);

	check(whole != NULL);
	for (size_t at = 0; at < stream->bytes; at++)
		whole[at] = stream_byte(at);
	check_equal(io_write_all(stream->fd, whole, stream->bytes, stream->deadline_ns), 0);
	free(whole);
}

static void big_write_to_a_slow_reader(int64_t deadline_ns)
{
	int fds[2];
	struct beside reader;

	make_pair(fds);
	struct stream in = { fds[1], BIG_BYTES, true, deadline_ns };
	struct stream out = { fds[0], BIG_BYTES, false, deadline_ns };
	beside_start(&reader, read_stream, &in);
	write_stream(&out);
	beside_join(&reader);
	close_both(fds);
}

static void write_all_with_a_deadline(void)
{
	big_write_to_a_slow_reader(soon_ns());
}

static void write_all_without_a_deadline(void)
{
	big_write_to_a_slow_reader(IO_FOREVER);
}

/* A reader and a writer wait on each of the two descriptors at once. */
static void both_directions_at_once(void)
{
	int fds[2];
	struct beside besides[3];

	make_pair(fds);
	struct stream ends[4] = { { fds[0], BIG_BYTES, true, soon_ns() },
		{ fds[1], BIG_BYTES, true, soon_ns() }, { fds[0], BIG_BYTES, false, soon_ns() },
		{ fds[1], BIG_BYTES, false, soon_ns() } };
	beside_start(&besides[0], read_stream, &ends[0]);
	beside_start(&besides[1], read_stream, &ends[1]);
	beside_start(&besides[2], write_stream, &ends[2]);
	write_stream(&ends[3]);
	for (int i = 0; i < 3; i++)
		beside_join(&besides[i]);
	close_both(fds);
}

/* The call that was made at start_ns timed out: not before its deadline, and not long after. */
static void check_timed_out(long result, int64_t deadline_ns)
{
	int64_t now_ns = io_now_ns();

	check_equal(result, -ETIMEDOUT);
	if (now_ns < deadline_ns)
		fail_case("timed out %lld ns early", (long long)(deadline_ns - now_ns));
	check(now_ns < deadline_ns + 2000 * ms_ns);
}

static void read_times_out(void)
{
	int fds[2];
	char byte;

	make_pair(fds);
	for (int i = 0; i < 20; i++) {
		int64_t deadline_ns = io_now_ns() + i * ms_ns / 4;
		check_timed_out(io_read(fds[0], &byte, 1, deadline_ns), deadline_ns);
		say(fds[1], "still there");
		hear(fds[0], "still there");
	}
	close_both(fds);
}

static void accept_times_out(void)
{
	struct sockaddr_in addr;
	struct beside peer;
	int listener = listen_on(&addr, 16);

	for (int i = 0; i < 5; i++) {
		int64_t deadline_ns = io_now_ns() + i * ms_ns;
		check_timed_out(io_accept(listener, deadline_ns), deadline_ns);
	}
	beside_start(&peer, dial_and_talk, &addr);
	int fd = io_accept(listener, soon_ns());
	hear(fd, "hello");
	say(fd, "and good day to you");
	beside_join(&peer);
	check_equal(io_close(fd), 0);
	check_equal(io_close(listener), 0);
}

/* Linux drops the SYN of a client beyond the backlog, and the client sends it again after 1 s. */
static void connect_times_out_and_can_be_tried_again(void)
{
	struct sockaddr_in addr;
	int listener = listen_on(&addr, 0);
	int filler = dialled(&addr);
	int fd = io_socket(AF_INET, SOCK_STREAM);

	for (int i = 1; i < 8; i++) {
		int64_t deadline_ns = io_now_ns() + i * 3 * ms_ns;
		check_timed_out(dial(fd, &addr, deadline_ns), deadline_ns);
	}
	int first = io_accept(listener, soon_ns());
	check(first >= 0);
	check_equal(dial(fd, &addr, soon_ns()), 0);
	int second = io_accept(listener, soon_ns());
	check(second >= 0);
	say(fd, "at last");
	hear(second, "at last");
	const int all[] = { listener, filler, fd, first, second };
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		check_equal(io_close(all[i]), 0);
}

/* What does not fit times out; once the reader has taken it the descriptor is good again. */
static void write_times_out(int fds[2])
{
	enum { PIECE = 256 * 1024 };
	char *piece = calloc(1, PIECE);
	size_t written = 0;
	ssize_t n;
	int64_t deadline_ns;

	check(piece != NULL);
	do {
		deadline_ns = io_now_ns() + 5 * ms_ns;
		n = io_write(fds[1], piece, PIECE, deadline_ns);
		written += n > 0 ? n : 0;
	} while (n > 0);
	check_timed_out(n, deadline_ns);
	check(written > 0);
	while (written > 0) {
		n = io_read(fds[0], piece, written < PIECE ? written : PIECE, soon_ns());
		check(n > 0);
		written -= n;
	}
	say(fds[1], "again");
	hear(fds[0], "again");
	free(piece);
	close_both(fds);
}

static void socket_write_times_out(void)
{
	int fds[2];

	make_pair(fds);
	write_times_out(fds);
}

static void pipe_write_times_out(void)
{
	int fds[2];

	make_pipe(fds);
	write_times_out(fds);
}

static void deadline_in_the_past_takes_what_is_there(void)
{
	int fds[2];
	char byte;

	make_pair(fds);
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() - 1), -ETIMEDOUT);
	say(fds[1], "x");
	check_equal(io_read(fds[0], &byte, 1, io_now_ns() - 1), 1);
	close_both(fds);
}

struct late {
	int fd;
	int64_t at_ns;
};

static void write_late(void *arg)
{
	const struct late *late = arg;

	check_equal(io_sleep(late->at_ns - io_now_ns()), 0);
	say(late->fd, "x");
}

/* The byte comes about when the deadline passes: it is read now or next time, never lost. */
static void deadline_races_with_data(void)
{
	int fds[2];

	make_pair(fds);
	for (int i = 0; i < 200; i++) {
		int64_t deadline_ns = io_now_ns() + ms_ns / 2;
		struct late late = { fds[1], deadline_ns + (i % 20 - 10) * 5000 };
		struct beside writer;
		char byte = 0;
		beside_start(&writer, write_late, &late);
		ssize_t n = io_read(fds[0], &byte, 1, deadline_ns);
		if (n != 1) {
			check_equal(n, -ETIMEDOUT);
			check_equal(io_read(fds[0], &byte, 1, soon_ns()), 1);
		}
		check_equal(byte, 'x');
		beside_join(&writer);
	}
	close_both(fds);
}

static void connection_refused(void)
{
	struct sockaddr_in addr;
	int nobody = bind_to(&addr);

	for (int i = 0; i < 2; i++) {
		int fd = io_socket(AF_INET, SOCK_STREAM);
		check_equal(dial(fd, &addr, i ? IO_FOREVER : soon_ns()), -ECONNREFUSED);
		check_equal(io_close(fd), 0);
	}
	check_equal(io_close(nobody), 0);
}

/* Were it a signal, it would end this child. */
static void write_to_a_closed_peer(void)
{
	int fds[2];

	signal(SIGPIPE, SIG_DFL);
	make_pair(fds);
	check_equal(io_close(fds[1]), 0);
	check_equal(io_write(fds[0], "x", 1, soon_ns()), -EPIPE);
	check_equal(io_write(fds[0], "x", 1, IO_FOREVER), -EPIPE);
	check_equal(io_write_all(fds[0], "x", 1, soon_ns()), -EPIPE);
	check_equal(io_close(fds[0]), 0);
}

static void write_to_a_closed_pipe(void)
{
	int fds[2];

	signal(SIGPIPE, SIG_IGN); /* there is no flag that spares a pipe the signal */
	make_pipe(fds);
	check_equal(io_close(fds[0]), 0);
	check_equal(io_write(fds[1], "x", 1, soon_ns()), -EPIPE);
	check_equal(io_write(fds[1], "x", 1, IO_FOREVER), -EPIPE);
	check_equal(io_close(fds[1]), 0);
}

static void reset_by_peer(void)
{
	struct sockaddr_in addr;
	struct linger reset = { .l_onoff = 1 };
	char byte;
	int listener = listen_on(&addr, 16);
	int fd = dialled(&addr);
	int peer = io_accept(listener, soon_ns());

	signal(SIGPIPE, SIG_DFL);
	check_equal(setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof reset), 0);
	check_equal(io_close(peer), 0);
	check_equal(io_read(fd, &byte, 1, soon_ns()), -ECONNRESET);
	check_equal(io_write(fd, "x", 1, soon_ns()), -EPIPE);
	check_equal(io_close(fd), 0);
	check_equal(io_close(listener), 0);
}

static void close_soon(void *arg)
{
	const int *fd = arg;

	check_equal(io_sleep(2 * ms_ns), 0);
	check_equal(io_close(*fd), 0);
}

/* The end of the peer wakes a reader that waits. */
static void end_of_file_wakes_a_reader(void)
{
	int fds[2];
	struct beside closer;
	char byte;

	make_pair(fds);
	beside_start(&closer, close_soon, &fds[1]);
	check_equal(io_read(fds[0], &byte, 1, IO_FOREVER), 0);
	beside_join(&closer);
	check_equal(io_close(fds[0]), 0);
}

static void closing_cancels_who_waits(void)
{
	for (int i = 0; i < 2; i++) {
		int fds[2];
		struct beside closer;
		char byte;

		make_pair(fds);
		beside_start(&closer, close_soon, &fds[0]);
		check_equal(io_read(fds[0], &byte, 1, i ? soon_ns() : IO_FOREVER), -EBADF);
		beside_join(&closer);
		check_equal(io_close(fds[1]), 0);
	}
}

static void second_reader_is_told_busy(void *arg)
{
	const int *fd = arg;
	char byte;

	check_equal(io_read(*fd, &byte, 1, soon_ns()), -EBUSY);
	say(*fd, "writing is another matter");
}

static void two_readers_of_one_descriptor(void)
{
	int fds[2];
	struct beside second;

	make_pair(fds);
	beside_start(&second, second_reader_is_told_busy, &fds[0]);
	struct late late = { fds[1], io_now_ns() + 5 * ms_ns };
	struct beside writer;
	beside_start(&writer, write_late, &late);
	hear(fds[0], "x");
	beside_join(&second);
	beside_join(&writer);
	hear(fds[1], "writing is another matter");
	close_both(fds);
}

/* A number that is used again must not be taken for the descriptor that had it before. */
static void descriptors_are_used_again(void)
{
	int first = -1;

	for (int i = 0; i < 100; i++) {
		int fds[2];
		char byte;
		make_pair(fds);
		check_equal(io_read(fds[0], &byte, 1, io_now_ns()), -ETIMEDOUT);
		say(fds[1], "x");
		hear(fds[0], "x");
		check(i == 0 || fds[0] == first);
		first = fds[0];
		close_both(fds);
	}
}

static void bad_descriptors(void)
{
	char byte = 0;

	check_equal(io_read(-1, &byte, 1, IO_FOREVER), -EBADF);
	check_equal(io_write(-1, &byte, 1, IO_FOREVER), -EBADF);
	check_equal(io_accept(-1, IO_FOREVER), -EBADF);
	check_equal(io_close(-1), -EBADF);
	check_equal(io_pread(-1, &byte, 1, 0), -EBADF);
	check_equal(io_pwrite(-1, &byte, 1, 0), -EBADF);
	check_equal(io_fsync(-1), -EBADF);
}

static void sleep_is_never_early(void)
{
	static const int64_t durations_ns[] = { 0, 1, 999, 100000, 1000000, 1234567, 2000000 };

	for (int i = 0; i < 50; i++)
		for (size_t d = 0; d < sizeof durations_ns / sizeof *durations_ns; d++) {
			int64_t start_ns = io_now_ns();
			check_equal(io_sleep(durations_ns[d]), 0);
			int64_t slept_ns = io_now_ns() - start_ns;
			if (slept_ns < durations_ns[d])
				fail_case("slept %lld ns of %lld", (long long)slept_ns,
					(long long)durations_ns[d]);
		}
}

static atomic_int signals;

static void count_signal(int number)
{
	(void)number;
	signals++;
}

/* A signal a millisecond to this thread, each of which interrupts the system call it meets. */
static timer_t disturb(void)
{
	struct sigaction action = { .sa_handler = count_signal };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGUSR1 };
	struct itimerspec often = { { 0, ms_ns }, { 0, ms_ns } };
	timer_t timer;

	event._sigev_un._tid = gettid(); /* glibc has no public name for it */
	check_equal(sigaction(SIGUSR1, &action, NULL), 0);
	check_equal(timer_create(CLOCK_MONOTONIC, &event, &timer), 0);
	check_equal(timer_settime(timer, 0, &often, NULL), 0);
	return timer;
}

/* Take who filled the backlog, and then greet who waited. */
static void greet_second(void *arg)
{
	const int *listener = arg;

	check_equal(io_sleep(30 * ms_ns), 0);
	int first = io_accept(*listener, soon_ns());
	int second = io_accept(*listener, soon_ns());
	check(first >= 0 && second >= 0);
	say(second, "at last");
	check_equal(io_close(first), 0);
	check_equal(io_close(second), 0);
}

/* To a full backlog: with a deadline to time out at, then without one, to the end. */
static void connect_through_signals(void)
{
	struct sockaddr_in addr;
	struct beside peer;
	int listener = listen_on(&addr, 0);
	int filler = dialled(&addr);
	int fd = io_socket(AF_INET, SOCK_STREAM);
	int64_t deadline_ns = io_now_ns() + 20 * ms_ns;

	check_timed_out(dial(fd, &addr, deadline_ns), deadline_ns);
	beside_start(&peer, greet_second, &listener);
	check_equal(dial(fd, &addr, IO_FOREVER), 0);
	check_equal(getpeername(fd, (struct sockaddr *)&addr, &(socklen_t){ sizeof addr }), 0);
	hear(fd, "at last");
	beside_join(&peer);
	check_equal(io_close(fd), 0);
	check_equal(io_close(filler), 0);
	check_equal(io_close(listener), 0);
}

static void dial_late(void *arg)
{
	check_equal(io_sleep(10 * ms_ns), 0);
	check_equal(io_close(dialled(arg)), 0);
}

static void accept_through_signals(void)
{
	struct sockaddr_in addr;
	struct beside peer;
	int listener = listen_on(&addr, 1);

	beside_start(&peer, dial_late, &addr);
	int fd = io_accept(listener, IO_FOREVER);
	check(fd >= 0);
	beside_join(&peer);
	check_equal(io_close(fd), 0);
	check_equal(io_close(listener), 0);
}

static void signals_disturb_no_call(void)
{
	timer_t timer = disturb();

	read_times_out();
	accept_times_out();
	accept_through_signals();
	connect_through_signals();
	write_all_with_a_deadline();
	write_all_without_a_deadline();
	tcp_both_ways_to_the_end_of_file();
	end_of_file_wakes_a_reader();
	for (int i = 0; i < 20; i++) {
		int64_t start_ns = io_now_ns();
		check_equal(io_sleep(5 * ms_ns), 0);
		check(io_now_ns() - start_ns >= 5 * ms_ns);
	}
	check(signals > 50);
	check_equal(timer_delete(timer), 0);
}

static void files(void)
{
	char folder[] = "/tmp/io_test-XXXXXX", path[64], back[16] = "";

	check(mkdtemp(folder) != NULL);
	snprintf(path, sizeof path, "%s/file", folder);
	check_equal(io_open(path, O_RDONLY, 0), -ENOENT);
	check_equal(io_unlink(path), -ENOENT);
	int fd = io_open(path, O_RDWR | O_CREAT | O_EXCL, 0640);
	check(fd >= 0);
	check(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	check_equal(io_open(path, O_RDWR | O_CREAT | O_EXCL, 0600), -EEXIST);
	check_equal(io_pwrite(fd, "world", 5, 6), 5);
	check_equal(io_pwrite(fd, "hello ", 6, 0), 6);
	check_equal(io_fsync(fd), 0);
	check_equal(io_pread(fd, back, sizeof back, 0), 11);
	check(strcmp(back, "hello world") == 0);
	check_equal(io_pread(fd, back, 3, 4), 3);
	check(memcmp(back, "o w", 3) == 0);
	check_equal(io_pread(fd, back, sizeof back, 11), 0);
	check_equal(io_close(fd), 0);
	fd = io_open(path, O_RDONLY, 0);
	check_equal(io_pwrite(fd, "x", 1, 0), -EBADF);
	check_equal(io_close(fd), 0);
	check_equal(io_unlink(path), 0);
	check_empty_folder(folder);
	check_equal(rmdir(folder), 0);
}

struct offloaded {
	int64_t until_ns;
	pthread_t thread;
	int ran;
};

static void block(void *arg)
{
	struct offloaded *offloaded = arg;

	offloaded->thread = pthread_self();
	while (io_now_ns() < offloaded->until_ns)
		usleep(1000);
	offloaded->ran++;
}

struct ticks {
	volatile int count;
	volatile bool stop;
};

static void tick(void *arg)
{
	struct ticks *ticks = arg;

	while (!__atomic_load_n(&ticks->stop, __ATOMIC_RELAXED)) {
		check_equal(io_sleep(ms_ns), 0);
		__atomic_add_fetch(&ticks->count, 1, __ATOMIC_RELAXED);
	}
}

/* What blocks in an offloaded function does not stop the ticks. */
static void offload_leaves_room_for_others(void)
{
	struct ticks ticks = { 0 };
	struct offloaded offloaded = { .until_ns = io_now_ns() + 50 * ms_ns };
	struct beside ticker;

	beside_start(&ticker, tick, &ticks);
	check_equal(io_offload(block, &offloaded), 0);
	check(__atomic_load_n(&ticks.count, __ATOMIC_RELAXED) > 3);
	__atomic_store_n(&ticks.stop, true, __ATOMIC_RELAXED);
	beside_join(&ticker);
	check_equal(offloaded.ran, 1);
	check_equal(pthread_equal(offloaded.thread, pthread_self()) != 0, !in_coroutine());
}

static void yield_returns(void)
{
	for (int i = 0; i < 1000; i++)
		io_yield();
}

struct letters {
	char text[64];
	size_t size;
};

static void write_b(void *arg)
{
	struct letters *letters = arg;

	for (int i = 0; i < 5; i++) {
		letters->text[letters->size++] = 'b';
		io_yield();
	}
}

static void yield_alternates(void)
{
	struct letters letters = { 0 };
	struct beside other;

	beside_start(&other, write_b, &letters);
	for (int i = 0; i < 5; i++) {
		letters.text[letters.size++] = 'a';
		io_yield();
	}
	beside_join(&other);
	if (strcmp(letters.text, "ababababab") != 0)
		fail_case("%s", letters.text);
}

int main(void)
{
	static const struct world_case cases[] = {
		WORLD_CASE(pair_carries_bytes, EVERY),
		WORLD_CASE(tcp_both_ways_to_the_end_of_file, EVERY),
		WORLD_CASE(write_all_with_a_deadline, EVERY),
		WORLD_CASE(write_all_without_a_deadline, EVERY),
		WORLD_CASE(both_directions_at_once, EVERY),
		WORLD_CASE(read_times_out, EVERY),
		WORLD_CASE(accept_times_out, EVERY),
		WORLD_CASE(connect_times_out_and_can_be_tried_again, EVERY),
		WORLD_CASE(socket_write_times_out, EVERY),
		WORLD_CASE(pipe_write_times_out, EVERY),
		WORLD_CASE(deadline_in_the_past_takes_what_is_there, EVERY),
		WORLD_CASE(deadline_races_with_data, EVERY),
		WORLD_CASE(connection_refused, EVERY),
		WORLD_CASE(write_to_a_closed_peer, EVERY),
		WORLD_CASE(write_to_a_closed_pipe, EVERY),
		WORLD_CASE(reset_by_peer, EVERY),
		WORLD_CASE(end_of_file_wakes_a_reader, EVERY),
		/* A thread that closes what another reads is undefined; a coroutine is not. */
		WORLD_CASE(closing_cancels_who_waits, TASKS),
		/* Threads may read one descriptor together, and each gets some of it. */
		WORLD_CASE(two_readers_of_one_descriptor, TASKS),
		WORLD_CASE(descriptors_are_used_again, EVERY),
		WORLD_CASE(bad_descriptors, EVERY),
		WORLD_CASE(sleep_is_never_early, EVERY),
		WORLD_CASE(signals_disturb_no_call, EVERY),
		WORLD_CASE(files, EVERY),
		WORLD_CASE(offload_leaves_room_for_others, EVERY),
		WORLD_CASE(yield_returns, EVERY),
		/* Threads alternate as the kernel likes. */
		WORLD_CASE(yield_alternates, TASKS),
	};

	return worlds_run("io", cases, sizeof cases / sizeof *cases);
}
