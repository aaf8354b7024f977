/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_SWEEP_H
#define SWEEP_SWEEP_H

/*
 * A sweep: for each model its throughput against connections, its latency
 * against the offered rate, and the highest rate that meets an SLO.
 *
 * Each phase is a list of cells over all models, run in rounds, each round in
 * a random order of its own, so that what changes on the machine with time
 * falls on all models alike. The order depends on the seed alone, but for what
 * the phases before have measured.
 */
#include "../plan.h"
#include "../progress.h"
#include "../rng.h"
#include "options.h"
#include "search.h"
#include "usl.h"

enum { SWEEP_ROWS_MAX = 2 * SELECTION_MAX, SWEEP_REASON = 320 };

/* What is known of a model, or of an outside server. What is not yet, is NAN, 0 or "". */
struct sweep_row {
	struct contender contender;

	double peak_per_s;              /* the highest throughput in a closed loop */
	unsigned peak_connections;      /* where that was */
	unsigned curve_connections;     /* of the latency curve and the search */
	char peak_reason[SWEEP_REASON]; /* why there is no peak */

	struct search search;
	bool searched;                 /* it is over */
	char slo_reason[SWEEP_REASON]; /* why there is no rate, or it is not confirmed */

	struct usl usl;
	bool has_usl;
	char usl_reason[SWEEP_REASON];
};

struct sweep {
	const struct sweep_options *options;

	/* As trial_process; another one in tests. */
	json_t *(*trial)(
		const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop);
	const volatile int *stop;          /* end after the trial that runs, which is killed */
	void (*keep)(struct sweep *sweep); /* called after each trial, to save root; may be NULL */

	json_t *root; /* the results; cells are added to them */
	struct sweep_row rows[SWEEP_ROWS_MAX];
	size_t row_count;
	struct rng rng;
	struct progress progress;
	size_t done, expected;                /* trials */
	double ceilings_per_s[SELECTION_MAX]; /* of the load by number of connections; 0: unknown */
	int64_t saved_ns;                     /* for keep */
};

/* Ready for sweep_run. Large: not for the stack of a small thread. */
void sweep_init(struct sweep *sweep, const struct sweep_options *options);

/*
 * Measure. root then has the cells, rows what they come to, but for the USL.
 * 0; -ENOMEM; -EINTR where *stop was set.
 */
int sweep_run(struct sweep *sweep);

/* Fit the scalability law to each row's closed loops. 0 or -EINTR. */
int sweep_fit(struct sweep *sweep);

/*
 * Of cells of one model in closed loops, the one with the highest throughput;
 * NULL where none is ok. *curve_connections is how many connections its latency
 * curve has: where the peak was, but at least 10 where the model can.
 */
const json_t *sweep_peak(const json_t *cells, const char *model, unsigned *curve_connections);

/* Set the results' "sweep" from the rows. */
void sweep_describe(const struct sweep *sweep);

/* Whether a cell is a closed loop. */
bool is_closed_loop(const json_t *cell);

/*
 * Whether the cell failed, and not because it could not be done here or
 * because more was offered than the server can answer.
 */
bool cell_failed(const json_t *cell);

#endif
