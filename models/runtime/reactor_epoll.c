/* SPDX-License-Identifier: MIT */
/*
 * The reactor of epoll: a descriptor is told to the kernel when it is first
 * waited for, and stays so, level-triggered, from one wait to the next; a turn
 * costs as much as there is ready, however many are watched.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "reactor.h"

enum { EVENTS_MAX = 1024 }; /* of a turn; what is more comes in the next */

struct epoll_watch {
	struct watch watch; /* first, so that a watch is its epoll_watch */
	bool added;
	struct epoll_watch *next_forgotten;
};

struct epoll_reactor {
	struct reactor reactor; /* first, so that a reactor is its epoll_reactor */
	int epoll;
	bool guest_added;
	struct epoll_watch *forgotten; /* to be freed: an event of this turn may be theirs */
	struct epoll_event events[EVENTS_MAX];
};

static const char *unavailable(void)
{
	struct epoll_event event;
	struct timespec none = { 0 };

	if (epoll_pwait2(-1, &event, 1, &none, NULL) != 0 && errno == ENOSYS)
		return "this kernel has no epoll_pwait2: Linux 5.11 has";
	return NULL;
}

static int open_reactor(struct reactor **reactor)
{
	if (unavailable())
		return -ENOSYS;
	struct epoll_reactor *own = calloc(1, sizeof *own);
	if (!own)
		return -ENOMEM;
	own->reactor.ops = &reactor_epoll;
	own->epoll = epoll_create1(EPOLL_CLOEXEC);
	int err = own->epoll < 0 ? -errno : loop_init_guest(&own->reactor.loop);
	if (err) {
		if (own->epoll >= 0)
			close(own->epoll);
		free(own);
		return err;
	}
	*reactor = &own->reactor;
	return 0;
}

static void free_forgotten(struct epoll_reactor *own)
{
	struct epoll_watch *watch;

	while ((watch = own->forgotten)) {
		own->forgotten = watch->next_forgotten;
		free(watch);
	}
}

static void close_reactor(struct reactor *reactor)
{
	struct epoll_reactor *own = (struct epoll_reactor *)reactor;

	free_forgotten(own);
	close(own->epoll);
	loop_close(&reactor->loop);
	free(own);
}

static int arm(struct reactor *reactor, struct watch *watch, unsigned events)
{
	struct epoll_reactor *own = (struct epoll_reactor *)reactor;
	struct epoll_watch *place = (struct epoll_watch *)watch;
	struct epoll_event event = { .events = (events & WATCH_READ ? EPOLLIN : 0) |
			(events & WATCH_WRITE ? EPOLLOUT : 0),
		.data.ptr = watch };
	int operation = EPOLL_CTL_MOD;

	if (!place->added)
		operation = EPOLL_CTL_ADD;
	else if (!events)
		operation = EPOLL_CTL_DEL; /* errors and hang-ups are reported to all the others */
	if (!place->added && !events)
		return 0;
	if (epoll_ctl(own->epoll, operation, watch->fd, &event) != 0)
		return -errno;
	place->added = events != 0;
	return 0;
}

static void forget(struct reactor *reactor, struct watch *watch)
{
	struct epoll_reactor *own = (struct epoll_reactor *)reactor;
	struct epoll_watch *place = (struct epoll_watch *)watch;

	arm(reactor, watch, 0);
	watch->fd = -1;
	place->next_forgotten = own->forgotten;
	own->forgotten = place;
}

/* Only while something is under way on it, as libuv does not look at what is ready otherwise. */
static void watch_guest(struct epoll_reactor *own)
{
	struct loop *loop = &own->reactor.loop;
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = NULL };
	bool wanted = uv_loop_alive(&loop->uv);

	if (wanted == own->guest_added)
		return;
	int operation = wanted ? EPOLL_CTL_ADD : EPOLL_CTL_DEL;
	if (epoll_ctl(own->epoll, operation, uv_backend_fd(&loop->uv), &event) == 0)
		own->guest_added = wanted;
}

static void dispatch(struct epoll_reactor *own, const struct epoll_event *event)
{
	struct watch *watch = event->data.ptr;
	unsigned ready = (event->events & EPOLLIN ? WATCH_READ : 0) |
		(event->events & EPOLLOUT ? WATCH_WRITE : 0);

	if (event->events & (EPOLLERR | EPOLLHUP))
		ready = WATCH_READ | WATCH_WRITE; /* let the call itself find the error */
	if (watch && watch->fd >= 0)
		watch_event(&own->reactor, watch, ready);
}

static void turn(struct reactor *reactor, bool wait)
{
	struct epoll_reactor *own = (struct epoll_reactor *)reactor;
	struct timespec limit;

	reactor_turn_guest(reactor);
	watch_guest(own);
	int count = epoll_pwait2(
		own->epoll, own->events, EVENTS_MAX, reactor_limit(reactor, wait, &limit), NULL);
	for (int i = 0; i < count; i++)
		dispatch(own, &own->events[i]);
	free_forgotten(own);
	timers_fire_due(&reactor->loop.timers);
}

const struct reactor_ops reactor_epoll = {
	.name = "epoll",
	.watch_size = sizeof(struct epoll_watch),
	.unavailable = unavailable,
	.open = open_reactor,
	.close = close_reactor,
	.arm = arm,
	.forget = forget,
	.turn = turn,
};
