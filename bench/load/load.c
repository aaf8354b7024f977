/* SPDX-License-Identifier: MIT */
#include "load.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../../models/io.h"
#include "../../models/param.h"
#include "generator.h"
#include "idle.h"

enum { OWN_DESCRIPTORS = 64 };

static const int64_t look_every_ns = 50000000, lead_ns = 2000000;

static const volatile int never; /* stop, where the caller has none */

/* A load under way. */
struct load {
	struct load_spec own_spec;
	const struct load_spec *spec;
	struct load_result *result;
	struct start start;
	struct generator *generators;
	pthread_t threads[LOAD_THREADS_MAX];
	unsigned running; /* threads */
	int64_t window_ns, end_ns;
	struct idle idle;
	struct histogram live;
};

struct load_result *load_result_new(void)
{
	struct load_result *result = calloc(1, sizeof *result);

	if (result)
		result->cpu_share = result->idle_share = result->ceiling_per_s = NAN;
	return result;
}

void load_result_free(struct load_result *result)
{
	for (unsigned i = 0; result && i < result->interval_count; i++)
		free(result->intervals[i]);
	if (result)
		free(result->intervals);
	free(result);
}

void load_spec_params(struct load_spec *spec, const struct params *params)
{
	spec->rate_per_s = param_number(params, "rate_per_s");
	spec->poisson = strcmp(param_text(params, "arrivals"), "poisson") == 0;
	spec->warmup_ns = param_number(params, "warmup_ms") * 1000000;
	spec->duration_ns = param_number(params, "duration_ms") * 1000000;
	spec->keep_alive = !param_find(params->table, "keep_alive") ||
		param_number(params, "keep_alive");
}

static int raise_descriptor_limit(const struct load_spec *spec, struct load_result *result)
{
	uint64_t needed = spec->connections + OWN_DESCRIPTORS;
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_max < needed) {
		snprintf(result->reason, sizeof result->reason,
			"%u connections need %llu open files, and the hard limit is %llu; raise it "
			"(ulimit -Hn %llu) or ask for fewer",
			spec->connections, (unsigned long long)needed,
			(unsigned long long)limit.rlim_max, (unsigned long long)needed);
		return -EMFILE;
	}
	limit.rlim_cur = limit.rlim_max;
	return setrlimit(RLIMIT_NOFILE, &limit) ? -errno : 0;
}

static int start_thread(struct load *load, unsigned number)
{
	const struct load_spec *spec = load->spec;
	unsigned share = spec->connections / spec->threads;
	pthread_attr_t attributes;

	share += number < spec->connections % spec->threads;
	int err = generator_init(&load->generators[number], spec, &load->start, number, share);
	if (err)
		return err;
	pthread_attr_init(&attributes);
	if (spec->cpus)
		err = pthread_attr_setaffinity_np(&attributes, sizeof *spec->cpus, spec->cpus);
	if (!err)
		err = pthread_create(&load->threads[number], &attributes, generator_run,
			&load->generators[number]);
	pthread_attr_destroy(&attributes);
	load->running += !err;
	return -err;
}

static void sleep_ns(int64_t duration_ns)
{
	const struct timespec pause = { .tv_sec = duration_ns / 1000000000,
		.tv_nsec = duration_ns % 1000000000 };

	nanosleep(&pause, NULL);
}

/* The flag is for the thread that a signal's handler interrupts; the others hear of it here. */
static bool is_stopped(struct load *load)
{
	bool stopped = *load->spec->stop;

	if (stopped)
		atomic_store(&load->start.stopped, true);
	return stopped;
}

/* Sleep until then; false when the load was stopped first. */
static bool sleep_until(struct load *load, int64_t when_ns)
{
	int64_t left_ns;

	while ((left_ns = when_ns - io_now_ns()) > 0) {
		if (is_stopped(load))
			return false;
		sleep_ns(left_ns < look_every_ns ? left_ns : look_every_ns);
	}
	return true;
}

