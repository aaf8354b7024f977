/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../markdown.h"
#include "gate_rows.h"
#include "gate_words.h"
#include "outputs.h"

/* GitHub takes no comment of more than 65,536 characters, and nobody reads that far. */
enum { CHANGED_MAX = 100 };

struct page {
	const json_t *gate;
	const struct gate_rows *rows;
	FILE *out;
};

static void put_cell_name(const struct page *page, const json_t *cell)
{
	char *name = gate_cell_name(page->gate, cell);

	markdown_text(name ? name : "?", page->out);
	if (gate_cell_control(cell))
		fputs(" (control)", page->out);
	free(name);
}

static void put_heading(const struct page *page)
{
	char *text = NULL;
	size_t size;
	FILE *line = open_memstream(&text, &size);

	fprintf(page->out, "<!-- concbench gate -->\n## concbench gate: %s\n\n",
		gate_verdict_word(page->gate));
	if (!line)
		return;
	gate_verdict_sentence(page->gate, &page->rows->counts, line);
	fputs(".", line);
	if (*text_at(page->gate, "reason"))
		fprintf(line, " Reason: %s.", text_at(page->gate, "reason"));
	fclose(line);
	markdown_text(text, page->out);
	fputs("\n\n", page->out);
	free(text);
}

static void put_broken(const struct page *page)
{
	const json_t *cell;
	size_t i;

	json_array_foreach(json_object_get(page->gate, "cells"), i, cell)
	{
		char *text = gate_broken(cell);
		if (!text)
			continue;
		fputs("- **broken**: ", page->out);
		put_cell_name(page, cell);
		fputs(": ", page->out);
		markdown_text(text, page->out);
		putc('\n', page->out);
		free(text);
	}
	if (page->rows->counts.broken > 0)
		putc('\n', page->out);
}

/* "regression"; "inconclusive: 210 pairs would do". */
static void put_verdict(const struct gate_row *row, FILE *out)
{
	double needed = number_at(row->metric, "pairs_needed");

	markdown_text(text_at(row->metric, "verdict"), out);
	if (row->verdict == GATE_INCONCLUSIVE && !isnan(needed))
		fprintf(out, ": %g pairs would do", needed);
}

static void put_changed_row(const struct page *page, const struct gate_row *row)
{
	char text[GATE_TEXT_MAX];
	FILE *out = page->out;

	fputs("| ", out);
	put_cell_name(page, row->cell);
	fputs(" | ", out);
	markdown_text(gate_metric_word(row->metric), out);
	fputs(" | ", out);
	markdown_text(gate_value(row->metric, "base", text), out);
	fputs(" | ", out);
	markdown_text(gate_value(row->metric, "head", text), out);
	fprintf(out, row->verdict == GATE_REGRESSION ? " | **%s** | " : " | %s | ",
		gate_row_change(row, text));
	fprintf(out, "%s%s | ", gate_threshold(row->metric, text),
		gate_row_raised(row, page->gate) ? " (noise)" : "");
	if (row->verdict == GATE_REGRESSION)
		markdown_text(gate_p(row->metric, text), out);
	fputs(" | ", out);
	put_verdict(row, out);
	fputs(" |\n", out);
}

static void put_changed(const struct page *page)
{
	size_t changed = 0;

	while (changed < page->rows->count && page->rows->list[changed].verdict <= GATE_IMPROVEMENT)
		changed++;
	if (changed == 0)
		return;
	fputs("| cell | metric | base | head | worse by | limit | p | verdict |\n"
	      "|:--|:--|--:|--:|--:|--:|--:|:--|\n",
		page->out);
	for (size_t i = 0; i < changed && i < CHANGED_MAX; i++)
		put_changed_row(page, &page->rows->list[i]);
	putc('\n', page->out);
	if (changed > CHANGED_MAX)
		fprintf(page->out, "And %zu more, in gate.json.\n\n", changed - CHANGED_MAX);
}

