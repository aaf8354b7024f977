/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMPARE_COMPARE_VIEW_H
#define BENCH_COMPARE_COMPARE_VIEW_H

/* How a comparison is told: what all its formats share, and the formats. */
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "compare_cells.h"

/* What is told: two runs and what came of them. */
struct comparison_view {
	const char *old_path, *new_path;
	const json_t *before, *after;
	const struct compared *compared;
	json_t *differences; /* array of text: why these runs are not to be compared */
	bool forced;         /* there are some: each line says so */
	bool all;            /* every comparison, not only where something changed */
	bool colours;        /* of compare_text: on a terminal that has them */
};

/*
 * What keeps two runs from being compared, an array of sentences: machine,
 * options and tasks that differ. To be released; NULL without memory.
 */
json_t *compare_differences(
	const json_t *before, const json_t *after, const struct compared *compared);

/* Say on stderr, as that command, why they are not compared. Returns EXIT_USAGE. */
int compare_refuse(const char *command, const json_t *differences);

/* "git 1a2b3c, 2026-11-21T10:00:00Z". */
void view_run(const json_t *root, FILE *out);

/* How the builds differ in compiler and flags: "compiler: gcc 12 / gcc 13"; nothing where not. */
void view_builds(const struct comparison_view *view, FILE *out);

/* "echo threads c=10 bytes=64", with a backslash before each character of escaped. */
void view_cell(const struct cell_pair *pair, const char *escaped, FILE *out);

/* "0.982 [0.975, 0.991]", or "-". */
const char *view_ratio(const struct comparison *comparison, char text[static 64]);

/* "0.0123", "<0.0001", or "-". */
const char *view_p(double p, char text[static 16]);

/* "worse", "no difference shown", ... */
const char *verdict_text(enum verdict verdict);

/* The same as one word for programs: "no_difference". */
const char *verdict_word(enum verdict verdict);
const char *state_word(enum cell_state state);

/* The sentences of how many there are of each, and of what the verdicts mean. */
void view_counts(const struct comparison_view *view, FILE *out);
void view_legend(const struct comparison_view *view, FILE *out);

/*
 * The cells of a state by name, or by number where they are many, as a sentence
 * that begins with what is said of them; false without any.
 */
bool view_cells(const struct comparison_view *view, enum cell_state state, FILE *out);

/* Whether a comparison is among those that are shown first. */
bool is_changed(const struct comparison *comparison);

/* Write the comparison. 0, or -ENOMEM where it would not be whole. */
typedef int compare_format(const struct comparison_view *view, FILE *out);

compare_format compare_text, compare_markdown, compare_json;

#endif
