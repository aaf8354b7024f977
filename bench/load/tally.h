/* SPDX-License-Identifier: MIT */
#ifndef LOAD_TALLY_H
#define LOAD_TALLY_H

/*
 * What one thread of a load counts. It reads no clock: every call is told the
 * time, and the times of the calls never go back.
 *
 * The window rule: a request is of the window when its intended start lies in
 * [start, end); in a closed loop that is its start. Only requests of the window
 * are in the histograms and in the throughput, whenever they end.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "../histogram.h"
#include "interval.h"

enum { INTERVAL_NS = 1000000000 };

enum load_error { LOAD_CONNECT, LOAD_READ, LOAD_TIMEOUT, LOAD_WRONG, LOAD_ERRORS };

/* One request, from its intended start to its sending to its end. */
struct request {
	int64_t intended_ns, start_ns;
};

struct tally {
	int64_t start_ns, end_ns; /* the window */
	bool open;                /* an open loop */

	struct histogram response; /* end less intended start, but for `current` */
	struct histogram service;  /* end less start; where open */
	struct histogram lateness; /* of the generator's own; where open */

	uint64_t replies;             /* right ones, whenever they came */
	uint64_t requests;            /* of the window, the unsent too */
	uint64_t answered;            /* of these, rightly */
	uint64_t unsent;              /* of these, never sent, as no connection was free */
	uint64_t pending;             /* of these, in flight now */
	uint64_t errors[LOAD_ERRORS]; /* whenever they came */

	/* For Little's law: requests in flight, integrated over the window, and what links them to
	 * the service times. */
	unsigned in_flight;
	int64_t changed_ns;       /* until when the area is summed up */
	uint64_t area_ns;         /* requests in flight, times the ns they were */
	uint64_t straddle_in_ns;  /* within the window, of requests that are not of it */
	uint64_t straddle_out_ns; /* outside the window, of requests that are of it */

	/* Response times by the second in which the request ended. */
	struct histogram current;
	struct interval **intervals; /* room for intervals_max; those before `finished` are set */
	unsigned intervals_max;
	atomic_uint finished;     /* other threads may read this and what stands before it */
	atomic_ullong errors_now; /* and the sum of errors */
};

/* Ready for a load that ends at the latest last_ns; the window is set later. 0 or -ENOMEM. */
int tally_init(struct tally *tally, bool open, int64_t longest_ns);
void tally_free(struct tally *tally);

/* Before the first request. */
void tally_window(struct tally *tally, int64_t start_ns, int64_t end_ns);

/* Whether a request is of the window. */
static inline bool tally_counts(const struct tally *tally, int64_t intended_ns)
{
	return intended_ns >= tally->start_ns && intended_ns < tally->end_ns;
}

/* A request starts. could_ns: when it could have, at the earliest. */
void tally_start(struct tally *tally, const struct request *request, int64_t could_ns);

/* It was answered rightly. Returns whether it is of the window. */
bool tally_answer(struct tally *tally, const struct request *request, int64_t now_ns);

/* It ended without an answer; its age goes into the histograms all the same. */
void tally_lose(struct tally *tally, const struct request *request, int64_t now_ns);

/* A request of the window is given up before it was sent. */
void tally_unsent(struct tally *tally, int64_t intended_ns, int64_t now_ns);

/* Count an error. */
void tally_error(struct tally *tally, enum load_error kind);

/* Finish the seconds that are over, so that others can read them; may be called at any time. */
void tally_turn(struct tally *tally, int64_t now_ns);

/* The end of the load: the current second is finished too, what is in flight is of no account. */
void tally_finish(struct tally *tally, int64_t now_ns);

#endif
