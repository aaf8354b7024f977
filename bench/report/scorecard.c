/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../plot_table.h"
#include "../rank.h"
#include "../table.h"
#include "../workloads/workload.h"
#include "page.h"

/* The models of all groups, in order of appearance, to be freed. NULL without memory. */
static const char **all_models(const struct groups *groups)
{
	size_t most = 1, count = 0;

	for (size_t i = 0; i < groups->count; i++)
		most += groups->list[i].model_count;
	const char **models = calloc(most, sizeof(const char *));
	for (size_t i = 0; models && i < groups->count; i++) {
		for (size_t m = 0; m < groups->list[i].model_count; m++) {
			size_t k = 0;
			while (k < count && strcmp(models[k], groups->list[i].models[m]) != 0)
				k++;
			models[k] = groups->list[i].models[m];
			count += k == count;
		}
	}
	return models;
}

static void put_cell(const struct group *group, const json_t *cell, struct html *html)
{
	static const struct {
		const char *class, *sign, *word;
	} marks[] = {
		[MARK_NONE] = { "", "", "" },
		[MARK_BEST] = { " class=\"best\"", "▲ ", " best" },
		[MARK_WORST] = { " class=\"worst\"", "▼ ", " worst" },
	};
	char text[16];

	if (!cell || !cell_ok(cell)) {
		fprintf(html->out, "<td class=\"none\">%s</td>", cell ? report_status(cell) : "–");
		return;
	}
	enum rank_mark mark = rank_mark(group, cell);
	fprintf(html->out, "<td%s>", marks[mark].class);
	if (mark != MARK_NONE)
		fprintf(html->out, "<span aria-hidden=\"true\">%s</span>", marks[mark].sign);
	fputs(format_number(cell_estimate(cell, "throughput_per_s").median, text), html->text);
	if (mark != MARK_NONE)
		fprintf(html->out, "<span class=\"unseen\">%s</span>", marks[mark].word);
	fputs("</td>", html->out);
}

static void put_row(
	const struct report *report, size_t i, const char *const *models, struct html *html)
{
	const struct group *group = &report->groups->list[i];
	json_int_t concurrency = plot_concurrency(group);

	fprintf(html->out, "<tr><th scope=\"row\"><a href=\"#workload-%zu\">", i + 1);
	fputs(report->labels[i], html->text);
	fputs("</a> <span class=\"unit\">", html->out);
	fprintf(html->text, "%s/s at %" JSON_INTEGER_FORMAT "%s", group_operation(group),
		concurrency, group_demonstration(group) ? ", a demonstration" : "");
	fputs("</span></th>", html->out);
	for (; *models; models++)
		put_cell(group, group_cell(group, *models, concurrency), html);
	fputs("</tr>\n", html->out);
}

/* Whether children are what is measured, and blocking has a number for having none in flight. */
static bool blocking_calls(const struct group *group)
{
	const struct workload *workload = workload_find(group->workload);
	const json_t *cell = group_cell(group, "blocking", plot_concurrency(group));

	return workload && workload->kind == WORKLOAD_STRUCTURE && cell && cell_ok(cell);
}

static void put_note(const struct report *report, struct html *html)
{
	static const char note[] = "<p>blocking calls its children in turn, as functions, and "
				   "pays for no concurrency in ";
	bool some = false;

	for (size_t i = 0; i < report->groups->count; i++) {
		if (!blocking_calls(&report->groups->list[i]))
			continue;
		fputs(some ? ", " : note, html->out);
		fputs(report->labels[i], html->text);
		some = true;
	}
	fputs(some ? ".</p>\n" : "", html->out);
}

int page_scorecard(const struct report *report, struct html *html)
{
	const char **models = all_models(report->groups);

	if (!models)
		return -ENOMEM;
	fputs("<div class=\"scroll\" role=\"group\" aria-label=\"Scorecard\">"
	      "<table class=\"scorecard\"><caption><span>Throughput of each workload, model by "
	      "model, at "
	      "the highest concurrency at which most models have a result</span></caption>\n"
	      "<thead><tr><th scope=\"col\">Workload</th>",
		html->out);
	for (const char **model = models; *model; model++) {
		fputs("<th scope=\"col\">", html->out);
		fputs(*model, html->text);
		fputs("</th>", html->out);
	}
	fputs("</tr></thead>\n<tbody>\n", html->out);
	for (size_t i = 0; i < report->groups->count; i++)
		put_row(report, i, models, html);
	fputs("</tbody></table></div>\n", html->out);
	put_note(report, html);
	free(models);
	return 0;
}
