/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../screen.h"
#include "../table.h"
#include "gate_rows.h"
#include "gate_words.h"
#include "outputs.h"

enum { NAME_WIDTH = 18, VALUE_WIDTH = 9, CHANGE_WIDTH = 22, LIMIT_WIDTH = 7 };

/* What the sections have in common. */
struct page {
	const json_t *gate;
	const struct gate_rows *rows;
	FILE *out;
	bool raised;        /* whether a threshold was shown that noise had raised */
	const char *reason; /* the last that was printed, not to repeat it */
};

/* "  primes threads c=64, 20 pairs, control" */
static int put_cell(const struct page *page, const json_t *cell)
{
	char *name = gate_cell_name(page->gate, cell);
	int column = fprintf(page->out, "  %s", name ? name : "?");

	free(name);
	if (number_at(cell, "pairs") > 0)
		column += fprintf(page->out, ", %g pair%s", number_at(cell, "pairs"),
			number_at(cell, "pairs") == 1 ? "" : "s");
	if (gate_cell_control(cell))
		column += fprintf(page->out, ", control");
	return column;
}

static void put_reason(struct page *page, const char *reason)
{
	if (!*reason || strcmp(reason, page->reason) == 0)
		return;
	page->reason = reason;
	fputs("      ", page->out);
	table_wrap(page->out, reason, 6);
}

static void put_row(struct page *page, const struct gate_row *row)
{
	char text[GATE_TEXT_MAX], limit[GATE_TEXT_MAX + 1];
	double needed = number_at(row->metric, "pairs_needed");
	bool raised = gate_row_raised(row, page->gate);
	FILE *out = page->out;

	fputs("    ", out);
	table_put(out, gate_metric_word(row->metric), NAME_WIDTH);
	table_put(out, gate_value(row->metric, "base", text), VALUE_WIDTH);
	table_put(out, gate_value(row->metric, "head", text), VALUE_WIDTH);
	table_put(out, gate_row_change(row, text), CHANGE_WIDTH);
	snprintf(limit, sizeof limit, "%s%s", gate_threshold(row->metric, text), raised ? "*" : "");
	table_put(out, limit, row->verdict == GATE_IMPROVEMENT ? 0 : LIMIT_WIDTH);
	if (row->verdict == GATE_REGRESSION)
		fputs(gate_p(row->metric, text), out);
	else if (!isnan(needed))
		fprintf(out, "%g pairs", needed);
	fputc('\n', out);
	page->raised |= raised;
	put_reason(page, text_at(row->metric, "reason"));
}

static void put_head(FILE *out, const char *title, const char *last)
{
	fputc('\n', out);
	table_put(out, title, 4 + NAME_WIDTH);
	table_put(out, "base", VALUE_WIDTH);
	table_put(out, "head", VALUE_WIDTH);
	table_put(out, "worse by", CHANGE_WIDTH);
	table_put(out, "limit", *last ? LIMIT_WIDTH : 0);
	fprintf(out, "%s\n", last);
}

/* All metrics of one verdict, under the cells they are of. */
static void put_section(
	struct page *page, enum gate_verdict verdict, const char *title, const char *last)
{
	const json_t *cell = NULL;

	page->reason = "";
	for (size_t i = 0; i < page->rows->count; i++) {
		const struct gate_row *row = &page->rows->list[i];
		if (row->verdict != verdict)
			continue;
		if (!cell)
			put_head(page->out, title, last);
		if (row->cell != cell) {
			put_cell(page, row->cell);
			fputc('\n', page->out);
		}
		cell = row->cell;
		put_row(page, row);
	}
}

static void put_broken(const struct page *page)
{
	const json_t *cell;
	size_t i;

	if (page->rows->counts.broken > 0)
		fputs("\nBroken\n", page->out);
	json_array_foreach(json_object_get(page->gate, "cells"), i, cell)
	{
		char *text = NULL;
		size_t size;
		FILE *line = gate_cell_broken(cell) ? open_memstream(&text, &size) : NULL;
		if (!line)
			continue;
		gate_broken(cell, line);
		fclose(line);
		int column = put_cell(page, cell);
		column += fprintf(page->out, ": ");
		table_wrap(page->out, text, column);
		free(text);
	}
}

