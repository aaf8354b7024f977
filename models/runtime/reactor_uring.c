/* SPDX-License-Identifier: MIT */
/*
 * The reactor of io_uring. To wait for a descriptor is an operation like any
 * other, written into memory shared with the kernel: arming costs no system
 * call, as all that was prepared goes with the one that waits. Each poll is for
 * one event: one that stays would tell of changes only, and not of what a task
 * left unread. But the kernel adds the end of the peer's stream to whatever is
 * polled for, so that from there on a poll for writing ends at once; a writer
 * then waits for changes.
 */
#include "uring.h"

#if __has_include(<liburing.h>)

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQ_ENTRIES = 512, CQ_ENTRIES = 8192 };

/* One direction of a watch. */
struct poll_op {
	struct uring_op op; /* first, so that an op is its poll_op */
	struct uring_watch *watch;
	bool under_way, cancelled;
};

struct uring_watch {
	struct watch watch;   /* first, so that a watch is its uring_watch */
	struct poll_op op[2]; /* reading, writing */
	struct uring_reactor *own;
	bool forgotten;
};

struct uring_reactor {
	struct reactor reactor; /* first, so that a reactor is its uring_reactor */
	struct io_uring ring;
	size_t under_way; /* operations, cancellations as well */
	struct uring_op guest;
	bool guest_watched;
	struct uring_fd *fds;
	size_t fd_count;
};

static int open_ring(struct io_uring *ring, unsigned entries)
{
	/*
	 * Completions are then worked off where this thread waits, not in the
	 * middle of whatever it does. Linux 6.1 has all of these.
	 */
	struct io_uring_params params = { .flags = IORING_SETUP_SINGLE_ISSUER |
			IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_COOP_TASKRUN |
			IORING_SETUP_CQSIZE | IORING_SETUP_CLAMP,
		.cq_entries = CQ_ENTRIES };

	return io_uring_queue_init_params(entries, ring, &params);
}

static int read_disabled(void)
{
	int value = 0;
	FILE *file = fopen("/proc/sys/kernel/io_uring_disabled", "re");

	if (!file)
		return 0;
	if (fscanf(file, "%d", &value) != 1)
		value = 0;
	fclose(file);
	return value;
}

static void explain(int err, char *why, size_t size)
{
	int disabled = err == -EPERM ? read_disabled() : 0;

	if (disabled)
		snprintf(why, size, "io_uring_setup: %s (sysctl kernel.io_uring_disabled is %d)",
			strerror(-err), disabled);
	else if (err == -EPERM || err == -EACCES)
		snprintf(why, size, "io_uring_setup: %s (a seccomp filter or security module)",
			strerror(-err));
	else if (err == -ENOSYS || err == -EINVAL)
		snprintf(why, size, "io_uring_setup: %s (Linux 6.1 or newer is needed)",
			strerror(-err));
	else
		snprintf(why, size, "io_uring_setup: %s", strerror(-err));
}

static const char *unavailable(void)
{
	static _Thread_local char why[160];
	struct io_uring ring;
	int err = open_ring(&ring, 1);

	if (err) {
		explain(err, why, sizeof why);
		return why;
	}
	io_uring_queue_exit(&ring);
	return NULL;
}

static void guest_ready(struct uring_op *op, int result)
{
	struct uring_reactor *own = (struct uring_reactor *)((char *)op -
		offsetof(struct uring_reactor, guest));

	(void)result; /* it is turned in each turn */
	own->guest_watched = false;
}

static int open_reactor(struct reactor **reactor)
{
	struct uring_reactor *own = calloc(1, sizeof *own);

	if (!own)
		return -ENOMEM;
	own->reactor.ops = &reactor_uring;
	own->guest.done = guest_ready;
	int err = open_ring(&own->ring, SQ_ENTRIES);
	if (!err) {
		io_uring_register_ring_fd(&own->ring); /* saves a little where it can be had */
		err = loop_init_guest(&own->reactor.loop);
		if (err)
			io_uring_queue_exit(&own->ring);
	}
	if (err) {
		free(own);
		return err;
	}
	*reactor = &own->reactor;
	return 0;
}

