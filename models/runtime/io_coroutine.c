/* SPDX-License-Identifier: MIT */
/*
 * The coroutines' world: every call is tried first, and where it would block
 * the coroutine parks until the loop wakes it. The watcher of a descriptor
 * stays armed from one wait to the next, as stopping and starting it again
 * costs two system calls a wait; it is disarmed when it fires with nobody
 * waiting. A read that did not fill its buffer has emptied the socket, so the
 * next one waits at once instead of hearing EAGAIN first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "coroutine.h"

/* A coroutine that waits, on its own stack. */
struct waiter {
	struct timer timer; /* first, so that a timer is its waiter */
	struct coroutine *coroutine;
	int result;
	struct waiter **slot; /* where the waker finds it */
};

/* One descriptor's watcher. */
struct io_watch {
	uv_poll_t poll;
	int armed;
	bool drained; /* the last read left nothing */
	struct waiter *reader, *writer;
};

struct io_watches {
	struct io_watch **by_fd;
	size_t size;
};

static void end_wait(struct waiter *waiter, int result)
{
	if (waiter->slot)
		*waiter->slot = NULL;
	timers_stop(&coroutine_loop()->timers, &waiter->timer);
	waiter->result = result;
}

static void wake(struct waiter *waiter, int result)
{
	end_wait(waiter, result);
	coroutine_ready(waiter->coroutine);
}

static void expire(struct timer *timer)
{
	wake((struct waiter *)timer, -ETIMEDOUT);
}

/* Park in *slot until woken or the deadline. */
static int wait_in(struct waiter **slot, int64_t deadline_ns)
{
	struct waiter waiter = { .coroutine = coroutine_current(), .slot = slot };

	waiter.timer.fire = expire;
	if (deadline_ns != IO_FOREVER) {
		int err = timers_start(&coroutine_loop()->timers, &waiter.timer, deadline_ns);
		if (err)
			return err;
	}
	if (slot)
		*slot = &waiter;
	coroutine_park();
	return waiter.result;
}

/*
 * Let who waits for event go on at once, not in its turn: what made the
 * descriptor ready is gone before the loop looks again, or epoll would report
 * it once more for every look in between. False where nobody waits.
 */
static bool resume_for(struct io_watch *watch, int event)
{
	struct waiter *waiter = event == UV_READABLE ? watch->reader : watch->writer;

	if (!waiter)
		return false;
	end_wait(waiter, 0);
	coroutine_resume(waiter->coroutine);
	return true;
}

static void on_ready(uv_poll_t *poll, int status, int events)
{
	struct io_watch *watch = (struct io_watch *)poll;
	int idle = 0;

	if (status < 0)
		events = UV_READABLE | UV_WRITABLE; /* let the call itself find the error */
	if ((events & UV_READABLE) && !resume_for(watch, UV_READABLE))
		idle |= UV_READABLE;
	if ((events & UV_WRITABLE) && !resume_for(watch, UV_WRITABLE))
		idle |= UV_WRITABLE;
	if (!(watch->armed & idle) || uv_is_closing((uv_handle_t *)poll))
		return;
	watch->armed &= ~idle;
	if (watch->armed)
		uv_poll_start(poll, watch->armed, on_ready);
	else
		uv_poll_stop(poll);
}

static struct io_watches *books(int fd)
{
	struct io_watches **place = coroutine_io();

	if (!*place && !(*place = calloc(1, sizeof **place)))
		return NULL;
	struct io_watches *watches = *place;
	if ((size_t)fd >= watches->size) {
		size_t size = 2 * (size_t)fd + 64;
		struct io_watch **by_fd = realloc(watches->by_fd, size * sizeof(struct io_watch *));
		if (!by_fd)
			return NULL;
		memset(by_fd + watches->size, 0,
			(size - watches->size) * sizeof(struct io_watch *));
		watches->by_fd = by_fd;
		watches->size = size;
	}
	return watches;
}

static struct io_watch *watch_of(int fd, int *err)
{
	struct io_watches *watches = books(fd);

	*err = -ENOMEM;
	if (!watches)
		return NULL;
	struct io_watch *watch = watches->by_fd[fd]; /* NOLINT: books made it */
	if (watch)
		return watch;
	watch = calloc(1, sizeof *watch);
	if (!watch)
		return NULL;
	*err = uv_poll_init(&coroutine_loop()->uv, &watch->poll, fd);
	if (*err) {
		free(watch);
		return NULL;
	}
	watches->by_fd[fd] = watch;
	return watch;
}

/* Park until fd is ready for event, UV_READABLE or UV_WRITABLE. */
static int wait_ready(int fd, int event, int64_t deadline_ns)
{
	int err;
	struct io_watch *watch = watch_of(fd, &err);

	if (!watch)
		return err;
	struct waiter **slot = event == UV_READABLE ? &watch->reader : &watch->writer;
	if (*slot)
		return -EBUSY;
	if (!(watch->armed & event)) {
		err = uv_poll_start(&watch->poll, watch->armed | event, on_ready);
		if (err)
			return err;
		watch->armed |= event;
	}
	return wait_in(slot, deadline_ns);
}

