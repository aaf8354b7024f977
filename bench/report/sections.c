/* SPDX-License-Identifier: MIT */
#include <stdbool.h>

#include "../workloads/workload.h"
#include "page.h"

/* Each picture, and the measure that its sentence is of. */
static const struct {
	const char *title, *measure;
} kinds[PLOT_KINDS] = {
	[PLOT_THROUGHPUT] = { "Throughput against concurrency", "throughput_per_s" },
	[PLOT_BARS] = { "Throughput", "throughput_per_s" },
	[PLOT_LATENCY] = { "Latency", "latency_p99_ns" },
	[PLOT_COST] = { "Cost", "cpu_per_task_s" },
};

static int put_picture(
	const struct report *report, size_t i, enum plot_kind kind, struct html *html)
{
	const struct group *group = &report->groups->list[i];
	const char *svg = report->pictures[i][kind];
	int err;

	if (!svg)
		return 0;
	fprintf(html->out, "<figure><div class=\"scroll\" role=\"group\" aria-label=\"%s of ",
		kinds[kind].title);
	fputs(report->labels[i], html->text);
	fputs("\">", html->out);
	fputs(svg, html->out);
	fprintf(html->out, "</div>\n<figcaption><b>%s.</b> ", kinds[kind].title);
	err = report_sentence(group, kinds[kind].measure, html->text);
	fputs("</figcaption></figure>\n", html->out);
	return err;
}

/* What it does, its parameters, and where its cells are. */
static void put_head(const struct report *report, size_t i, struct html *html)
{
	const struct group *group = &report->groups->list[i];
	const struct workload *workload = workload_find(group->workload);

	fprintf(html->out, "<section id=\"workload-%zu\"><h3>", i + 1);
	fputs(report->labels[i], html->text);
	fputs("</h3>\n<p>", html->out);
	if (workload)
		fprintf(html->text, "What it does: %s. ", workload->summary);
	if (json_object_size(group->params) > 0) {
		fputs("<span class=\"parameters\">", html->out);
		params_print(group->params, ", ", "", html->text);
		fputs("</span>. ", html->out);
	}
	if (group_demonstration(group))
		fputs("<strong>A demonstration: wrong on purpose, so its speed stands for "
		      "nothing.</strong> ",
			html->out);
	fputs("<a href=\"#cells\" data-workload=\"", html->out);
	fputs(report->labels[i], html->text);
	fputs("\">All cells of ", html->out);
	fputs(report->labels[i], html->text);
	fputs("</a></p>\n", html->out);
}

int page_workloads(const struct report *report, struct html *html)
{
	int err = 0;

	for (size_t i = 0; i < report->groups->count && !err; i++) {
		bool drawn = false;
		put_head(report, i, html);
		for (enum plot_kind kind = 0; kind < PLOT_KINDS && !err; kind++) {
			drawn = drawn || report->pictures[i][kind];
			err = put_picture(report, i, kind, html);
		}
		if (!drawn)
			fputs("<p>No cell of it has a result, so there is no picture.</p>\n",
				html->out);
		fputs("</section>\n", html->out);
	}
	return err;
}