/* A cell's change in a metric: bold where worse, in parentheses where not gated. */
static void put_change(const struct page *page, const json_t *metric)
{
	char text[GATE_TEXT_MAX];

	fputs(" | ", page->out);
	if (!metric)
		return;
	const struct gate_row *row = gate_rows_find(page->rows, metric);
	const char *change = gate_row_middle(row, text);
	const char *noise = gate_row_raised(row, page->gate) ? " (noise)" : "";
	if (row->verdict == GATE_REGRESSION)
		fprintf(page->out, "**%s**%s", change, noise);
	else if (row->verdict == GATE_NOT_GATED)
		fprintf(page->out, "(%s)", change);
	else
		fprintf(page->out, "%s%s", change, noise);
}

static void put_all(const struct page *page)
{
	const json_t *metrics[GATE_METRICS_MAX], *cells = json_object_get(page->gate, "cells"),
						 *cell;
	size_t i, m, count = gate_metrics(page->gate, metrics);

	fprintf(page->out, "<details><summary>All cells: %zu</summary>\n\n| cell | pairs",
		json_array_size(cells));
	for (m = 0; m < count; m++) {
		fputs(" | ", page->out);
		markdown_text(gate_metric_word(metrics[m]), page->out);
	}
	fputs(" |\n|:--|--:", page->out);
	for (m = 0; m < count; m++)
		fputs("|--:", page->out);
	fputs("|\n", page->out);
	json_array_foreach(cells, i, cell)
	{
		fputs("| ", page->out);
		put_cell_name(page, cell);
		fprintf(page->out, " | %g", number_at(cell, "pairs"));
		for (m = 0; m < count; m++)
			put_change(page, gate_cell_metric(cell, text_at(metrics[m], "name")));
		fputs(" |\n", page->out);
	}
	fputs("\nWorse by: + is slower, or more of it. In bold: a regression. In parentheses: not "
	      "gated.\nWhere \"noise\" stands the limit is above the one asked for, because "
	      "launches of "
	      "the same program differ by as much in that cell.\n\n</details>\n\n",
		page->out);
}

static void put_fact(const char *before, const char *text, FILE *out)
{
	if (!*text)
		return;
	fputs(before, out);
	markdown_text(text, out);
}

static void put_arm(const struct page *page, const char *arm)
{
	const json_t *what = json_object_get(page->gate, arm);

	fprintf(page->out, "- %s: ", arm);
	markdown_text(text_at(what, "name"), page->out);
	put_fact(", commit ", text_at(what, "git"), page->out);
	putc('\n', page->out);
}

static void put_origin(const struct page *page)
{
	const json_t *machine = json_object_get(page->gate, "environment");
	const json_t *notes = json_object_get(page->gate, "notes"), *note;
	char text[GATE_TEXT_MAX];
	size_t i;

	put_arm(page, "base");
	put_arm(page, "head");
	json_array_foreach(notes, i, note)
	{
		put_fact("- ", json_is_string(note) ? json_string_value(note) : "?", page->out);
		putc('\n', page->out);
	}
	fprintf(page->out, "- took %s", gate_duration(number_at(page->gate, "elapsed_s"), text));
	if (!isnan(number_at(machine, "cores")))
		fprintf(page->out, " on %g cores", number_at(machine, "cores"));
	put_fact(" of ", text_at(machine, "cpu"), page->out);
	put_fact(", ", text_at(machine, "kernel"), page->out);
	fprintf(page->out, ", seed %.0f\n",
		number_at(json_object_get(page->gate, "options"), "seed"));
}

void gate_markdown(const json_t *gate, FILE *out)
{
	struct gate_rows rows;
	struct page page = { .gate = gate, .rows = &rows, .out = out };

	if (gate_rows_init(&rows, gate) != 0)
		return;
	put_heading(&page);
	put_broken(&page);
	put_changed(&page);
	put_all(&page);
	put_origin(&page);
	gate_rows_free(&rows);
}
