/* SPDX-License-Identifier: MIT */
/*
 * The world of io_uring: a call is an operation handed to the kernel, and the
 * task waits for its end, not until it may try. What all tasks prepared goes
 * with one system call, files as well as sockets. Until an operation has ended
 * the kernel holds its buffer, so to break one off is to ask for its end and
 * to wait for that.
 */
#include "io_uring.h"

#include "io_coroutine.h"
#include "task.h"
#include "uring.h"

#if __has_include(<liburing.h>)

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <unistd.h>

enum { PIECE_MAX = 0x7ffff000 }; /* of a transfer, as in the system calls */

/* An operation and the task that waits for it, on that task's stack. */
struct operation {
	struct uring_op op; /* first, so that an op is its operation */
	struct waiter waiter;
};

static void done(struct uring_op *op, int result)
{
	wait_wake(&((struct operation *)op)->waiter, result);
}

static void cancel(struct waiter *waiter, int why)
{
	struct operation *operation = (struct operation *)((char *)waiter -
		offsetof(struct operation, waiter));

	(void)why;
	uring_cancel(task_reactor(), &operation->op);
}

static void let_be(struct waiter *waiter, int why)
{
	(void)waiter, (void)why;
}

static struct io_uring_sqe *prepare(void)
{
	return uring_sqe(task_reactor());
}

static int64_t wait_for(struct io_uring_sqe *sqe, struct operation *operation, int64_t deadline_ns)
{
	operation->op.done = done;
	operation->waiter.outside = true;
	uring_prepared(task_reactor(), sqe, &operation->op);
	return wait_result(&operation->waiter, wait_park(&operation->waiter, NULL, deadline_ns));
}

/* Hand the operation in sqe to the kernel and park until its end. */
static int64_t finish(struct io_uring_sqe *sqe, const char *what)
{
	struct operation operation = { .waiter = { .what = what, .break_off = cancel } };

	return wait_for(sqe, &operation, IO_FOREVER);
}

/* The same for one of this direction on fd: there is only one, and io_close(fd) ends it. */
static int64_t finish_on(
	int fd, unsigned direction, struct io_uring_sqe *sqe, const char *what, int64_t deadline_ns)
{
	struct operation operation = { .waiter = { .what = what, .break_off = cancel } };
	struct reactor *reactor = task_reactor();
	struct uring_fd *known = uring_fd(reactor, fd);
	unsigned closed = known->closed;

	known->busy |= direction;
	int64_t result = wait_for(sqe, &operation, deadline_ns);
	known = uring_fd(reactor, fd);
	if (known->closed != closed)
		return result == -ECANCELED && !operation.waiter.why ? -EBADF : result;
	known->busy &= ~direction;
	return result;
}

/* What is known of a descriptor that is free for this direction, or NULL and *err. */
static struct uring_fd *known_free(int fd, unsigned direction, int *err)
{
	struct uring_fd *known = uring_fd(task_reactor(), fd);

	*err = fd < 0 ? -EBADF : -ENOMEM;
	if (known && known->busy & direction) {
		*err = -EBUSY;
		return NULL;
	}
	return known;
}

static unsigned piece(size_t size)
{
	return size < PIECE_MAX ? size : PIECE_MAX;
}

/* Park until fd is ready for this direction: events of poll(2), or a -errno. */
static int64_t wait_ready(int fd, unsigned direction, const char *what, int64_t deadline_ns)
{
	struct io_uring_sqe *sqe = prepare();

	io_uring_prep_poll_add(sqe, fd, direction == WATCH_READ ? POLLIN : POLLOUT);
	return finish_on(fd, direction, sqe, what, deadline_ns);
}

static int uring_connect(int fd, const struct sockaddr *addr, socklen_t size, int64_t deadline_ns)
{
	int err;

	if (!known_free(fd, WATCH_WRITE, &err))
		return err;
	struct io_uring_sqe *sqe = prepare();
	io_uring_prep_connect(sqe, fd, addr, size);
	int64_t result = finish_on(fd, WATCH_WRITE, sqe, "connect", deadline_ns);
	if (result != -EALREADY) /* under way since a call that timed out */
		return (int)result;
	result = wait_ready(fd, WATCH_WRITE, "connect", deadline_ns);
	if (result < 0)
		return (int)result;
	socklen_t err_size = sizeof err;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &err_size) != 0)
		return -errno;
	return -err;
}

