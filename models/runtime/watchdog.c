/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "../io.h"
#include "scheduler.h"

struct watchdog {
	struct scheduler *scheduler;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool stop;
};

/* Until then, or until it is told to stop: true. */
static bool sleep_until(struct watchdog *watchdog, int64_t until_ns)
{
	struct timespec until = { .tv_sec = until_ns / 1000000000,
		.tv_nsec = until_ns % 1000000000 };

	pthread_mutex_lock(&watchdog->lock);
	int err = 0;
	while (!watchdog->stop && err != ETIMEDOUT)
		err = pthread_cond_timedwait(&watchdog->changed, &watchdog->lock, &until);
	bool stop = watchdog->stop;
	pthread_mutex_unlock(&watchdog->lock);
	return stop;
}

static void tell(const struct scheduler *s, const struct task *task, int64_t since_ns)
{
	scheduler_report(s->options, "task '%s' has run for %lld ms without giving way",
		task_name(task), (long long)((io_now_ns() - since_ns) / 1000000));
}

/* Looks four times a limit, so that a task is named at most a quarter late, and once. */
static void *watch(void *arg)
{
	struct watchdog *watchdog = arg;
	const struct scheduler *s = watchdog->scheduler;
	int64_t limit_ns = s->options->watchdog_ms * INT64_C(1000000);
	int64_t since_ns = io_now_ns();
	unsigned long seen = 0;
	bool told = false;

	while (!sleep_until(watchdog, io_now_ns() + limit_ns / 4)) {
		unsigned long switches = __atomic_load_n(&s->switches, __ATOMIC_RELAXED);
		const struct task *task = __atomic_load_n(&s->current, __ATOMIC_ACQUIRE);
		if (__atomic_load_n(&s->switches, __ATOMIC_RELAXED) != switches)
			continue; /* it may be the task of before or after */
		if (switches != seen) {
			seen = switches;
			since_ns = io_now_ns();
			told = false;
		} else if (task && !told && io_now_ns() - since_ns >= limit_ns) {
			tell(s, task, since_ns);
			told = true;
		}
	}
	return NULL;
}

static void release(struct watchdog *watchdog)
{
	pthread_cond_destroy(&watchdog->changed);
	pthread_mutex_destroy(&watchdog->lock);
	free(watchdog);
}

struct watchdog *watchdog_start(struct scheduler *s)
{
	struct watchdog *watchdog = calloc(1, sizeof *watchdog);
	pthread_condattr_t attr;

	if (!watchdog)
		return NULL;
	watchdog->scheduler = s;
	pthread_mutex_init(&watchdog->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&watchdog->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (pthread_create(&watchdog->thread, NULL, watch, watchdog) != 0) {
		release(watchdog);
		return NULL;
	}
	return watchdog;
}

void watchdog_stop(struct watchdog *watchdog)
{
	if (!watchdog)
		return;
	pthread_mutex_lock(&watchdog->lock);
	watchdog->stop = true;
	pthread_cond_signal(&watchdog->changed);
	pthread_mutex_unlock(&watchdog->lock);
	pthread_join(watchdog->thread, NULL);
	release(watchdog);
}
