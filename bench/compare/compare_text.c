/* SPDX-License-Identifier: MIT */
#include "compare_view.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "../screen.h"
#include "../table.h"

enum {
	LINE_WIDTH = 79,
	LABEL_WIDTH = 14,
	VALUE_WIDTH = 8,
	RATIO_WIDTH = 21,
	P_WIDTH = 7,
};

/* What each line begins with. */
static const char *mark(const struct comparison_view *view)
{
	return view->forced ? "! forced: " : "";
}

/* Print a text in lines that fit, each marked, words whole. */
static void put_wrapped(const struct comparison_view *view, const char *text, FILE *out)
{
	int start = fprintf(out, "%s", mark(view)), column = start;

	while (*text) {
		int size = (int)strcspn(text, " ");
		if (column > start && column + 1 + size > LINE_WIDTH)
			column = start = fprintf(out, "\n%s  ", mark(view)) - 1;
		column += fprintf(out, "%s%.*s", column > start ? " " : "", size, text);
		text += size + (text[size] == ' ');
	}
	fputc('\n', out);
}

/* A text that is being made, for put_wrapped. */
struct text {
	char *bytes;
	size_t size;
	FILE *out;
};

static bool text_open(struct text *text)
{
	*text = (struct text){ 0 };
	text->out = open_memstream(&text->bytes, &text->size);
	return text->out;
}

static void text_put(struct text *text, const struct comparison_view *view, FILE *out)
{
	fclose(text->out);
	for (char *c = text->bytes; *c; c++)
		*c = (unsigned char)*c < ' ' ? ' '
					     : *c; /* what a file says stays on marked lines */
	if (text->size > 0)
		put_wrapped(view, text->bytes, out);
	free(text->bytes);
}

static void put_heading(const struct comparison_view *view, FILE *out)
{
	const json_t *difference;
	struct text text;
	size_t i;

	if (text_open(&text)) {
		fprintf(text.out, "old: %s, ", view->old_path);
		view_run(view->before, text.out);
		text_put(&text, view, out);
	}
	if (text_open(&text)) {
		fprintf(text.out, "new: %s, ", view->new_path);
		view_run(view->after, text.out);
		text_put(&text, view, out);
	}
	if (text_open(&text)) {
		view_builds(view, text.out);
		text_put(&text, view, out);
	}
	json_array_foreach(view->differences, i, difference)
		put_wrapped(view, json_string_value(difference), out);
	fputc('\n', out);
}

static bool is_shown(const struct comparison_view *view, const struct comparison *comparison)
{
	return view->all || is_changed(comparison);
}

static void put_columns(const struct comparison_view *view, FILE *out)
{
	fputs(view->forced ? mark(view) : "  ", out);
	table_put(out, "", LABEL_WIDTH);
	table_put(out, "old", VALUE_WIDTH);
	table_put(out, "new", VALUE_WIDTH);
	table_put(out, "ratio", RATIO_WIDTH);
	if (!view->forced)
		table_put(out, "p", P_WIDTH);
	fputs("verdict\n", out);
}

static void put_verdict(enum verdict verdict, bool colours, FILE *out)
{
	const char *colour = !colours       ? ""
		: verdict == VERDICT_WORSE  ? SCREEN_BAD
		: verdict == VERDICT_BETTER ? SCREEN_GOOD
					    : "";

	fprintf(out, "%s%s%s\n", colour, verdict_text(verdict), *colour ? SCREEN_PLAIN : "");
}

/* Marked lines have no room for p, which the other formats have. */
static void put_comparison(
	const struct comparison_view *view, const struct comparison *comparison, FILE *out)
{
	char text[64];

	fputs(view->forced ? mark(view) : "  ", out);
	table_put(out, comparison->measure->label, LABEL_WIDTH);
	table_put(out, measure_format(comparison->measure, comparison->old_median, text),
		VALUE_WIDTH);
	table_put(out, measure_format(comparison->measure, comparison->new_median, text),
		VALUE_WIDTH);
	table_put(out, view_ratio(comparison, text), RATIO_WIDTH);
	if (!view->forced)
		table_put(out, view_p(comparison->adjusted, text), P_WIDTH);
	put_verdict(comparison->verdict, view->colours, out);
}

static void put_name(const struct comparison_view *view, const struct cell_pair *pair, FILE *out)
{
	struct text text;

	if (!text_open(&text))
		return;
	view_cell(pair, "", text.out);
	if (pair->state == CELL_FAILS)
		fprintf(text.out, ": was ok, now %s: %s", text_at(pair->after, "status"),
			text_at(pair->after, "reason"));
	text_put(&text, view, out);
}

static void put_pair(const struct comparison_view *view, const struct cell_pair *pair, FILE *out)
{
	bool named = false;

	for (size_t i = 0; i < pair->count; i++) {
		if (!is_shown(view, &pair->comparisons[i]))
			continue;
		if (!named)
			put_name(view, pair, out);
		named = true;
		put_comparison(view, &pair->comparisons[i], out);
	}
}

static bool has_rows(const struct comparison_view *view)
{
	const struct compared *compared = view->compared;

	return compared->verdicts[VERDICT_WORSE] + compared->verdicts[VERDICT_BETTER] > 0 ||
		(view->all && compared->tests + compared->verdicts[VERDICT_NO_VALUE] > 0);
}

static void put_rest(const struct comparison_view *view, FILE *out)
{
	struct text text;

	if (text_open(&text)) {
		view_counts(view, text.out);
		text_put(&text, view, out);
	}
	for (enum cell_state state = CELL_MENDED; state < CELL_STATES; state++) {
		if (!text_open(&text))
			continue;
		view_cells(view, state, text.out);
		text_put(&text, view, out);
	}
	if (!text_open(&text))
		return;
	if (has_rows(view))
		view_legend(view, text.out);
	else if (!view->all && view->compared->tests > 0)
		fputs("--all shows them.", text.out);
	text_put(&text, view, out);
}

int compare_text(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	put_heading(view, out);
	for (size_t i = 0; i < compared->states[CELL_FAILS]; i++)
		put_name(view, &compared->pairs[i], out);
	if (has_rows(view)) {
		put_columns(view, out);
		for (size_t i = 0; i < compared->count; i++)
			put_pair(view, &compared->pairs[i], out);
		fputc('\n', out);
	}
	put_rest(view, out);
	return 0;
}
