/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_VIEW_H
#define HISTORY_VIEW_H

/* What `concbench history` shows of a history, and how. */
#include <stdio.h>

#include "history.h"

struct history_view {
	const char *dir;                /* of the history */
	const char *workloads, *models; /* lists with commas, or NULL: all */
	const struct measure *measure;
	bool measure_given; /* else it is the usual one, and otava has all */
	bool all;           /* also the cells without a change */
};

/* Whether the view has that cell. */
bool history_selected(const struct history_view *view, const struct history_series *series);

/* Write a name for a cell: "fetch threads c=100 tasks=1000 delay_ms=10". */
void history_put_cell(const json_t *cell, FILE *out);

/* Write the history. 0 or -errno; thread-safe. */
typedef int history_show_fn(
	const struct history *history, const struct history_view *view, FILE *out);

history_show_fn history_show_text; /* a line a cell, below it its changes */
history_show_fn history_show_json;
history_show_fn history_show_otava; /* CSV for Apache Otava, a row a run */

/*
 * Draw a picture for each set of parameters and concurrency of a workload, a
 * panel a model, as PNG and SVG in dir, which is made if missing. An exit
 * status, with what is wrong said on stderr. *stop ends it.
 */
int history_plot(const struct history *history, const struct history_view *view, const char *dir,
	const volatile int *stop);

/*
 * Put a copy of a results file into the folder, which is made if missing, whole
 * or not at all, and say where. One that is there already is not added again.
 * An exit status, with what is wrong said on stderr.
 */
int history_add(const char *file, const char *dir);

#endif
