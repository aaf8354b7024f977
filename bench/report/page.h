/* SPDX-License-Identifier: MIT */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

/* The page: what it is made of, and its parts, each of which stands in the frame by its name. */
#include <jansson.h>

#include "../cells.h"
#include "../plot_draw.h"
#include "html.h"

struct comparison_view;

/* What a report tells. Everything in it outlives the writing. */
struct report {
	const char *name;   /* of the results file, without folders */
	const json_t *root; /* a loaded result */
	const struct groups *groups;
	char **labels;                      /* of report_labels */
	char *(*pictures)[PLOT_KINDS];      /* of each group, as inline SVG; NULL where not drawn */
	char *symbols;                      /* that the pictures share, as inline SVG; or NULL */
	const struct comparison_view *view; /* of --against, or NULL */
};

/*
 * Write the page: the frame with its parts in it. 0, -ENOMEM, or the -errno of
 * reading the frame; -EBADMSG where it names a part that there is not.
 */
int page_write(const struct report *report, FILE *out);

/* A part. 0 or -errno; errors of the stream are left to page_write. */
typedef int page_part(const struct report *report, struct html *html);

page_part page_machine;   /* what was measured on what: facts, options, warnings */
page_part page_against;   /* this run beside an older one */
page_part page_scorecard; /* workloads by models */
page_part page_workloads; /* a section a workload, with its pictures and their sentences */
page_part page_cells;     /* the table of all cells */
page_part page_reasons;   /* cells without a number, and why */
page_part page_reproduce; /* the command */
page_part page_data;      /* the results for download */

/*
 * A name for each group: its workload, followed by the parameters in which other groups
 * of that workload differ. report_free_labels frees it; NULL without memory.
 */
char **report_labels(const struct groups *groups);

void report_free_labels(char **labels, const struct groups *groups);

/*
 * One sentence on how a group's models compare by a measure, one of those that pictures
 * show, at the concurrency of plot_concurrency, in plain text: it names a model as first
 * only where that is apart from all others. 0 or -ENOMEM.
 */
int report_sentence(const struct group *group, const char *measure, FILE *out);

/* What a cell is, in a word: its status, or "not run". */
const char *report_status(const json_t *cell);

#endif
