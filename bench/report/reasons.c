/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "page.h"

/* A place in the cells of a report, group by group. */
struct place {
	size_t group, cell;
};

static const json_t *cell_at(const struct report *report, struct place place)
{
	return report->groups->list[place.group].cells[place.cell];
}

/* Go on to the next cell, the first for a place before the first. False after the last. */
static bool next_place(const struct report *report, struct place *place)
{
	place->cell++;
	while (place->group < report->groups->count &&
		place->cell >= report->groups->list[place->group].cell_count) {
		place->group++;
		place->cell = 0;
	}
	return place->group < report->groups->count;
}

static const struct place before_first = { 0, (size_t)-1 };

/* Whether two cells are told in one line: the same happened to the same model. */
static bool is_alike(const json_t *one, const json_t *other)
{
	return !cell_ok(other) && strcmp(report_status(one), report_status(other)) == 0 &&
		strcmp(text_at(one, "model"), text_at(other, "model")) == 0 &&
		strcmp(text_at(one, "reason"), text_at(other, "reason")) == 0;
}

static bool is_told_before(const struct report *report, struct place place)
{
	const json_t *cell = cell_at(report, place);

	for (struct place at = before_first; next_place(report, &at);) {
		if (at.group == place.group && at.cell == place.cell)
			return false;
		if (is_alike(cell, cell_at(report, at)))
			return true;
	}
	return false;
}

/* Every place of what happened: "echo at 10, 100; http at 10". */
static void put_places(const struct report *report, const json_t *cell, FILE *out)
{
	size_t last = report->groups->count;

	for (struct place at = before_first; next_place(report, &at);) {
		const json_t *other = cell_at(report, at);
		if (!is_alike(cell, other))
			continue;
		if (at.group == last)
			fputs(", ", out);
		else
			fprintf(out, "%s%s at ", last < report->groups->count ? "; " : "",
				report->labels[at.group]);
		last = at.group;
		fprintf(out, "%" JSON_INTEGER_FORMAT,
			json_integer_value(json_object_get(other, "concurrency")));
	}
}

static void put_row(const struct report *report, const json_t *cell, struct html *html)
{
	fputs("<tr><th scope=\"row\">", html->out);
	fputs(report_status(cell), html->text);
	fputs("</th><td>", html->out);
	fputs(text_at(cell, "model"), html->text);
	fputs("</td><td>", html->out);
	put_places(report, cell, html->text);
	fputs("</td><td>", html->out);
	fputs(text_at(cell, "reason"), html->text);
	fputs("</td></tr>\n", html->out);
}

/* Those that are unavailable, or all others. */
static void put_rows(const struct report *report, bool unavailable, struct html *html)
{
	for (struct place at = before_first; next_place(report, &at);) {
		const json_t *cell = cell_at(report, at);
		if (!cell_ok(cell) && !is_told_before(report, at) &&
			(strcmp(report_status(cell), "unavailable") == 0) == unavailable)
			put_row(report, cell, html);
	}
}

static bool all_ok(const struct report *report)
{
	for (struct place at = before_first; next_place(report, &at);)
		if (!cell_ok(cell_at(report, at)))
			return false;
	return true;
}

int page_reasons(const struct report *report, struct html *html)
{
	if (all_ok(report)) {
		fputs("<p>Every cell has a result.</p>\n", html->out);
		return 0;
	}
	fputs("<div class=\"scroll\" role=\"group\" aria-label=\"Without a result\">"
	      "<table class=\"reasons sortable\"><caption><span>Cells without a result, and why: "
	      "what is "
	      "alike in one row</span></caption>\n<thead><tr>"
	      "<th scope=\"col\" data-sort=\"text\">Status</th>"
	      "<th scope=\"col\" data-sort=\"text\">Model</th>"
	      "<th scope=\"col\" data-sort=\"text\">Workload at concurrency</th>"
	      "<th scope=\"col\" data-sort=\"text\">Reason</th></tr></thead>\n<tbody>\n",
		html->out);
	put_rows(report, false, html);
	put_rows(report, true, html); /* what a model cannot do is no fault, so it comes last */
	fputs("</tbody></table></div>\n", html->out);
	return 0;
}