static int uring_accept(int fd, int64_t deadline_ns)
{
	int64_t client;
	int err;

	if (!known_free(fd, WATCH_READ, &err))
		return err;
	do {
		struct io_uring_sqe *sqe = prepare();
		io_uring_prep_accept(sqe, fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		client = finish_on(fd, WATCH_READ, sqe, "accept", deadline_ns);
	} while (client == -EINTR);
	return (int)client;
}

/*
 * What is no socket is tried first: the kernel would answer an operation on it
 * with EAGAIN as well, or serve it by a thread of its own.
 */
static ssize_t read_other(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	bool wait_first = uring_fd(task_reactor(), fd)->drained;

	for (;;) {
		int64_t err = wait_first ? wait_ready(fd, WATCH_READ, "read", deadline_ns) : 0;
		if (err < 0)
			return err;
		ssize_t n = read(fd, buf, size);
		if (n >= 0) {
			uring_fd(task_reactor(), fd)->drained = n > 0 && (size_t)n < size;
			task_spend();
			return n;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		wait_first = errno == EAGAIN;
	}
}

/* A read that did not fill its buffer has emptied the socket, so the next one need not look first.
 */
static ssize_t uring_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	int err;
	struct uring_fd *known = known_free(fd, WATCH_READ, &err);

	if (!known)
		return err;
	while (!known->not_socket) {
		struct io_uring_sqe *sqe = prepare();
		io_uring_prep_recv(sqe, fd, buf, piece(size), 0);
		if (known->drained)
			sqe->ioprio |= IORING_RECVSEND_POLL_FIRST;
		int64_t n = finish_on(fd, WATCH_READ, sqe, "read", deadline_ns);
		known = uring_fd(task_reactor(), fd);
		if (n == -EINTR)
			continue;
		known->drained = n > 0 && (size_t)n < size;
		if (n != -ENOTSOCK)
			return n;
		known->not_socket = true;
	}
	return read_other(fd, buf, size, deadline_ns);
}

static ssize_t write_other(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	for (;;) {
		ssize_t n = write(fd, buf, size);
		if (n >= 0) {
			task_spend();
			return n;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int64_t err = errno == EAGAIN ? wait_ready(fd, WATCH_WRITE, "write", deadline_ns)
					      : 0;
		if (err < 0)
			return err;
	}
}

static ssize_t uring_write(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	int err;
	struct uring_fd *known = known_free(fd, WATCH_WRITE, &err);

	if (!known)
		return err;
	while (!known->not_socket) {
		struct io_uring_sqe *sqe = prepare();
		io_uring_prep_send(sqe, fd, buf, piece(size), MSG_NOSIGNAL);
		int64_t n = finish_on(fd, WATCH_WRITE, sqe, "write", deadline_ns);
		known = uring_fd(task_reactor(), fd);
		if (n == -ENOTSOCK)
			known->not_socket = true;
		else if (n != -EINTR)
			return n;
	}
	return write_other(fd, buf, size, deadline_ns);
}

/* Who waits on it is told, before its number means another. Not broken off: it would stay open. */
static int uring_close(int fd)
{
	struct operation operation = { .waiter = { .what = "close", .break_off = let_be } };
	struct reactor *reactor = task_reactor();
	struct uring_fd *known = uring_fd(reactor, fd);

	if (!known)
		return close(fd) ? -errno : 0;
	bool busy = known->busy;
	*known = (struct uring_fd){ .closed = known->closed + 1 };
	if (busy) {
		struct io_uring_sqe *sqe = prepare();
		io_uring_prep_cancel_fd(sqe, fd, IORING_ASYNC_CANCEL_ALL);
		uring_prepared(reactor, sqe, NULL);
	}
	struct io_uring_sqe *sqe = prepare();
	io_uring_prep_close(sqe, fd);
	return (int)wait_for(sqe, &operation, IO_FOREVER);
}

static int uring_open(const char *path, int flags, mode_t mode)
{
	struct io_uring_sqe *sqe = prepare();

	io_uring_prep_openat(sqe, AT_FDCWD, path, flags | O_CLOEXEC, mode);
	return (int)finish(sqe, "open");
}

static ssize_t uring_pread(int fd, void *buf, size_t size, off_t offset)
{
	struct io_uring_sqe *sqe = prepare();

	io_uring_prep_read(sqe, fd, buf, piece(size), offset);
	return finish(sqe, "pread");
}

static ssize_t uring_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	struct io_uring_sqe *sqe = prepare();

	io_uring_prep_write(sqe, fd, buf, piece(size), offset);
	return finish(sqe, "pwrite");
}

static int uring_fsync(int fd)
{
	struct io_uring_sqe *sqe = prepare();

	io_uring_prep_fsync(sqe, fd, 0);
	return (int)finish(sqe, "fsync");
}

static int uring_unlink(const char *path)
{
	struct io_uring_sqe *sqe = prepare();

	io_uring_prep_unlinkat(sqe, AT_FDCWD, path, 0);
	return (int)finish(sqe, "unlink");
}

const struct io_ops io_uring = {
	.socket = coroutine_socket,
	.pipe = coroutine_pipe,
	.connect = uring_connect,
	.accept = uring_accept,
	.read = uring_read,
	.write = uring_write,
	.close = uring_close,
	.sleep = coroutine_sleep,
	.open = uring_open,
	.pread = uring_pread,
	.pwrite = uring_pwrite,
	.fsync = uring_fsync,
	.unlink = uring_unlink,
	.fetch = coroutine_fetch,
	.gather = coroutine_gather,
	.offload = coroutine_offload,
	.compute = coroutine_compute,
	.yield = task_yield,
};

#else

const struct io_ops io_uring; /* its reactor is unavailable */

#endif
