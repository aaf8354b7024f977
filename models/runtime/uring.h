/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_URING_H
#define RUNTIME_URING_H

/*
 * Private to models/runtime: the ring of reactor_uring, for the world of calls
 * that stands on it (io_uring.c). What is prepared goes to the kernel when the
 * reactor is next turned, all of it in one system call.
 */
#include "reactor.h"

#if __has_include(<liburing.h>)
#include <liburing.h>

/* An operation of the kernel. It must stay until done has been called. */
struct uring_op {
	/* Called from the reactor, once, with its result: >= 0 or a -errno. */
	void (*done)(struct uring_op *op, int result);
	bool goes_on; /* done will be called again: it is an operation with many results */
};

/*
 * Where to write an operation to, with io_uring_prep_...; call uring_prepared
 * with it before the next. Never NULL.
 */
struct io_uring_sqe *uring_sqe(struct reactor *reactor);

/* It is written; op is told of its end. NULL: nobody is. */
void uring_prepared(struct reactor *reactor, struct io_uring_sqe *sqe, struct uring_op *op);

/* Ask the kernel to end op early: it is then done with -ECANCELED, if it was not before. */
void uring_cancel(struct reactor *reactor, struct uring_op *op);

/* What the calls on a descriptor left behind. */
struct uring_fd {
	unsigned closed; /* how often: a number is used again */
	unsigned busy;   /* WATCH_ bits: what is under way on it */
	bool drained;    /* the last read left nothing */
	bool not_socket;
};

/* That of fd, until the next call; NULL: no memory, or below 0. What was there once stays. */
struct uring_fd *uring_fd(struct reactor *reactor, int fd);

#endif

#endif
