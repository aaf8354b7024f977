/* SPDX-License-Identifier: MIT */
/*
 * The worlds' calls with probes around them, put in place of this thread's tables
 * when a task begins. Where calls are system calls, a strand counts as waiting
 * in each that may wait, as nobody but the kernel knows whether it did. Other
 * worlds park, which scheduler_park tells of: there only children and what is
 * done in another thread are to be seen.
 */
#include <errno.h>

#include "io.h"
#include "par.h"
#include "trace.h"

/* The tables as they were, and copies with other calls in them. */
static _Thread_local const struct io_ops *own_io;
static _Thread_local const struct par_ops *own_par;
static _Thread_local struct io_ops traced_io;
static _Thread_local struct par_ops traced_par;

static int traced_connect(int fd, const struct sockaddr *addr, socklen_t size, int64_t deadline_ns)
{
	uint32_t strand = trace_leave();
	int err = own_io->connect(fd, addr, size, deadline_ns);

	trace_return(strand);
	return err;
}

static int traced_accept(int fd, int64_t deadline_ns)
{
	uint32_t strand = trace_leave();
	int client = own_io->accept(fd, deadline_ns);

	trace_return(strand);
	return client;
}

static ssize_t traced_read(int fd, void *buf, size_t size, int64_t deadline_ns)
{
	uint32_t strand = trace_leave();
	ssize_t n = own_io->read(fd, buf, size, deadline_ns);

	trace_return(strand);
	return n;
}

static ssize_t traced_write(int fd, const void *buf, size_t size, int64_t deadline_ns)
{
	uint32_t strand = trace_leave();
	ssize_t n = own_io->write(fd, buf, size, deadline_ns);

	trace_return(strand);
	return n;
}

static int traced_sleep(int64_t duration_ns)
{
	uint32_t strand = trace_leave();
	int err = own_io->sleep(duration_ns);

	trace_return(strand);
	return err;
}

static int traced_open(const char *path, int flags, mode_t mode)
{
	uint32_t strand = trace_leave();
	int fd = own_io->open(path, flags, mode);

	trace_return(strand);
	return fd;
}

static ssize_t traced_pread(int fd, void *buf, size_t size, off_t offset)
{
	uint32_t strand = trace_leave();
	ssize_t n = own_io->pread(fd, buf, size, offset);

	trace_return(strand);
	return n;
}

static ssize_t traced_pwrite(int fd, const void *buf, size_t size, off_t offset)
{
	uint32_t strand = trace_leave();
	ssize_t n = own_io->pwrite(fd, buf, size, offset);

	trace_return(strand);
	return n;
}

static int traced_fsync(int fd)
{
	uint32_t strand = trace_leave();
	int err = own_io->fsync(fd);

	trace_return(strand);
	return err;
}

static int traced_unlink(const char *path)
{
	uint32_t strand = trace_leave();
	int err = own_io->unlink(path);

	trace_return(strand);
	return err;
}

static int traced_fetch(struct io_fetch *fetch)
{
	uint32_t strand = trace_leave();
	int status = own_io->fetch(fetch);

	trace_return(strand);
	return status;
}

static void traced_gather(struct io_fetch *const *fetches, unsigned count)
{
	uint32_t strand = trace_leave();

	own_io->gather(fetches, count);
	trace_return(strand);
}

static void traced_yield(void)
{
	uint32_t strand = trace_leave();

	own_io->yield();
	trace_return(strand);
}

/* A part of a strand that a pool's thread does while the strand itself waits. */
struct part {
	void (*fn)(void *arg);
	void *arg;
	uint32_t strand;
};

static void run_part(void *arg)
{
	const struct part *part = arg;

	trace_return(part->strand);
	part->fn(part->arg);
	trace_leave();
}

static int traced_offload(void (*fn)(void *arg), void *arg)
{
	struct part part = { fn, arg, trace_leave() };
	int err = own_io->offload(run_part, &part);

	trace_return(part.strand);
	return err;
}

static void enter_io(void)
{
	own_io = io;
	traced_io = *io;
	if (io != &io_blocking) {
		traced_io.offload = traced_offload;
		if (io->compute == io->offload)
			traced_io.compute = traced_offload;
	} else {
		traced_io.connect = traced_connect;
		traced_io.accept = traced_accept;
		traced_io.read = traced_read;
		traced_io.write = traced_write;
		traced_io.sleep = traced_sleep;
		traced_io.open = traced_open;
		traced_io.pread = traced_pread;
		traced_io.pwrite = traced_pwrite;
		traced_io.fsync = traced_fsync;
		traced_io.unlink = traced_unlink;
		traced_io.fetch = traced_fetch;
		traced_io.gather = traced_gather;
		traced_io.yield = traced_yield;
	}
	io = &traced_io;
}

/* In the child, wherever its world runs it. */
static int run_child(void *arg)
{
	const struct trace_child *child = arg;
	uint32_t number = (uint32_t)(child - trace->child);
	uint32_t caller = trace_begin((uint32_t)trace->tasks + 1 + number);

	trace_enter_worlds();
	int result = child->fn(child->arg);
	trace_exit(caller);
	return result;
}

static int traced_spawn(struct par_child **made, int (*fn)(void *arg), void *arg)
{
	unsigned number = atomic_fetch_add(&trace->children, 1);

	if (number >= TRACE_CHILDREN_MAX)
		return own_par->spawn(made, fn, arg);
	trace->child[number] = (struct trace_child){ fn, arg, trace_current() };
	trace_note(TRACE_SPAWN, (uint32_t)trace->tasks + 1 + number);
	return own_par->spawn(made, run_child, &trace->child[number]);
}

static int traced_join(struct par_child *child)
{
	uint32_t strand = trace_leave();
	int result = own_par->join(child);

	trace_return(strand);
	return result;
}

static void traced_lock(struct par_lock *lock)
{
	uint32_t strand = trace_leave();

	own_par->lock(lock);
	trace_return(strand);
}

static int traced_send(struct par_channel *channel, uint64_t value)
{
	uint32_t strand = trace_leave();
	int err = own_par->send(channel, value);

	trace_return(strand);
	return err;
}

static int traced_receive(struct par_channel *channel, uint64_t *value)
{
	uint32_t strand = trace_leave();
	int err = own_par->receive(channel, value);

	trace_return(strand);
	return err;
}

static int traced_emit(struct par_generator *generator, uint64_t value)
{
	uint32_t strand = trace_leave();
	int err = own_par->emit(generator, value);

	trace_return(strand);
	return err;
}

static int traced_next(struct par_generator *generator, uint64_t *value)
{
	uint32_t strand = trace_leave();
	int some = own_par->next(generator, value);

	trace_return(strand);
	return some;
}

static void enter_par(bool system_calls)
{
	own_par = par;
	traced_par = *par;
	traced_par.spawn = traced_spawn;
	if (system_calls) {
		traced_par.join = traced_join;
		traced_par.lock = traced_lock;
		traced_par.send = traced_send;
		traced_par.receive = traced_receive;
		traced_par.emit = traced_emit;
		traced_par.next = traced_next;
	}
	par = &traced_par;
}

void trace_enter_worlds(void)
{
	if (io != &traced_io)
		enter_io();
	if (par && par != &traced_par)
		enter_par(own_io == &io_blocking);
}

void trace_leave_worlds(void)
{
	if (io == &traced_io)
		io = own_io;
	if (par == &traced_par)
		par = own_par;
}