static int await_connections(struct load *load)
{
	while (atomic_load(&load->start.ready) < load->running) {
		is_stopped(load);
		sleep_ns(lead_ns / 2);
	}
	if (load->spec->keep_alive && !is_stopped(load) &&
		atomic_load(&load->start.connected) == 0) {
		snprintf(load->result->reason, sizeof load->result->reason,
			"not one of %u connections could be made", load->spec->connections);
		return -ECONNREFUSED;
	}
	return 0;
}

static int64_t unix_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void begin(struct load *load)
{
	int64_t at_ns = io_now_ns() + lead_ns;

	load->window_ns = at_ns + load->spec->warmup_ns;
	load->end_ns = load->window_ns + load->spec->duration_ns;
	load->result->start_unix_ns = unix_ns() + load->window_ns - io_now_ns();
	atomic_store(&load->start.at_ns, at_ns);
}

/* Tell of second number `place` of the window, if every thread has finished it. */
static void show(struct load *load, unsigned place)
{
	struct load_live live = { 0 };

	histogram_init(&load->live);
	for (unsigned i = 0; i < load->running; i++) {
		struct tally *tally = &load->generators[i].tally;
		live.errors += atomic_load_explicit(&tally->errors_now, memory_order_relaxed);
		if (atomic_load_explicit(&tally->finished, memory_order_acquire) > place)
			interval_merge(&load->live, tally->intervals[place]);
	}
	live.replies_per_s = load->live.count / (INTERVAL_NS / 1e9);
	live.p99_ns = histogram_percentile(&load->live, 99);
	load->spec->live(load->spec->arg, &live);
}

/* While the threads run: see how idle the CPUs are, and tell how far it has come. */
static void watch(struct load *load)
{
	const struct load_spec *spec = load->spec;

	if (!sleep_until(load, load->window_ns))
		return;
	idle_begin(&load->idle, spec->server_cpus, spec->threads);
	for (unsigned place = 0; spec->live; place++) {
		/* A thread finishes a second when it turns next. */
		int64_t over_ns = load->window_ns + (place + INT64_C(1)) * INTERVAL_NS +
			2 * look_every_ns;
		if (over_ns > load->end_ns)
			break;
		if (!sleep_until(load, over_ns))
			return;
		show(load, place);
	}
	if (sleep_until(load, load->end_ns))
		load->result->idle_share = idle_end(&load->idle);
}

static void add_intervals(struct load *load)
{
	struct load_result *result = load->result;
	unsigned most = 0;

	for (unsigned i = 0; i < load->running; i++) {
		unsigned finished = atomic_load(&load->generators[i].tally.finished);
		most = finished > most ? finished : most;
	}
	result->intervals = calloc(most ? most : 1, sizeof(struct interval *));
	result->interval_count = result->intervals ? most : 0;
	for (unsigned place = 0; place < result->interval_count; place++) {
		histogram_init(&load->live);
		for (unsigned i = 0; i < load->running; i++)
			if (place < atomic_load(&load->generators[i].tally.finished))
				interval_merge(
					&load->live, load->generators[i].tally.intervals[place]);
		result->intervals[place] = interval_make(&load->live);
	}
}

