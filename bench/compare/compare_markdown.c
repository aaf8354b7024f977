/* SPDX-License-Identifier: MIT */
#include "compare_view.h"

#include <stdlib.h>

#include "../cells.h"
#include "../markdown.h"
#include "../measure.h"

/* What each line of text or row of a table begins with. */
static const char *mark(const struct comparison_view *view)
{
	return view->forced ? "! forced: " : "";
}

typedef void teller(const struct comparison_view *view, FILE *out);

/* Print a paragraph of what is told, where it is anything. */
static void put_paragraph(const struct comparison_view *view, teller *tell, FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *paragraph = open_memstream(&text, &size);

	if (!paragraph)
		return;
	tell(view, paragraph);
	fclose(paragraph);
	if (size > 0) {
		fputs(mark(view), out);
		markdown_text(text, out);
		fputs("\n\n", out);
	}
	free(text);
}

static void tell_runs(const struct comparison_view *view, FILE *out)
{
	fprintf(out, "Old: %s (", view->old_path);
	view_run(view->before, out);
	fprintf(out, "); new: %s (", view->new_path);
	view_run(view->after, out);
	fputs(").", out);
}

static void put_title(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;
	size_t fails = compared->states[CELL_FAILS];
	const json_t *difference;
	size_t i;

	fprintf(out, "### %sconcbench: %zu worse, %zu better", mark(view),
		compared->verdicts[VERDICT_WORSE], compared->verdicts[VERDICT_BETTER]);
	fprintf(out, fails > 0 ? ", %zu no longer ok\n\n" : "\n\n", fails);
	put_paragraph(view, tell_runs, out);
	put_paragraph(view, view_builds, out);
	json_array_foreach(view->differences, i, difference)
	{
		fputs(mark(view), out);
		markdown_text(json_string_value(difference), out);
		fputs("\n\n", out);
	}
}

static void put_name(const struct cell_pair *pair, FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *name = open_memstream(&text, &size);

	if (!name)
		return;
	view_cell(pair, "", name);
	fclose(name);
	markdown_text(text, out);
	free(text);
}

static void put_failures(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	for (size_t i = 0; i < compared->states[CELL_FAILS]; i++) {
		const json_t *after = compared->pairs[i].after;
		fprintf(out, "- %s**", mark(view));
		put_name(&compared->pairs[i], out);
		fputs("** was ok, now ", out);
		markdown_text(text_at(after, "status"), out);
		fputs(": ", out);
		markdown_text(text_at(after, "reason"), out);
		fputc('\n', out);
	}
	if (compared->states[CELL_FAILS] > 0)
		fputc('\n', out);
}

static void put_row(const struct comparison_view *view, const struct cell_pair *pair,
	const struct comparison *comparison, FILE *out)
{
	char text[64];

	fprintf(out, "| %s%s | ", mark(view), verdict_text(comparison->verdict));
	put_name(pair, out);
	fprintf(out, " | %s |", comparison->measure->label);
	fprintf(out, " %s |", measure_format(comparison->measure, comparison->old_median, text));
	fprintf(out, " %s |", measure_format(comparison->measure, comparison->new_median, text));
	fprintf(out, " %s |", view_ratio(comparison, text));
	fprintf(out, " %s |\n", view_p(comparison->adjusted, text));
}

/* The comparisons that changed, or all others. */
static void put_table(const struct comparison_view *view, bool changed, FILE *out)
{
	const struct compared *compared = view->compared;

	fputs("| verdict | cell | | old | new | ratio | p |\n"
	      "|:--|:--|:--|--:|--:|--:|--:|\n",
		out);
	for (size_t i = 0; i < compared->count; i++)
		for (size_t k = 0; k < compared->pairs[i].count; k++)
			if (is_changed(&compared->pairs[i].comparisons[k]) == changed)
				put_row(view, &compared->pairs[i],
					&compared->pairs[i].comparisons[k], out);
	fputc('\n', out);
}

static void put_others(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	for (enum cell_state state = CELL_MENDED; state < CELL_STATES; state++) {
		char *text = NULL;
		size_t size = 0;
		FILE *cells = open_memstream(&text, &size);
		if (!cells)
			return;
		bool any = view_cells(view, state, cells);
		fclose(cells);
		fputs(any ? mark(view) : "", out);
		markdown_text(text, out);
		fputs(any ? "\n\n" : "", out);
		free(text);
	}
	if (compared->verdicts[VERDICT_SAME] + compared->verdicts[VERDICT_TOO_FEW] +
			compared->verdicts[VERDICT_NO_VALUE] >
		0)
		put_table(view, false, out);
}

int compare_markdown(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	put_title(view, out);
	put_failures(view, out);
	if (compared->verdicts[VERDICT_WORSE] + compared->verdicts[VERDICT_BETTER] > 0)
		put_table(view, true, out);
	put_paragraph(view, view_counts, out);
	fprintf(out, "<details%s><summary>%sAll the rest, and how to read it</summary>\n\n",
		view->all ? " open" : "", mark(view));
	put_others(view, out);
	put_paragraph(view, view_legend, out);
	fputs("</details>\n", out);
	return 0;
}