struct io_uring_sqe *uring_sqe(struct reactor *reactor)
{
	struct uring_reactor *own = (struct uring_reactor *)reactor;
	struct io_uring_sqe *sqe;

	/* Submitting makes room; it fails only as long as the kernel has no memory. */
	while (!(sqe = io_uring_get_sqe(&own->ring)))
		io_uring_submit(&own->ring);
	return sqe;
}

void uring_prepared(struct reactor *reactor, struct io_uring_sqe *sqe, struct uring_op *op)
{
	struct uring_reactor *own = (struct uring_reactor *)reactor;

	io_uring_sqe_set_data(sqe, op);
	own->under_way++;
}

void uring_cancel(struct reactor *reactor, struct uring_op *op)
{
	struct io_uring_sqe *sqe = uring_sqe(reactor);

	io_uring_prep_cancel(sqe, op, 0);
	uring_prepared(reactor, sqe, NULL);
}

struct uring_fd *uring_fd(struct reactor *reactor, int fd)
{
	struct uring_reactor *own = (struct uring_reactor *)reactor;

	if ((size_t)fd < own->fd_count)
		return &own->fds[fd];
	size_t count = 2 * (size_t)fd + 64;
	struct uring_fd *fds = fd < 0 ? NULL : realloc(own->fds, count * sizeof *fds);
	if (!fds)
		return NULL;
	memset(fds + own->fd_count, 0, (count - own->fd_count) * sizeof *fds);
	own->fds = fds;
	own->fd_count = count;
	return &fds[fd];
}

static void release(struct uring_watch *watch)
{
	if (watch->forgotten && !watch->op[0].under_way && !watch->op[1].under_way)
		free(watch);
}

static void start(struct poll_op *op, unsigned flags);
static void stop(struct poll_op *op);

static void polled(struct uring_op *done, int result)
{
	struct poll_op *op = (struct poll_op *)done;
	struct uring_watch *own = op->watch;
	unsigned event = op == &own->op[0] ? WATCH_READ : WATCH_WRITE;
	bool wanted = own->watch.armed & event;
	bool futile = event == WATCH_WRITE && result == POLLRDHUP;

	op->under_way = done->goes_on;
	if (own->forgotten) {
		release(own);
		return;
	}
	if (futile && op->under_way)
		return;
	/* One that was cancelled may be wanted again by now. */
	if (wanted && (futile || result == -ECANCELED)) {
		start(op, futile ? IORING_POLL_ADD_MULTI : 0);
		return;
	}
	stop(op);
	own->watch.armed &= ~event;
	if (wanted)
		watch_event(&own->own->reactor, &own->watch, event);
}

/* flags: 0, or IORING_POLL_ADD_MULTI to be told of each change until it is stopped. */
static void start(struct poll_op *op, unsigned flags)
{
	struct uring_watch *own = op->watch;
	struct reactor *reactor = &own->own->reactor;
	struct io_uring_sqe *sqe = uring_sqe(reactor);

	io_uring_prep_poll_add(sqe, own->watch.fd, op == &own->op[0] ? POLLIN : POLLOUT);
	sqe->len = flags;
	uring_prepared(reactor, sqe, &op->op);
	op->op.done = polled;
	op->under_way = true;
	op->cancelled = false;
}

static void stop(struct poll_op *op)
{
	if (!op->under_way || op->cancelled)
		return;
	op->cancelled = true;
	uring_cancel(&op->watch->own->reactor, &op->op);
}

