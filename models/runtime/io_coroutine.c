/* SPDX-License-Identifier: MIT */
/*
 * The coroutines' world: every call is tried first, and where it would block
 * the task parks until the reactor wakes it. The watch of a descriptor stays
 * armed from one wait to the next; it is disarmed when it fires with nobody
 * waiting. A read that did not fill its buffer has emptied the socket, so the
 * next one waits at once instead of hearing EAGAIN first.
 */
#include "io_coroutine.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scheduler.h"

struct io_watches {
	struct watch **by_fd;
	size_t size;
};

static struct io_watches *books(int fd)
{
	struct io_watches **place = &scheduler->io;

	if (!*place && !(*place = calloc(1, sizeof **place)))
		return NULL;
	struct io_watches *watches = *place;
	if ((size_t)fd >= watches->size) {
		size_t size = 2 * (size_t)fd + 64;
		struct watch **by_fd = realloc(watches->by_fd, size * sizeof(struct watch *));
		if (!by_fd)
			return NULL;
		memset(by_fd + watches->size, 0, (size - watches->size) * sizeof(struct watch *));
		watches->by_fd = by_fd;
		watches->size = size;
	}
	return watches;
}

static struct watch *watch_of(int fd)
{
	struct io_watches *watches = books(fd);

	if (!watches)
		return NULL;
	struct watch *watch = watches->by_fd[fd]; /* NOLINT: books made it */
	if (watch)
		return watch;
	watch = calloc(1, scheduler->reactor->ops->watch_size);
	if (watch)
		watch->fd = fd;
	watches->by_fd[fd] = watch;
	return watch;
}

/* Park until fd is ready for event, WATCH_READ or WATCH_WRITE. */
static int wait_ready(int fd, unsigned event, int64_t deadline_ns)
{
	struct reactor *reactor = scheduler->reactor;
	struct watch *watch = watch_of(fd);
	struct waiter waiter;

	if (!watch)
		return -ENOMEM;
	wait_init(&waiter, "a descriptor", NULL);
	waiter.outside = true;
	struct wait_list *list = event == WATCH_READ ? &watch->readers : &watch->writers;
	if (list->first)
		return -EBUSY;
	if (!(watch->armed & event)) {
		int err = reactor->ops->arm(reactor, watch, watch->armed | event);
		if (err)
			return err;
		watch->armed |= event;
	}
	return (int)wait_park(&waiter, list, deadline_ns);
}

/* Whoever still waits for fd hears that it was closed. */
static void forget(struct io_watches *watches, size_t fd)
{
	struct reactor *reactor = scheduler->reactor;
	struct watch *watch = watches->by_fd[fd];

	watches->by_fd[fd] = NULL;
	wait_wake_all(&watch->readers, -EBADF);
	wait_wake_all(&watch->writers, -EBADF);
	reactor->ops->forget(reactor, watch);
}

void io_watches_close(struct io_watches *watches)
{
	if (!watches)
		return;
	for (size_t fd = 0; fd < watches->size; fd++)
		if (watches->by_fd[fd])
			scheduler->reactor->ops->forget(scheduler->reactor, watches->by_fd[fd]);
	free(watches->by_fd);
	free(watches);
}

int coroutine_socket(int domain, int type)
{
	int fd = socket(domain, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	return fd < 0 ? -errno : fd;
}

static int coroutine_connect(
	int fd, const struct sockaddr *addr, socklen_t size, int64_t deadline_ns)
{
	if (connect(fd, addr, size) == 0)
		return 0;
	if (errno != EINPROGRESS && errno != EALREADY) /* under way since a call that timed out */
		return -errno;
	int err = wait_ready(fd, WATCH_WRITE, deadline_ns);
	if (err)
		return err;
	socklen_t err_size = sizeof err;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &err_size) != 0)
		return -errno;
	return -err;
}

static int coroutine_accept(int fd, int64_t deadline_ns)
{
	for (;;) {
		int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (client >= 0) {
			task_spend();
			return client;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = errno == EAGAIN ? wait_ready(fd, WATCH_READ, deadline_ns) : 0;
		if (err)
			return err;
	}
}

/* The watcher of a descriptor that was waited for before, or NULL. */
static struct watch *known_watch(int fd)
{
	struct io_watches *watches = scheduler->io;

	return watches && (size_t)fd < watches->size ? watches->by_fd[fd] : NULL;
}

static ssize_t coroutine_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	struct watch *watch = known_watch(fd);
	bool wait_first = watch && watch->drained;

	for (;;) {
		int err = wait_first ? wait_ready(fd, WATCH_READ, deadline_ns) : 0;
		if (err)
			return err;
		ssize_t n = read(fd, buf, size);
		if (n >= 0) {
			if (watch)
				watch->drained = n > 0 && (size_t)n < size;
			task_spend();
			return n;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		wait_first = errno == EAGAIN;
	}
}

static ssize_t coroutine_write(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	for (;;) {
		ssize_t n = send(fd, buf, size, MSG_NOSIGNAL);
		if (n < 0 && errno == ENOTSOCK)
			n = write(fd, buf, size);
		if (n >= 0) {
			task_spend();
			return n;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = errno == EAGAIN ? wait_ready(fd, WATCH_WRITE, deadline_ns) : 0;
		if (err)
			return err;
	}
}

int coroutine_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC | O_NONBLOCK) ? -errno : 0;
}

