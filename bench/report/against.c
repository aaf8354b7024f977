/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdbool.h>

#include "../compare/compare_view.h"
#include "../measure.h"
#include "page.h"

typedef void teller(const struct comparison_view *view, FILE *out);

static const char *mark(const struct comparison_view *view)
{
	return view->forced ? "Forced: " : "";
}

static void put_paragraph(const struct comparison_view *view, teller *tell, struct html *html)
{
	fprintf(html->out, "<p>%s", mark(view));
	tell(view, html->text);
	fputs("</p>\n", html->out);
}

static void tell_runs(const struct comparison_view *view, FILE *out)
{
	fprintf(out, "Old: %s (", view->old_path);
	view_run(view->before, out);
	fprintf(out, "); new: %s (", view->new_path);
	view_run(view->after, out);
	fputs("). ", out);
	view_builds(view, out);
}

static void tell_result(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	fprintf(out, "%zu worse, %zu better, %zu no longer ok. ", compared->verdicts[VERDICT_WORSE],
		compared->verdicts[VERDICT_BETTER], compared->states[CELL_FAILS]);
	view_counts(view, out);
}

static void put_differences(const struct comparison_view *view, struct html *html)
{
	const json_t *difference;
	size_t i;

	if (!view->forced)
		return;
	fputs("<div class=\"warning\"><h3>These runs differ by more than their "
	      "programs</h3><ul>\n",
		html->out);
	json_array_foreach(view->differences, i, difference)
	{
		fputs("<li>", html->out);
		fputs(json_string_value(difference), html->text);
		fputs("</li>\n", html->out);
	}
	fputs("</ul></div>\n", html->out);
}

static void put_failures(const struct comparison_view *view, struct html *html)
{
	const struct compared *compared = view->compared;

	if (compared->states[CELL_FAILS] == 0)
		return;
	fprintf(html->out, "<p>%sWere ok and no longer are:</p>\n<ul>\n", mark(view));
	for (size_t i = 0; i < compared->states[CELL_FAILS]; i++) {
		const json_t *after = compared->pairs[i].after;
		fputs("<li>", html->out);
		view_cell(&compared->pairs[i], "", html->text);
		fprintf(html->text, ": %s: %s", text_at(after, "status"), text_at(after, "reason"));
		fputs("</li>\n", html->out);
	}
	fputs("</ul>\n", html->out);
}

static void put_number(double number, const char *text, struct html *html)
{
	if (isnan(number))
		fputs("<td>", html->out);
	else
		fprintf(html->out, "<td data-v=\"%.6g\">", number);
	fputs(text, html->text);
	fputs("</td>", html->out);
}

static void put_row(const struct comparison_view *view, const struct cell_pair *pair,
	const struct comparison *comparison, struct html *html)
{
	const struct measure *measure = comparison->measure;
	const char *class = comparison->verdict == VERDICT_WORSE ? " class=\"worst\""
		: comparison->verdict == VERDICT_BETTER          ? " class=\"best\""
								 : "";
	char text[64];

	fputs("<tr><th scope=\"row\">", html->out);
	view_cell(pair, "", html->text);
	fprintf(html->out, "</th><td>%s</td>", measure->label);
	put_number(comparison->old_median, measure_format(measure, comparison->old_median, text),
		html);
	put_number(comparison->new_median, measure_format(measure, comparison->new_median, text),
		html);
	put_number(comparison->ratio, view_ratio(comparison, text), html);
	put_number(comparison->adjusted, view_p(comparison->adjusted, text), html);
	fprintf(html->out, "<td%s>%s%s</td></tr>\n", class, mark(view),
		verdict_text(comparison->verdict));
}

/* The comparisons in which something changed, or all others. */
static void put_table(const struct comparison_view *view, bool changed, struct html *html)
{
	const struct compared *compared = view->compared;
	const char *caption = changed ? "Worse or better, the worst first" : "All the rest";

	fprintf(html->out,
		"<div class=\"scroll\" role=\"group\" aria-label=\"%s\">"
		"<table class=\"against sortable\"><caption><span>%s</span></caption>\n<thead><tr>"
		"<th scope=\"col\" data-sort=\"text\">Cell</th>"
		"<th scope=\"col\" data-sort=\"text\">Measure</th>"
		"<th scope=\"col\" data-sort=\"number\">Old</th>"
		"<th scope=\"col\" data-sort=\"number\">New</th>"
		"<th scope=\"col\" data-sort=\"number\">Ratio</th>"
		"<th scope=\"col\" data-sort=\"number\">p</th>"
		"<th scope=\"col\" data-sort=\"text\">Verdict</th></tr></thead>\n<tbody>\n",
		caption, caption);
	for (size_t i = 0; i < compared->count; i++)
		for (size_t k = 0; k < compared->pairs[i].count; k++)
			if (is_changed(&compared->pairs[i].comparisons[k]) == changed)
				put_row(view, &compared->pairs[i],
					&compared->pairs[i].comparisons[k], html);
	fputs("</tbody></table></div>\n", html->out);
}

static void put_others(const struct comparison_view *view, struct html *html)
{
	const struct compared *compared = view->compared;

	for (enum cell_state state = CELL_MENDED; state < CELL_STATES; state++) {
		if (compared->states[state] == 0)
			continue;
		fprintf(html->out, "<p>%s", mark(view));
		view_cells(view, state, html->text);
		fputs("</p>\n", html->out);
	}
	if (compared->verdicts[VERDICT_SAME] + compared->verdicts[VERDICT_TOO_FEW] +
			compared->verdicts[VERDICT_NO_VALUE] ==
		0)
		return;
	fputs("<details><summary>Not shown to have changed</summary>\n", html->out);
	put_table(view, false, html);
	fputs("</details>\n", html->out);
}

int page_against(const struct report *report, struct html *html)
{
	const struct comparison_view *view = report->view;

	if (!view)
		return 0;
	fputs("<section id=\"against\"><h2>Against an older run</h2>\n", html->out);
	put_differences(view, html);
	put_paragraph(view, tell_result, html);
	put_paragraph(view, tell_runs, html);
	put_failures(view, html);
	if (view->compared->verdicts[VERDICT_WORSE] + view->compared->verdicts[VERDICT_BETTER] > 0)
		put_table(view, true, html);
	put_others(view, html);
	put_paragraph(view, view_legend, html);
	fputs("</section>\n", html->out);
	return 0;
}
