/* SPDX-License-Identifier: MIT */
/*
 * The reactor of libuv: a uv_poll for each descriptor. It stays armed from one
 * wait to the next, as stopping and starting it again costs two system calls.
 */
#include <errno.h>
#include <stdlib.h>

#include "reactor.h"

struct uv_watch {
	struct watch watch; /* first, so that a watch is its uv_watch */
	uv_poll_t poll;
	bool made; /* poll is open on the loop */
};

static const char *unavailable(void)
{
	return NULL;
}

static int open_reactor(struct reactor **reactor)
{
	*reactor = calloc(1, sizeof **reactor);
	if (!*reactor)
		return -ENOMEM;
	(*reactor)->ops = &reactor_uv;
	int err = loop_init(&(*reactor)->loop);
	if (err)
		free(*reactor);
	return err;
}

static void close_reactor(struct reactor *reactor)
{
	loop_close(&reactor->loop);
	free(reactor);
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	struct uv_watch *own = (struct uv_watch *)((char *)poll - offsetof(struct uv_watch, poll));
	unsigned ready = (events & UV_READABLE ? WATCH_READ : 0) |
		(events & UV_WRITABLE ? WATCH_WRITE : 0);

	if (status < 0) {
		ready = WATCH_READ | WATCH_WRITE; /* let the call itself find the error */
		own->watch.armed = 0;             /* libuv has stopped the handle */
	}
	watch_event(poll->loop->data, &own->watch, ready);
}

static int arm(struct reactor *reactor, struct watch *watch, unsigned events)
{
	struct uv_watch *own = (struct uv_watch *)watch;

	if (!own->made) {
		int err = uv_poll_init(&reactor->loop.uv, &own->poll, watch->fd);
		if (err)
			return err;
		own->made = true;
		reactor->loop.uv.data = reactor;
	}
	if (!events)
		return uv_poll_stop(&own->poll);
	return uv_poll_start(&own->poll,
		(events & WATCH_READ ? UV_READABLE : 0) | (events & WATCH_WRITE ? UV_WRITABLE : 0),
		on_events);
}

static void release(uv_handle_t *handle)
{
	free((char *)handle - offsetof(struct uv_watch, poll));
}

static void forget(struct reactor *reactor, struct watch *watch)
{
	struct uv_watch *own = (struct uv_watch *)watch;

	(void)reactor;
	if (own->made)
		uv_close((uv_handle_t *)&own->poll, release);
	else
		free(own);
}

static void turn(struct reactor *reactor, bool wait)
{
	loop_turn(&reactor->loop, wait);
}

const struct reactor_ops reactor_uv = {
	.name = "libuv",
	.watch_size = sizeof(struct uv_watch),
	.unavailable = unavailable,
	.open = open_reactor,
	.close = close_reactor,
	.arm = arm,
	.forget = forget,
	.turn = turn,
};
