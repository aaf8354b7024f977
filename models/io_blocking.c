/* SPDX-License-Identifier: MIT */
/*
 * The blocking world: every call is its system call, and the thread waits in
 * the kernel. A deadline costs a read one ppoll more.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "http.h"
#include "io.h"

static struct timespec timespec_of(int64_t ns)
{
	return (struct timespec){ .tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000 };
}

/* 0 when fd is ready for events, at once where there is no deadline: the call itself will wait. */
static int wait_ready(int fd, short events, int64_t deadline_ns)
{
	if (deadline_ns == IO_FOREVER)
		return 0;
	for (;;) {
		int64_t left_ns = deadline_ns - io_now_ns();
		struct timespec left = timespec_of(left_ns > 0 ? left_ns : 0);
		struct pollfd watched = { .fd = fd, .events = events };
		int n = ppoll(&watched, 1, &left, NULL);
		if (n > 0)
			return 0;
		if (n == 0)
			return -ETIMEDOUT;
		if (errno != EINTR)
			return -errno;
	}
}

static int blocking_socket(int domain, int type)
{
	int fd = socket(domain, type | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

/* connect(2) obeys the socket's send time-out, so it needs no detour through O_NONBLOCK. */
static int set_send_timeout(int fd, int64_t timeout_ns)
{
	struct timeval timeout = { .tv_sec = timeout_ns / 1000000000,
		.tv_usec = timeout_ns % 1000000000 / 1000 };

	return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout) ? -errno : 0;
}

/*
 * Wait on for a connection that connect left under way, because a signal came
 * or at its time-out, which the kernel counts in ticks.
 */
static int await_connection(int fd, int64_t deadline_ns)
{
	bool forever = deadline_ns == IO_FOREVER; /* which would not wait at all */
	int err = wait_ready(fd, POLLOUT, deadline_ns - forever);
	socklen_t size = sizeof err;

	if (err)
		return err;
	return getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &size) ? -errno : -err;
}

static int blocking_connect(
	int fd, const struct sockaddr *addr, socklen_t size, int64_t deadline_ns)
{
	int err = 0;

	if (deadline_ns != IO_FOREVER) {
		int64_t left_ns = deadline_ns - io_now_ns();
		if (left_ns <= 0)
			return -ETIMEDOUT;
		err = set_send_timeout(
			fd, left_ns > 1000 ? left_ns : 1000); /* 0 would be for ever */
		if (err)
			return err;
	}
	if (connect(fd, addr, size) != 0)
		err = errno == EINPROGRESS || errno == EALREADY || errno == EINTR
			? await_connection(fd, deadline_ns)
			: -errno;
	int reset_err = deadline_ns != IO_FOREVER ? set_send_timeout(fd, 0) : 0;
	return err ? err : reset_err;
}

static int blocking_accept(int fd, int64_t deadline_ns)
{
	int err = wait_ready(fd, POLLIN, deadline_ns);

	if (err)
		return err;
	int client;
	do
		client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
	while (client < 0 && errno == EINTR);
	return client < 0 ? -errno : client;
}

static ssize_t blocking_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	int err = wait_ready(fd, POLLIN, deadline_ns);

	if (err)
		return err;
	ssize_t n;
	do
		n = read(fd, buf, size);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* A pipe that is ready has room for PIPE_BUF bytes at least; more could wait past the deadline. */
static ssize_t write_pipe(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	size_t fits = deadline_ns == IO_FOREVER || size < PIPE_BUF ? size : PIPE_BUF;
	int err = wait_ready(fd, POLLOUT, deadline_ns);
	ssize_t n;

	if (err)
		return err;
	do
		n = write(fd, buf, fits);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : n;
}

/* A socket mostly has room, so with a deadline it is tried first and waited for only if it has
 * none. */
static ssize_t blocking_write(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	int flags = MSG_NOSIGNAL | (deadline_ns == IO_FOREVER ? 0 : MSG_DONTWAIT);

	for (;;) {
		ssize_t n = send(fd, buf, size, flags);
		if (n >= 0)
			return n;
		if (errno == ENOTSOCK)
			return write_pipe(fd, buf, size, deadline_ns);
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = errno == EAGAIN ? wait_ready(fd, POLLOUT, deadline_ns) : 0;
		if (err)
			return err;
	}
}

static int blocking_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC) ? -errno : 0;
}

static int blocking_close(int fd)
{
	return close(fd) ? -errno : 0;
}

static int blocking_sleep(int64_t duration_ns)
{
	struct timespec until = timespec_of(io_deadline_ns(duration_ns));
	int err;

	do
		err = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
	while (err == EINTR);
	return -err;
}

static int blocking_open(const char *path, int flags, mode_t mode)
{
	int fd = open(path, flags | O_CLOEXEC, mode);

	return fd < 0 ? -errno : fd;
}

static ssize_t blocking_pread(int fd, void *buf, size_t size, off_t offset)
{
	ssize_t n = pread(fd, buf, size, offset);

	return n < 0 ? -errno : n;
}

static ssize_t blocking_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	ssize_t n = pwrite(fd, buf, size, offset);

	return n < 0 ? -errno : n;
}

static int blocking_fsync(int fd)
{
	return fsync(fd) ? -errno : 0;
}

static int blocking_unlink(const char *path)
{
	return unlink(path) ? -errno : 0;
}

static int blocking_offload(void (*fn)(void *arg), void *arg)
{
	fn(arg); /* this thread holds up no other task */
	return 0;
}

static int blocking_compute(void (*fn)(void *arg), void *arg)
{
	fn(arg);
	return 0;
}

static void blocking_yield(void)
{
	sched_yield();
}

const struct io_ops io_blocking = {
	.socket = blocking_socket,
	.connect = blocking_connect,
	.accept = blocking_accept,
	.read = blocking_read,
	.write = blocking_write,
	.pipe = blocking_pipe,
	.close = blocking_close,
	.sleep = blocking_sleep,
	.open = blocking_open,
	.pread = blocking_pread,
	.pwrite = blocking_pwrite,
	.fsync = blocking_fsync,
	.unlink = blocking_unlink,
	.fetch = http_blocking_fetch,
	.gather = http_blocking_gather,
	.offload = blocking_offload,
	.compute = blocking_compute,
	.yield = blocking_yield,
};