/* "throughput +0.3%, (p99 +12%)", of the cell's metrics that have no place further up. */
static size_t put_quiet_metrics(struct page *page, const json_t *cell, FILE *out)
{
	char text[GATE_TEXT_MAX];
	const json_t *metric;
	size_t i, shown = 0;

	json_array_foreach(json_object_get(cell, "metrics"), i, metric)
	{
		const struct gate_row *row = gate_rows_find(page->rows, metric);
		if (row->verdict < GATE_NO_REGRESSION)
			continue;
		bool gated = row->verdict != GATE_NOT_GATED;
		bool raised = gated && gate_row_raised(row, page->gate);
		page->raised |= raised;
		fprintf(out, "%s%s%s %s%s%s", shown++ > 0 ? ", " : "", gated ? "" : "(",
			gate_metric_word(metric), gate_row_middle(row, text), raised ? "*" : "",
			gated ? "" : ")");
	}
	return shown;
}

static void put_quiet(struct page *page)
{
	const json_t *cell;
	size_t i, cells = 0;

	json_array_foreach(json_object_get(page->gate, "cells"), i, cell)
	{
		char *text = NULL;
		size_t size;
		FILE *line = open_memstream(&text, &size);
		if (!line)
			return;
		size_t shown = put_quiet_metrics(page, cell, line);
		fclose(line);
		if (shown > 0) {
			fputs(cells++ == 0 ? "\nNo regression shown, worse by\n" : "", page->out);
			int column = put_cell(page, cell);
			column += fprintf(page->out, ": ");
			table_wrap(page->out, text, column);
		}
		free(text);
	}
}

static void put_legend(const struct page *page)
{
	char text[GATE_TEXT_MAX];
	double asked = number_at(json_object_get(page->gate, "options"), "threshold");

	fputs("\nWorse by: + is slower, or more of it; in brackets the interval; "
	      "(not gated).\n",
		page->out);
	if (page->raised)
		fprintf(page->out,
			"* its limit is above the %.3g%% asked for: the cell's own noise, between "
			"launches\n  of the same program, is as large.\n",
			100 * asked);
	fprintf(page->out, "Took %s", gate_duration(number_at(page->gate, "elapsed_s"), text));
	fprintf(page->out, ", of that %s of trials.\n",
		gate_duration(number_at(page->gate, "trials_s"), text));
}

/* "" where there are none, or nothing is decided. */
static const char *verdict_colour(const struct page *page)
{
	const char *verdict = text_at(page->gate, "verdict");

	if (!screen_has_colours(page->out))
		return "";
	return strcmp(verdict, "regression") == 0 ? SCREEN_BAD
		: strcmp(verdict, "pass") == 0    ? SCREEN_GOOD
						  : "";
}

static void put_verdict(const struct page *page)
{
	const json_t *gate = page->gate;
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	if (!line)
		return;
	fprintf(line, "%s: ", gate_verdict_word(gate));
	gate_verdict_sentence(gate, &page->rows->counts, line);
	fclose(line);
	const char *colour = verdict_colour(page);
	fputs(colour, page->out);
	table_wrap(page->out, text, 0);
	fputs(*colour ? SCREEN_PLAIN : "", page->out);
	free(text);
	if (*text_at(gate, "reason"))
		table_wrap(page->out, text_at(gate, "reason"), 0);
	fputs("base: ", page->out);
	gate_arm(gate, "base", page->out);
	fputs("\nhead: ", page->out);
	gate_arm(gate, "head", page->out);
	fputc('\n', page->out);
}

static void put_notes(const struct page *page)
{
	const json_t *notes = json_object_get(page->gate, "notes"), *note;
	size_t i;

	json_array_foreach(notes, i, note)
	{
		fputs(i == 0 ? "\nNotes\n" : "", page->out);
		fputs("  ", page->out);
		table_wrap(page->out, json_is_string(note) ? json_string_value(note) : "?", 2);
	}
}

void gate_table(const json_t *gate, FILE *out)
{
	struct gate_rows rows;
	struct page page = { .gate = gate, .rows = &rows, .out = out };

	if (gate_rows_init(&rows, gate) != 0)
		return;
	put_verdict(&page);
	put_broken(&page);
	put_section(&page, GATE_REGRESSION, "Regressions", "p");
	put_section(&page, GATE_INCONCLUSIVE, "Inconclusive", "needs");
	put_section(&page, GATE_IMPROVEMENT, "Improvements", "");
	put_quiet(&page);
	put_notes(&page);
	put_legend(&page);
	gate_rows_free(&rows);
}
