/* SPDX-License-Identifier: MIT */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

/*
 * The load generator: so many connections to a server, each with one request in
 * flight at most, and every reply checked.
 *
 * A closed loop sends the next request of a connection when the last one is
 * answered. An open loop has arrivals at a rate; a request takes a free
 * connection at its intended start, or waits for one, and its response time
 * counts from the intended start: how long a user waits. tally.h has the rule
 * of which requests count.
 *
 * The order of a load: connect, and have each connection answer a first request
 * that does not count; warm-up; window; then nothing more is sent, and the load ends when the last
 * request of the window is answered or has timed out.
 */
#include <jansson.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "../histogram.h"
#include "client.h"
#include "tally.h"

enum { LOAD_THREADS_MAX = 64, LOAD_CONNECTIONS_MAX = 20000 };

/* The last second of a load that runs. */
struct load_live {
	double replies_per_s;
	int64_t p99_ns;  /* of the response time; -1 where there was no reply */
	uint64_t errors; /* since the load began */
};

struct load_spec {
	const struct client *client;
	const struct talk *talk; /* opened */
	struct sockaddr_in address;
	unsigned connections, threads; /* at least one connection a thread */
	bool keep_alive;               /* false: a connection a request */
	uint64_t rate_per_s;           /* 0: a closed loop */
	bool poisson;                  /* arrivals; else constant */
	uint64_t seed;                 /* of the arrivals */
	int64_t warmup_ns, duration_ns;
	int64_t timeout_ns;           /* of a request; at most HISTOGRAM_MAX_NS */
	const cpu_set_t *cpus;        /* where the threads run; NULL: anywhere */
	const cpu_set_t *server_cpus; /* where the server runs, if elsewhere; else NULL */
	const volatile int *stop;     /* ends the load early once it is not 0; may be NULL */

	/* Called each second of the window, in the caller's thread. May be NULL. */
	void (*live)(void *arg, const struct load_live *live);

	/* Called once when every connection has been tried, before the load begins. May be NULL. */
	void (*connected)(void *arg);

	/* Called once when the last request has ended and the connections are still open. May be
	 * NULL. */
	void (*loaded)(void *arg);
	void *arg;
};

/* What a load came to. Large: made by load_result_new. Missing numbers are NAN. */
struct load_result {
	bool open_loop, interrupted;
	unsigned connections, threads;
	double window_s;

	uint64_t replies;             /* right ones, since the load began */
	uint64_t requests;            /* of the window */
	uint64_t answered;            /* of these, rightly */
	uint64_t unsent;              /* of these, never sent, as no connection was free in time */
	uint64_t errors[LOAD_ERRORS]; /* of the whole load, connecting and warm-up included */

	struct histogram response; /* those without an answer count with the age they had */
	struct histogram service;  /* end less actual start; in a closed loop the same */
	struct histogram
		lateness; /* sending less when it could have been; empty in a closed loop */
	struct interval **intervals; /* response times by the second of the end; NULL is empty */
	unsigned interval_count;
	int64_t start_unix_ns; /* of the window */

	/* Little's law, all in requests: mean in flight, measured; the same from the service times;
	 * and what each of the window's ends adds and takes away. */
	double in_flight, in_flight_by_service, straddle_in, straddle_out;

	unsigned connected; /* connections that were ever established */
	unsigned starved;   /* of these, without a reply in the window */
	uint64_t served_min, served_median, served_max; /* replies a connection */
	uint64_t reopened; /* connections that were opened anew, but for one a request */

	double cpu_share;     /* of each thread's time in the window, the CPU time used */
	double idle_share;    /* of the CPUs left to the server; NAN where it cannot be told */
	double ceiling_per_s; /* of the generator, from load_ceiling; set by the caller, else NAN */
	char reason[256];     /* for a person, where load_run fails */
};

struct params;

/* An empty result, to be freed; NULL without memory. */
struct load_result *load_result_new(void);
void load_result_free(struct load_result *result);

/* Take rate, arrivals, warm-up, duration and keep-alive from a service's parameters. */
void load_spec_params(struct load_spec *spec, const struct params *params);

/*
 * Run a load to its end. 0; or a -errno with result->reason when it could not
 * begin: -EMFILE, -ENOMEM, -ECONNREFUSED where not one connection could be
 * made. Raises the limit of open files, and ignores no signal.
 */
int load_run(const struct load_spec *spec, struct load_result *result);

/* Errors of all kinds. */
uint64_t load_errors(const struct load_result *result);

/* Requests of the window answered, a second; and offered (in a closed loop, NAN). */
double load_throughput(const struct load_result *result);
double load_offered(const struct load_result *result);

/* "connect", "read", "timeout", "wrong_reply". */
extern const char *const load_error_names[LOAD_ERRORS];

/*
 * Whether the measurement holds: "ok"; "failed" when there were errors;
 * "invalid" when the numbers are of the generator or contradict one another.
 * The reason, for a person, is "" where ok. Reads nothing but result.
 */
const char *load_verdict(const struct load_result *result, char *reason, size_t size);

/*
 * The keys of a trial's JSON object: status, reason, tasks, errors, elapsed_s,
 * throughput_per_s, latency_ns, and those that only a load has. A new
 * reference.
 */
json_t *load_json(const struct load_result *result);

#endif