static void add_generator(struct load *load, struct generator *generator)
{
	struct load_result *result = load->result;
	struct tally *tally = &generator->tally;
	double window_ns = load->spec->duration_ns;

	if (generator->interrupted)
		window_ns = tally->end_ns > tally->start_ns ? tally->end_ns - tally->start_ns : 0;
	result->interrupted |= generator->interrupted;
	result->window_s = fmax(result->window_s, window_ns / 1e9);
	histogram_merge(&result->response, &tally->response);
	histogram_merge(&result->service, tally->open ? &tally->service : &tally->response);
	histogram_merge(&result->lateness, &tally->lateness);
	result->replies += tally->replies;
	result->requests += tally->requests;
	result->answered += tally->answered;
	result->unsent += tally->unsent;
	for (int kind = 0; kind < LOAD_ERRORS; kind++)
		result->errors[kind] += tally->errors[kind];
	result->in_flight += tally->area_ns / window_ns;
	result->straddle_in += tally->straddle_in_ns / window_ns;
	result->straddle_out += tally->straddle_out_ns / window_ns;
	result->reopened += generator->reopened;
	double cpu_ns = generator->cpu_end_ns - generator->cpu_begin_ns;
	double passed_ns = generator->cpu_to_ns - generator->cpu_from_ns;
	result->cpu_share += generator->cpu_ended && passed_ns > 0
		? cpu_ns / passed_ns / load->spec->threads
		: NAN;
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* How evenly the connections were served; a connection that never was one is left out. */
static int add_served(struct load *load)
{
	struct load_result *result = load->result;
	uint64_t *served = calloc(load->spec->connections, sizeof *served);
	unsigned count = 0;

	if (!served)
		return -ENOMEM;
	for (unsigned i = 0; i < load->running; i++)
		for (unsigned k = 0; k < load->generators[i].conn_count; k++) {
			const struct conn *conn = &load->generators[i].conns[k];
			if (!conn->counted)
				continue;
			result->starved += conn->served == 0;
			served[count++] = conn->served;
		}
	qsort(served, count, sizeof *served, compare);
	result->connected = count;
	if (count > 0) {
		result->served_min = served[0];
		result->served_median = served[count / 2];
		result->served_max = served[count - 1];
	}
	free(served);
	return 0;
}

static int add_up(struct load *load)
{
	struct load_result *result = load->result;

	result->open_loop = load->spec->rate_per_s > 0;
	result->connections = load->spec->connections;
	result->threads = load->spec->threads;
	result->cpu_share = 0;
	for (unsigned i = 0; i < load->running; i++)
		add_generator(load, &load->generators[i]);
	result->in_flight_by_service = result->window_s > 0
		? result->service.sum_ns / 1e9 / result->window_s
		: 0;
	add_intervals(load);
	return add_served(load);
}

static int start_all(struct load *load)
{
	int err = 0;

	for (unsigned i = 0; i < load->spec->threads && !err; i++)
		err = start_thread(load, i);
	if (err)
		snprintf(load->result->reason, sizeof load->result->reason,
			"a thread of the generator could not be started: %s", strerror(-err));
	return err;
}

int load_run(const struct load_spec *spec, struct load_result *result)
{
	struct load *load = calloc(1, sizeof *load);
	int err = load ? raise_descriptor_limit(spec, result) : -ENOMEM;

	if (err)
		goto out;
	load->own_spec = *spec;
	if (!spec->stop)
		load->own_spec.stop = &never;
	load->spec = spec = &load->own_spec;
	load->result = result;
	load->generators = calloc(spec->threads, sizeof *load->generators);
	if (!load->generators) {
		err = -ENOMEM;
		goto out;
	}
	for (unsigned i = 0; i < spec->threads; i++)
		load->generators[i].epoll = -1;
	err = start_all(load);
	if (!err)
		err = await_connections(load);
	if (err) {
		atomic_store(&load->start.off, true);
	} else {
		if (spec->connected)
			spec->connected(spec->arg);
		begin(load);
		watch(load);
	}
	while (atomic_load(&load->start.ended) < load->running) {
		is_stopped(load); /* also while the last replies are waited for */
		sleep_ns(lead_ns);
	}
	for (unsigned i = 0; i < load->running; i++)
		pthread_join(load->threads[i], NULL);
	if (!err && spec->loaded)
		spec->loaded(spec->arg);
	if (!err)
		err = add_up(load);
	for (unsigned i = 0; i < spec->threads; i++)
		generator_free(&load->generators[i]);
out:
	if (load)
		free(load->generators);
	free(load);
	return err;
}
