/* SPDX-License-Identifier: MIT */
#include "generator.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "../../models/io.h"

enum { EVENTS = 256 };

static const int64_t stop_every_ns = 50000000; /* a stop is looked for so often at least */
static const int64_t ms_ns = 1000000;
static const int64_t alert_ns = 60000; /* about what it takes to wake */

int generator_init(struct generator *generator, const struct load_spec *spec, struct start *start,
	unsigned number, unsigned connections)
{
	const struct timespec at_once = { .tv_nsec = 0 };
	struct epoll_event event;

	generator->spec = spec;
	generator->start = start;
	generator->number = number;
	generator->conn_count = generator->untried = connections;
	generator->connecting_max = (CONNECTING_MAX + spec->threads - 1) / spec->threads;
	generator->end_ns = INT64_MAX;
	generator->scan_every_ns = spec->timeout_ns / 50;
	if (generator->scan_every_ns < 10 * ms_ns)
		generator->scan_every_ns = 10 * ms_ns;
	if (generator->scan_every_ns > 200 * ms_ns)
		generator->scan_every_ns = 200 * ms_ns;
	TAILQ_INIT(&generator->idle);
	TAILQ_INIT(&generator->closed);
	generator->epoll = epoll_create1(EPOLL_CLOEXEC);
	generator->conns = calloc(connections, sizeof *generator->conns);
	if (generator->epoll < 0 || epoll_pwait2(generator->epoll, &event, 1, &at_once, NULL) < 0)
		return -errno; /* ENOSYS of a kernel before 5.11 */
	if (!generator->conns)
		return -ENOMEM;
	for (unsigned i = 0; i < connections; i++) {
		generator->conns[i].fd = -1;
		TAILQ_INSERT_TAIL(&generator->closed, &generator->conns[i], link);
	}
	return tally_init(&generator->tally, spec->rate_per_s > 0,
		spec->duration_ns + spec->timeout_ns + 2 * generator->scan_every_ns);
}

void generator_free(struct generator *generator)
{
	for (unsigned i = 0; generator->conns && i < generator->conn_count; i++)
		conn_close(&generator->conns[i]);
	free(generator->conns);
	tally_free(&generator->tally);
	if (generator->epoll >= 0)
		close(generator->epoll);
}

