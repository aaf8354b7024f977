/* SPDX-License-Identifier: MIT */
#include "timers.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../io.h"

static void put(struct timers *timers, size_t place, struct timer *timer)
{
	timers->heap[place] = timer;
	timer->place = place;
}

static void sift_up(struct timers *timers, size_t place, struct timer *timer)
{
	while (place > 1 && timers->heap[place / 2]->deadline_ns > timer->deadline_ns) {
		put(timers, place, timers->heap[place / 2]);
		place /= 2;
	}
	put(timers, place, timer);
}

static void sift_down(struct timers *timers, size_t place, struct timer *timer)
{
	for (;;) {
		size_t child = 2 * place;
		if (child > timers->count)
			break;
		if (child < timers->count &&
			timers->heap[child + 1]->deadline_ns < timers->heap[child]->deadline_ns)
			child++;
		if (timers->heap[child]->deadline_ns >= timer->deadline_ns)
			break;
		put(timers, place, timers->heap[child]);
		place = child;
	}
	put(timers, place, timer);
}

int timers_start(struct timers *timers, struct timer *timer, int64_t deadline_ns)
{
	if (timers->count + 1 >= timers->capacity) {
		size_t capacity = timers->capacity ? 2 * timers->capacity : 64;
		struct timer **heap = realloc(timers->heap, capacity * sizeof(struct timer *));
		if (!heap)
			return -ENOMEM;
		timers->heap = heap;
		timers->capacity = capacity;
	}
	timer->deadline_ns = deadline_ns;
	if (++timers->count == 1 && timers->handles)
		uv_ref((uv_handle_t *)&timers->poll);
	sift_up(timers, timers->count, timer);
	return 0;
}

void timers_stop(struct timers *timers, struct timer *timer)
{
	size_t place = timer->place;
	if (!place)
		return;
	struct timer *last = timers->heap[timers->count--];
	timer->place = 0;
	if (last != timer) {
		sift_up(timers, place, last);
		sift_down(timers, last->place, last);
	}
	if (timers->count == 0 && timers->handles)
		uv_unref((uv_handle_t *)&timers->poll);
}

int64_t timers_next_ns(const struct timers *timers)
{
	return timers->count > 0 ? timers->heap[1]->deadline_ns : INT64_MAX;
}

void timers_fire_due(struct timers *timers)
{
	if (timers->count == 0)
		return;
	int64_t now_ns = io_now_ns();
	while (timers_next_ns(timers) <= now_ns) {
		struct timer *timer = timers->heap[1];
		timers_stop(timers, timer);
		timer->fire(timer);
	}
}

static void on_timerfd(uv_poll_t *poll, int status, int events)
{
	struct timers *timers = poll->data;
	uint64_t expirations;

	(void)status, (void)events;
	if (read(timers->fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
		abort(); /* a timerfd of our own can only be read */
	timers->armed_ns = INT64_MAX;
	timers_fire_due(timers);
}

/*
 * Before the loop waits: set the timerfd if the first deadline is sooner than
 * what it is set to. One that is stopped leaves it set, for a turn too many:
 * that is cheaper than a system call a stop.
 */
static void arm(uv_prepare_t *prepare)
{
	struct timers *timers = prepare->data;

	int64_t at_ns = timers_next_ns(timers);
	if (at_ns >= timers->armed_ns)
		return;
	struct itimerspec when = { .it_value = { .tv_sec = at_ns / 1000000000,
					   .tv_nsec = at_ns % 1000000000 } };
	if (at_ns <= 0)
		when.it_value = (struct timespec){ .tv_nsec = 1 }; /* all zero would disarm it */
	timerfd_settime(timers->fd, TFD_TIMER_ABSTIME, &when, NULL);
	timers->armed_ns = at_ns;
}

int timers_init(struct timers *timers, uv_loop_t *uv)
{
	*timers = (struct timers){ .armed_ns = INT64_MAX };
	if (!uv)
		return 0;
	timers->fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
	if (timers->fd < 0)
		return -errno;
	int err = uv_poll_init(uv, &timers->poll, timers->fd);
	if (err) {
		close(timers->fd);
		return err;
	}
	timers->poll.data = timers;
	timers->handles = 2;
	uv_prepare_init(uv, &timers->prepare);
	timers->prepare.data = timers;
	uv_prepare_start(&timers->prepare, arm);
	uv_unref((uv_handle_t *)&timers->prepare);
	err = uv_poll_start(&timers->poll, UV_READABLE, on_timerfd);
	uv_unref((uv_handle_t *)&timers->poll);
	if (err)
		timers_close(timers);
	return err;
}

static void timers_closed(uv_handle_t *handle)
{
	struct timers *timers = handle->data;

	if (--timers->handles == 0)
		close(timers->fd);
}

void timers_close(struct timers *timers)
{
	if (timers->handles) {
		uv_close((uv_handle_t *)&timers->poll, timers_closed);
		uv_close((uv_handle_t *)&timers->prepare, timers_closed);
	}
	free(timers->heap);
	timers->heap = NULL;
	timers->count = timers->capacity = 0;
}