/* Closing a socket or a file in the page cache does not wait, so it needs no thread. */
static int coroutine_close(int fd)
{
	if (known_watch(fd))
		forget(scheduler->io, fd);
	return close(fd) ? -errno : 0;
}

int coroutine_sleep(int64_t duration_ns)
{
	struct waiter waiter = { .what = "a time" };
	int err = (int)wait_park(&waiter, NULL, io_deadline_ns(duration_ns));

	return err == -ETIMEDOUT ? 0 : err;
}

/* A request that libuv's pool serves: its memory is the task's until then. */
struct fs_wait {
	uv_fs_t request; /* first, so that a request is its wait */
	struct waiter waiter;
};

static void fs_done(uv_fs_t *request)
{
	wait_wake(&((struct fs_wait *)request)->waiter, 0);
}

/* One that a thread is at already is waited for. */
static void fs_break_off(struct waiter *waiter, int why)
{
	struct fs_wait *wait = (struct fs_wait *)((char *)waiter -
		offsetof(struct fs_wait, waiter));

	(void)why;
	uv_cancel((uv_req_t *)&wait->request);
}

/* Park until a request that was started with err has been served. */
static ssize_t await_fs(struct fs_wait *wait, int err)
{
	if (err)
		return err;
	wait->waiter = (struct waiter){
		.what = "a file", .outside = true, .break_off = fs_break_off
	};
	wait_park(&wait->waiter, NULL, IO_FOREVER);
	return wait_result(&wait->waiter, loop_fs_result(&wait->request));
}

static int coroutine_open(const char *path, int flags, mode_t mode)
{
	struct fs_wait wait;
	uv_loop_t *uv = &scheduler->reactor->loop.uv;

	return (int)await_fs(
		&wait, uv_fs_open(uv, &wait.request, path, flags | O_CLOEXEC, mode, fs_done));
}

static ssize_t coroutine_pread(int fd, void *buf, size_t size, off_t offset)
{
	struct fs_wait wait;
	uv_buf_t piece = uv_buf_init(buf, size);
	uv_loop_t *uv = &scheduler->reactor->loop.uv;

	return await_fs(&wait, uv_fs_read(uv, &wait.request, fd, &piece, 1, offset, fs_done));
}

static ssize_t coroutine_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	struct fs_wait wait;
	uv_buf_t piece = uv_buf_init((char *)buf, size);
	uv_loop_t *uv = &scheduler->reactor->loop.uv;

	return await_fs(&wait, uv_fs_write(uv, &wait.request, fd, &piece, 1, offset, fs_done));
}

static int coroutine_fsync(int fd)
{
	struct fs_wait wait;
	uv_loop_t *uv = &scheduler->reactor->loop.uv;

	return (int)await_fs(&wait, uv_fs_fsync(uv, &wait.request, fd, fs_done));
}

static int coroutine_unlink(const char *path)
{
	struct fs_wait wait;
	uv_loop_t *uv = &scheduler->reactor->loop.uv;

	return (int)await_fs(&wait, uv_fs_unlink(uv, &wait.request, path, fs_done));
}

struct offload_wait {
	uv_work_t request; /* first, so that a request is its wait */
	struct waiter waiter;
	void (*fn)(void *arg);
	void *arg;
};

static void offload_run(uv_work_t *request)
{
	struct offload_wait *wait = (struct offload_wait *)request;

	wait->fn(wait->arg);
}

static void offload_done(uv_work_t *request, int status)
{
	(void)status;
	wait_wake(&((struct offload_wait *)request)->waiter, 0);
}

static void offload_break_off(struct waiter *waiter, int why)
{
	struct offload_wait *wait = (struct offload_wait *)((char *)waiter -
		offsetof(struct offload_wait, waiter));

	(void)why;
	uv_cancel((uv_req_t *)&wait->request);
}

/* Unlike a descriptor, what fn does leaves nothing behind for the caller to release. */
int coroutine_offload(void (*fn)(void *arg), void *arg)
{
	struct offload_wait wait = { .fn = fn, .arg = arg };
	int err = uv_queue_work(
		&scheduler->reactor->loop.uv, &wait.request, offload_run, offload_done);

	if (err)
		return err;
	wait.waiter = (struct waiter){
		.what = "the thread pool", .outside = true, .break_off = offload_break_off
	};
	wait_park(&wait.waiter, NULL, IO_FOREVER);
	return wait.waiter.why;
}

int coroutine_compute(void (*fn)(void *arg), void *arg)
{
	fn(arg);
	return 0;
}

const struct io_ops io_coroutine = {
	.socket = coroutine_socket,
	.connect = coroutine_connect,
	.accept = coroutine_accept,
	.read = coroutine_read,
	.write = coroutine_write,
	.pipe = coroutine_pipe,
	.close = coroutine_close,
	.sleep = coroutine_sleep,
	.open = coroutine_open,
	.pread = coroutine_pread,
	.pwrite = coroutine_pwrite,
	.fsync = coroutine_fsync,
	.unlink = coroutine_unlink,
	.fetch = coroutine_fetch,
	.gather = coroutine_gather,
	.offload = coroutine_offload,
	.compute = coroutine_compute,
	.yield = task_yield,
};