static int64_t min_ns(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When something is to be done whether or not anything happens. */
static int64_t next_ns(const struct generator *generator, int64_t now_ns)
{
	const struct conn *closed = TAILQ_FIRST(&generator->closed);
	int64_t next = min_ns(generator->next_scan_ns, now_ns + stop_every_ns);

	if (closed && generator->connecting < generator->connecting_max)
		next = min_ns(next, closed->since_ns);
	if (!generator->sending)
		return next;
	if (!TAILQ_EMPTY(&generator->idle))
		next = min_ns(next, generator->arrivals.next_ns);
	if (!generator->cpu_begun)
		next = min_ns(next, generator->tally.start_ns);
	return min_ns(next, generator->end_ns);
}

/*
 * How long to wait for events. A sleeping CPU takes tens of us to wake, which
 * would be the generator's lateness and part of every response time. So a sleep
 * that is long enough ends a little before the next arrival, and what is left is
 * spent looking: at most a fifth of the CPU's time.
 */
static int64_t wait_ns(struct generator *generator, int64_t now_ns)
{
	int64_t next = next_ns(generator, now_ns);
	int64_t left = next - now_ns;

	if (left <= 0 || (next == generator->alert_until_ns && left <= alert_ns))
		return 0;
	if (next != generator->arrivals.next_ns || left < 5 * alert_ns)
		return left;
	generator->alert_until_ns = next;
	return left - alert_ns;
}

/* Wait for events and handle them. */
static void turn(struct generator *generator)
{
	struct epoll_event events[EVENTS];
	int64_t now_ns = io_now_ns();
	int64_t duration_ns = wait_ns(generator, now_ns);
	struct timespec wait = { .tv_sec = duration_ns / 1000000000,
		.tv_nsec = duration_ns % 1000000000 };

	int count = epoll_pwait2(generator->epoll, events, EVENTS, &wait, NULL);
	for (int i = 0; i < count; i++) {
		conn_event(generator, events[i].data.ptr, events[i].events);
		if (generator->sending && generator->arrivals.next_ns < INT64_MAX)
			conns_send_due(generator, io_now_ns());
	}
	now_ns = io_now_ns();
	if (now_ns >= generator->next_scan_ns) {
		conns_time_out(generator, now_ns);
		generator->next_scan_ns = now_ns + generator->scan_every_ns;
	}
	if (now_ns < generator->end_ns)
		conns_open(generator, now_ns);
}

/* Every connection is tried once before the load begins. */
static void connect_all(struct generator *generator)
{
	while (generator->untried > 0 && !atomic_load(&generator->start->stopped) &&
		!atomic_load(&generator->start->off))
		turn(generator);
	atomic_fetch_add(&generator->start->ready, 1);
}

/* Wait until the load begins: the time of it, 0 when it does not take place. */
static int64_t await_start(struct generator *generator)
{
	const struct timespec pause = { .tv_nsec = ms_ns };
	int64_t at_ns;

	while ((at_ns = atomic_load(&generator->start->at_ns)) == 0) {
		if (atomic_load(&generator->start->off))
			return 0;
		nanosleep(&pause, NULL);
	}
	struct timespec at = { .tv_sec = at_ns / 1000000000, .tv_nsec = at_ns % 1000000000 };
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
	return at_ns;
}

static int64_t cpu_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* What is to be done when the window begins. */
static void begin_window(struct generator *generator, int64_t now_ns)
{
	if (generator->cpu_begun || now_ns < generator->tally.start_ns)
		return;
	generator->cpu_begun = true;
	generator->cpu_from_ns = now_ns;
	generator->cpu_begin_ns = cpu_ns();
}

/* When it ends, what could not be sent is given up. */
static void end_window(struct generator *generator, int64_t now_ns)
{
	struct arrivals *arrivals = &generator->arrivals;

	if (now_ns < generator->end_ns)
		return;
	conns_send_due(generator, now_ns);
	generator->sending = false;
	generator->cpu_ended = generator->cpu_begun;
	generator->cpu_to_ns = now_ns;
	generator->cpu_end_ns = cpu_ns();
	for (; arrivals->next_ns < generator->end_ns; arrivals_next(arrivals))
		if (tally_counts(&generator->tally, arrivals->next_ns))
			tally_unsent(&generator->tally, arrivals->next_ns, now_ns);
}

/* A stop ends the window now, and nothing is waited for. */
static bool interrupt(struct generator *generator, int64_t now_ns)
{
	if (!atomic_load(&generator->start->stopped))
		return false;
	generator->interrupted = true;
	if (generator->sending) {
		generator->end_ns = now_ns;
		if (now_ns < generator->tally.end_ns)
			generator->tally.end_ns = now_ns;
		end_window(generator, now_ns);
	}
	return true;
}

static void run_load(struct generator *generator, int64_t at_ns)
{
	const struct load_spec *spec = generator->spec;
	int64_t window_ns = at_ns + spec->warmup_ns;

	generator->end_ns = window_ns + spec->duration_ns;
	tally_window(&generator->tally, window_ns, generator->end_ns);
	arrivals_init(&generator->arrivals, spec->rate_per_s, spec->poisson, spec->seed,
		generator->number, spec->threads, at_ns);
	generator->sending = true;
	if (spec->rate_per_s == 0)
		conns_send_all(generator);
	while (generator->sending || generator->tally.pending > 0) {
		turn(generator);
		int64_t now_ns = io_now_ns();
		tally_turn(&generator->tally, now_ns);
		begin_window(generator, now_ns);
		if (interrupt(generator, now_ns))
			break;
		if (generator->sending) {
			conns_send_due(generator, now_ns);
			end_window(generator, now_ns);
		}
	}
	tally_finish(&generator->tally, io_now_ns());
}

void *generator_run(void *arg)
{
	struct generator *generator = arg;

	prctl(PR_SET_TIMERSLACK, 1UL); /* or the kernel would round waits up by 50 us */
	connect_all(generator);
	int64_t at_ns = await_start(generator);
	if (at_ns)
		run_load(generator, at_ns);
	atomic_fetch_add(&generator->start->ended, 1);
	return NULL;
}
