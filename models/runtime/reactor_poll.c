/* SPDX-License-Identifier: MIT */
/*
 * The reactor of poll: the kernel is handed an array of every watched
 * descriptor each turn, and looks at all of them. Nothing is to be told
 * beforehand, but a turn costs as much as there is watched.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "reactor.h"

struct poll_watch {
	struct watch watch; /* first, so that a watch is its poll_watch */
	size_t place;       /* in the array; 0: not in it */
};

struct poll_reactor {
	struct reactor reactor; /* first, so that a reactor is its poll_reactor */
	struct pollfd *fds;     /* dense; the first is the guest's */
	struct poll_watch **watches;
	size_t count, capacity;
};

static const char *unavailable(void)
{
	return NULL;
}

/* Room for one more. */
static int grow(struct poll_reactor *own)
{
	if (own->count < own->capacity)
		return 0;
	size_t capacity = own->capacity ? 2 * own->capacity : 64;
	struct pollfd *fds = realloc(own->fds, capacity * sizeof(struct pollfd));
	if (!fds)
		return -ENOMEM;
	own->fds = fds;
	struct poll_watch **watches = realloc(own->watches, capacity * sizeof(struct poll_watch *));
	if (!watches)
		return -ENOMEM;
	own->watches = watches;
	own->capacity = capacity;
	return 0;
}

static int open_reactor(struct reactor **reactor)
{
	struct poll_reactor *own = calloc(1, sizeof *own);

	if (!own)
		return -ENOMEM;
	own->reactor.ops = &reactor_poll;
	int err = grow(own);
	if (!err)
		err = loop_init_guest(&own->reactor.loop);
	if (err) {
		free(own->fds);
		free(own->watches);
		free(own);
		return err;
	}
	own->fds[0] = (struct pollfd){ .events = POLLIN };
	own->count = 1;
	*reactor = &own->reactor;
	return 0;
}

static void close_reactor(struct reactor *reactor)
{
	struct poll_reactor *own = (struct poll_reactor *)reactor;

	loop_close(&reactor->loop);
	free(own->fds);
	free(own->watches);
	free(own);
}

/* The last one fills the gap. */
static void take_out(struct poll_reactor *own, struct poll_watch *watch)
{
	size_t place = watch->place, last = --own->count;

	own->fds[place] = own->fds[last];
	own->watches[place] = own->watches[last];
	own->watches[place]->place = place;
	watch->place = 0;
}

static int arm(struct reactor *reactor, struct watch *watch, unsigned events)
{
	struct poll_reactor *own = (struct poll_reactor *)reactor;
	struct poll_watch *mine = (struct poll_watch *)watch;

	if (!events) {
		if (mine->place)
			take_out(own, mine);
		return 0;
	}
	if (!mine->place) {
		int err = grow(own);
		if (err)
			return err;
		mine->place = own->count++;
		own->fds[mine->place] = (struct pollfd){ .fd = watch->fd };
		own->watches[mine->place] = mine;
	}
	own->fds[mine->place].events = (events & WATCH_READ ? POLLIN : 0) |
		(events & WATCH_WRITE ? POLLOUT : 0);
	return 0;
}

static void forget(struct reactor *reactor, struct watch *watch)
{
	arm(reactor, watch, 0);
	free(watch);
}

/*
 * From the last to the first: a task that goes on here may take descriptors out,
 * and what fills their gaps has been seen, or may add some, which are not ready.
 */
static void dispatch(struct poll_reactor *own, int count)
{
	for (size_t i = own->count - 1; i > 0 && count > 0; i--) {
		/* Several may have gone, and i is then past the last. */
		short events = i < own->count ? own->fds[i].revents : 0;
		if (!events)
			continue;
		count--;
		own->fds[i].revents = 0;
		unsigned ready = (events & POLLIN ? WATCH_READ : 0) |
			(events & POLLOUT ? WATCH_WRITE : 0);
		if (events & (POLLERR | POLLHUP | POLLNVAL))
			ready = WATCH_READ | WATCH_WRITE; /* let the call itself find the error */
		watch_event(&own->reactor, &own->watches[i]->watch, ready);
	}
}

static void turn(struct reactor *reactor, bool wait)
{
	struct poll_reactor *own = (struct poll_reactor *)reactor;
	struct timespec limit;

	reactor_turn_guest(reactor);
	/* Only while something is under way on it, as libuv does not look at what is ready
	 * otherwise; poll leaves out what is below 0. */
	own->fds[0].fd = uv_loop_alive(&reactor->loop.uv) ? uv_backend_fd(&reactor->loop.uv) : -1;
	int count = ppoll(own->fds, own->count, reactor_limit(reactor, wait, &limit), NULL);
	if (count > 0)
		dispatch(own, count - (own->fds[0].revents != 0));
	timers_fire_due(&reactor->loop.timers);
}

const struct reactor_ops reactor_poll = {
	.name = "poll",
	.watch_size = sizeof(struct poll_watch),
	.unavailable = unavailable,
	.open = open_reactor,
	.close = close_reactor,
	.arm = arm,
	.forget = forget,
	.turn = turn,
};