static int arm(struct reactor *reactor, struct watch *watch, unsigned events)
{
	struct uring_watch *own = (struct uring_watch *)watch;

	own->own = (struct uring_reactor *)reactor;
	for (int i = 0; i < 2; i++) {
		struct poll_op *op = &own->op[i];
		op->watch = own;
		if (!(events & (i == 0 ? WATCH_READ : WATCH_WRITE)))
			stop(op);
		else if (!op->under_way)
			start(op, 0);
	}
	watch->armed = events;
	return 0;
}

static void forget(struct reactor *reactor, struct watch *watch)
{
	struct uring_watch *own = (struct uring_watch *)watch;

	arm(reactor, watch, 0);
	own->forgotten = true;
	release(own);
}

/* Hand each end that has come to who waits for it. */
static void dispatch(struct uring_reactor *own)
{
	struct io_uring_cqe *cqe;

	for (unsigned left = io_uring_cq_ready(&own->ring); left > 0; left--) {
		if (io_uring_peek_cqe(&own->ring, &cqe) != 0)
			break;
		struct uring_op *op = io_uring_cqe_get_data(cqe);
		int result = cqe->res;
		bool goes_on = cqe->flags & IORING_CQE_F_MORE;
		io_uring_cqe_seen(&own->ring, cqe);
		own->under_way -= !goes_on;
		if (!op)
			continue;
		op->goes_on = goes_on;
		op->done(op, result);
	}
}

/* Only while something is under way on it, as libuv does not look at what is ready otherwise. */
static void watch_guest(struct uring_reactor *own)
{
	struct loop *loop = &own->reactor.loop;

	if (own->guest_watched || !uv_loop_alive(&loop->uv))
		return;
	struct io_uring_sqe *sqe = uring_sqe(&own->reactor);
	io_uring_prep_poll_add(sqe, uv_backend_fd(&loop->uv), POLLIN);
	uring_prepared(&own->reactor, sqe, &own->guest);
	own->guest_watched = true;
}

static void turn(struct reactor *reactor, bool wait)
{
	struct uring_reactor *own = (struct uring_reactor *)reactor;
	struct timespec buffer;

	reactor_turn_guest(reactor);
	watch_guest(own);
	const struct timespec *limit = reactor_limit(reactor, wait, &buffer);
	if (!limit) {
		io_uring_submit_and_wait(&own->ring, 1);
	} else if (limit->tv_sec == 0 && limit->tv_nsec == 0) {
		io_uring_submit_and_get_events(&own->ring);
	} else {
		struct __kernel_timespec left = { .tv_sec = limit->tv_sec,
			.tv_nsec = limit->tv_nsec };
		struct io_uring_cqe *cqe;
		io_uring_submit_and_wait_timeout(&own->ring, &cqe, 1, &left, NULL);
	}
	dispatch(own);
	timers_fire_due(&reactor->loop.timers);
}

/* The kernel releases what operations hold long after the ring is closed, so they are ended first.
 */
static void close_reactor(struct reactor *reactor)
{
	struct uring_reactor *own = (struct uring_reactor *)reactor;

	if (own->guest_watched)
		uring_cancel(reactor, &own->guest);
	while (own->under_way > 0) {
		io_uring_submit_and_wait(&own->ring, 1);
		dispatch(own);
	}
	io_uring_queue_exit(&own->ring);
	loop_close(&reactor->loop);
	free(own->fds);
	free(own);
}

const struct reactor_ops reactor_uring = {
	.name = "uring",
	.watch_size = sizeof(struct uring_watch),
	.unavailable = unavailable,
	.open = open_reactor,
	.close = close_reactor,
	.arm = arm,
	.forget = forget,
	.turn = turn,
};

#else

#include <errno.h>

static const char *unavailable(void)
{
	return "built without liburing";
}

static int open_reactor(struct reactor **reactor)
{
	(void)reactor;
	return -ENOSYS;
}

const struct reactor_ops reactor_uring = {
	.name = "uring",
	.unavailable = unavailable,
	.open = open_reactor,
};

#endif