static void free_watch(uv_handle_t *handle)
{
	free(handle);
}

static void forget(struct io_watches *watches, size_t fd)
{
	struct io_watch *watch = watches->by_fd[fd];

	watches->by_fd[fd] = NULL;
	if (watch->reader)
		wake(watch->reader, -ECANCELED);
	if (watch->writer)
		wake(watch->writer, -ECANCELED);
	uv_close((uv_handle_t *)&watch->poll, free_watch);
}

void io_watches_close(struct io_watches *watches)
{
	if (!watches)
		return;
	for (size_t fd = 0; fd < watches->size; fd++)
		if (watches->by_fd[fd])
			forget(watches, fd);
	free(watches->by_fd);
	free(watches);
}

static int coroutine_socket(int domain, int type)
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
	int err = wait_ready(fd, UV_WRITABLE, deadline_ns);
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
			coroutine_spend();
			return client;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = errno == EAGAIN ? wait_ready(fd, UV_READABLE, deadline_ns) : 0;
		if (err)
			return err;
	}
}

/* The watcher of a descriptor that was waited for before, or NULL. */
static struct io_watch *known_watch(int fd)
{
	struct io_watches *watches = *coroutine_io();

	return watches && (size_t)fd < watches->size ? watches->by_fd[fd] : NULL;
}

static ssize_t coroutine_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	struct io_watch *watch = known_watch(fd);
	bool wait_first = watch && watch->drained;

	for (;;) {
		int err = wait_first ? wait_ready(fd, UV_READABLE, deadline_ns) : 0;
		if (err)
			return err;
		ssize_t n = read(fd, buf, size);
		if (n >= 0) {
			if (watch)
				watch->drained = n > 0 && (size_t)n < size;
			coroutine_spend();
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
			coroutine_spend();
			return n;
		}
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		int err = errno == EAGAIN ? wait_ready(fd, UV_WRITABLE, deadline_ns) : 0;
		if (err)
			return err;
	}
}

/* Closing a socket or a file in the page cache does not wait, so it needs no thread. */
static int coroutine_pipe(int fds[2])
{
	return pipe2(fds, O_CLOEXEC | O_NONBLOCK) ? -errno : 0;
}

static int coroutine_close(int fd)
{
	if (known_watch(fd))
		forget(*coroutine_io(), fd);
	return close(fd) ? -errno : 0;
}

static int coroutine_sleep(int64_t duration_ns)
{
	int err = wait_in(NULL, io_now_ns() + duration_ns);

	return err == -ETIMEDOUT ? 0 : err;
}

static void fs_done(uv_fs_t *request)
{
	coroutine_ready(request->data);
}

/* Park until a uv_fs request that was started with err has been served. */
static ssize_t await_fs(uv_fs_t *request, int err)
{
	if (err)
		return err;
	request->data = coroutine_current();
	coroutine_park();
	return loop_fs_result(request);
}

static int coroutine_open(const char *path, int flags, mode_t mode)
{
	uv_fs_t req;
	uv_loop_t *uv = &coroutine_loop()->uv;

	return (int)await_fs(&req, uv_fs_open(uv, &req, path, flags | O_CLOEXEC, mode, fs_done));
}

static ssize_t coroutine_pread(int fd, void *buf, size_t size, off_t offset)
{
	uv_fs_t req;
	uv_buf_t piece = uv_buf_init(buf, size);
	uv_loop_t *uv = &coroutine_loop()->uv;

	return await_fs(&req, uv_fs_read(uv, &req, fd, &piece, 1, offset, fs_done));
}

static ssize_t coroutine_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	uv_fs_t req;
	uv_buf_t piece = uv_buf_init((char *)buf, size);
	uv_loop_t *uv = &coroutine_loop()->uv;

	return await_fs(&req, uv_fs_write(uv, &req, fd, &piece, 1, offset, fs_done));
}

static int coroutine_fsync(int fd)
{
	uv_fs_t req;
	uv_loop_t *uv = &coroutine_loop()->uv;

	return (int)await_fs(&req, uv_fs_fsync(uv, &req, fd, fs_done));
}

static int coroutine_unlink(const char *path)
{
	uv_fs_t req;
	uv_loop_t *uv = &coroutine_loop()->uv;

	return (int)await_fs(&req, uv_fs_unlink(uv, &req, path, fs_done));
}

struct offloaded {
	uv_work_t request;
	struct coroutine *coroutine;
	void (*fn)(void *arg);
	void *arg;
};

static void offload_run(uv_work_t *request)
{
	struct offloaded *work = (struct offloaded *)request;

	work->fn(work->arg);
}

static void offload_done(uv_work_t *request, int status)
{
	(void)status;
	coroutine_ready(((struct offloaded *)request)->coroutine);
}

static int coroutine_offload(void (*fn)(void *arg), void *arg)
{
	struct offloaded work = { .coroutine = coroutine_current(), .fn = fn, .arg = arg };
	int err = uv_queue_work(&coroutine_loop()->uv, &work.request, offload_run, offload_done);

	if (!err)
		coroutine_park();
	return err;
}

static int coroutine_compute(void (*fn)(void *arg), void *arg)
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
	.yield = coroutine_yield,
};
