/* SPDX-License-Identifier: MIT */
#ifndef MODELS_IO_H
#define MODELS_IO_H

/*
 * Seam 2: straight-line I/O. A task calls these and reads like a blocking
 * program. Under blocking, threads and processes they are the system calls;
 * under a coroutine they try first and park the coroutine until the reactor
 * wakes it; under io_uring they are handed to the kernel, and the coroutine
 * parks until their end. One compiled task function runs in every world.
 *
 * Every call returns >= 0 or a -errno. A deadline is a time of io_now_ns(), or
 * IO_FOREVER; when it passes first the call returns -ETIMEDOUT, and whatever it
 * was waiting for is left as it was. Each call is thread-safe as its system
 * call is; one descriptor may have one reader and one writer at a time.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

#define IO_FOREVER INT64_MAX

/* One HTTP GET: what is asked, then what came. */
struct io_fetch {
	const char *url;
	int64_t deadline_ns;
	bool fresh_connection; /* open a connection for this request alone, close it after */

	/* The body goes into this buffer (a longer one is -EMSGSIZE) ... */
	char *body;
	size_t capacity;
	/* ... or, where sink is set, chunk by chunk to sink, which runs in the
	 * task and may call io_ functions, though not io_fetch; a -errno from it
	 * ends the fetch. */
	int (*sink)(void *arg, const char *data, size_t size);
	void *sink_arg;

	uint64_t body_bytes; /* out: how many came */
	int status;          /* out, of io_gather alone: as io_fetch returns it */
};

enum { IO_GATHER_MAX = 16 };

/* The calls behind the functions below, one table a world. */
struct io_ops {
	int (*socket)(int domain, int type);
	int (*connect)(int fd, const struct sockaddr *addr, socklen_t size, int64_t deadline_ns);
	int (*accept)(int fd, int64_t deadline_ns);
	ssize_t (*read)(int fd, void *buf, size_t size, int64_t deadline_ns);
	ssize_t (*write)(int fd, const void *buf, size_t size, int64_t deadline_ns);
	int (*pipe)(int fds[2]);
	int (*close)(int fd);
	int (*sleep)(int64_t duration_ns);
	int (*open)(const char *path, int flags, mode_t mode);
	ssize_t (*pread)(int fd, void *buf, size_t size, off_t offset);
	ssize_t (*pwrite)(int fd, const void *buf, size_t size, off_t offset);
	int (*fsync)(int fd);
	int (*unlink)(const char *path);
	int (*fetch)(struct io_fetch *fetch);
	void (*gather)(struct io_fetch *const *fetches, unsigned count);
	int (*offload)(void (*fn)(void *arg), void *arg);
	int (*compute)(void (*fn)(void *arg), void *arg);
	void (*yield)(void);
};

/* The system calls: what every thread starts with. */
extern const struct io_ops io_blocking;

/* The world this thread is in. A model that brings another sets it for as long as it runs. */
extern _Thread_local const struct io_ops *io;

/* Now, in ns, on CLOCK_MONOTONIC. */
int64_t io_now_ns(void);

/* The time so many ns from now; IO_FOREVER where it is beyond all times. */
int64_t io_deadline_ns(int64_t duration_ns);

/* A socket fit for this world (close-on-exec; non-blocking under a loop). */
static inline int io_socket(int domain, int type)
{
	return io->socket(domain, type);
}

static inline int io_connect(
	int fd, const struct sockaddr *addr, socklen_t size, int64_t deadline_ns)
{
	return io->connect(fd, addr, size, deadline_ns);
}

/* The next connection of a listening socket made by io_socket: its descriptor, fit for this world.
 */
static inline int io_accept(int fd, int64_t deadline_ns)
{
	return io->accept(fd, deadline_ns);
}

/* At least one byte of a socket or pipe, 0 at its end. */
static inline ssize_t io_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	return io->read(fd, buf, size, deadline_ns);
}

/*
 * At least one byte written, perhaps fewer than size. A closed peer is -EPIPE:
 * a socket raises no SIGPIPE, a pipe does where the program does not ignore it.
 */
static inline ssize_t io_write(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	return io->write(fd, buf, size, deadline_ns);
}

/* A pipe fit for this world, to be read at fds[0] and written at fds[1]. 0 or -errno. */
static inline int io_pipe(int fds[2])
{
	return io->pipe(fds);
}

/* Close any descriptor that an io_ function gave. */
static inline int io_close(int fd)
{
	return io->close(fd);
}

/* Wait at least so many ns; IO_FOREVER: until its task is cancelled, if ever. */
static inline int io_sleep(int64_t duration_ns)
{
	return io->sleep(duration_ns);
}

/* Files: as the system calls of those names; under a loop they run in its thread pool, but on
 * io_uring. */
static inline int io_open(const char *path, int flags, mode_t mode)
{
	return io->open(path, flags, mode);
}

static inline ssize_t io_pread(int fd, void *buf, size_t size, off_t offset)
{
	return io->pread(fd, buf, size, offset);
}

static inline ssize_t io_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	return io->pwrite(fd, buf, size, offset);
}

static inline int io_fsync(int fd)
{
	return io->fsync(fd);
}

static inline int io_unlink(const char *path)
{
	return io->unlink(path);
}

/*
 * GET fetch->url over libcurl. Returns the HTTP status, or a -errno: -ETIMEDOUT
 * at the deadline, -ECONNREFUSED, -EMSGSIZE, -EPROTO for what is not HTTP, the
 * sink's own.
 */
static inline int io_fetch(struct io_fetch *fetch)
{
	return io->fetch(fetch);
}

/*
 * Run up to IO_GATHER_MAX fetches at once, each as io_fetch does, and wait for
 * the end of all of them; what each came to is its status. A sink that waits
 * may hold up the others.
 */
static inline void io_gather(struct io_fetch *const *fetches, unsigned count)
{
	io->gather(fetches, count);
}

/*
 * Run fn(arg) where it may block or compute without holding up the other tasks;
 * wait for its end. 0, or -errno and fn was not run; but -ECANCELED, in a task
 * that was cancelled, says nothing of whether it was.
 */
static inline int io_offload(void (*fn)(void *arg), void *arg)
{
	return io->offload(fn, arg);
}

/*
 * Run fn(arg), a part of the task that only computes: here and now, but for
 * models that have a pool for such parts. Returns what io_offload does.
 */
static inline int io_compute(void (*fn)(void *arg), void *arg)
{
	return io->compute(fn, arg);
}

/* Let the other tasks run. */
static inline void io_yield(void)
{
	io->yield();
}

/* Write all of buf, or return the first error. */
int io_write_all(int fd, const void *buf, size_t size, int64_t deadline_ns);

#endif
