/* SPDX-License-Identifier: MIT */
#ifndef HISTORY_PICTURE_H
#define HISTORY_PICTURE_H

/*
 * A picture of a history: a panel a model, for a workload with one set of tasks
 * and parameters at one concurrency. plot/README.md lists what its script reads.
 */
#include <stdio.h>

#include "levels.h"
#include "view.h"

struct picture_panel {
	const struct history_series *series;
	struct history_level *levels;
	size_t level_count;
};

struct picture {
	const struct measure *measure;
	struct picture_panel *panels; /* those with a value */
	size_t panel_count;
	double *places; /* along the axis, by a run's rank; NAN: it has none of the cells */
};

/*
 * Gather the picture that a series is in: those of its workload, variant and
 * concurrency which the view has. 0 or -ENOMEM; panel_count 0: none has a value.
 */
int picture_init(struct picture *picture, const struct history *history,
	const struct history_view *view, const struct history_series *of);

void picture_free(struct picture *picture);

/* Whether two series are in one picture. */
bool picture_has_both(const struct history_series *a, const struct history_series *b);

/* Tab-separated: place, value, low, high, kind (0, 1: dirty, 2: failed); a block a panel. */
void picture_put_points(const struct picture *picture, FILE *out);

/* Tab-separated: place, level, as lines; a block a panel. */
void picture_put_levels(const struct picture *picture, FILE *out);

/* Tab-separated: place, the levels before and after, change, verdict; a block a panel. */
void picture_put_changes(const struct picture *picture, FILE *out);

/* The facts, as gnuplot assignments. */
void picture_put_facts(const struct picture *picture, const struct history *history, FILE *out);

#endif
