/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "../measure.h"
#include "../table.h"
#include "../workloads/workload.h"
#include "page.h"

/* The measures that have a column, with the words of its header. */
static const struct {
	const char *key, *label;
	bool interval; /* is shown; there is no room for all */
	bool per;      /* task, operation or request: which is for the group to say */
} columns[] = {
	{ "throughput_per_s", "Throughput (/s)", true },
	{ "latency_p50_ns", "p50", true },
	{ "latency_p99_ns", "p99", true },
	{ "latency_max_ns", "max" },
	{ "cpu_per_task_s", "CPU", true, true },
	{ "switches_per_task", "Switches", false, true },
	{ "peak_memory_kib", "Memory" },
};

enum { COLUMNS = sizeof columns / sizeof *columns };

const char *report_status(const json_t *cell)
{
	const char *status = text_at(cell, "status");

	return !cell_was_run(cell) && strcmp(status, "failed") == 0 ? "not run" : status;
}

/* Half the width of an interval. */
static void put_half(struct estimate value, FILE *out)
{
	double percent = 50 * (value.high - value.low) / value.median;

	if (percent > 100)
		fputs(" ±>100%", out);
	else if (percent >= 0)
		fprintf(out, " ±%.0f%%", percent);
}

/* What a column is sorted by stands beside it; where that is missing there is none. */
static void put_measure(const struct group *group, const json_t *cell, size_t i, struct html *html)
{
	const struct measure *measure = measure_find(columns[i].key);
	struct estimate value = cell_estimate(cell, measure->key);
	char text[24];

	if (!cell_ok(cell) || isnan(value.median)) {
		fputs("<td></td>", html->out);
		return;
	}
	fprintf(html->out, "<td data-v=\"%.6g\">", value.median);
	if (i == 0)
		fputs(format_number(value.median, text), html->text);
	else
		fputs(measure_format(measure, value.median, text), html->text);
	if (columns[i].per)
		fprintf(html->text, "/%s", group_operation_short(group));
	if (columns[i].interval)
		put_half(value, html->text);
	fputs("</td>", html->out);
}

static void put_figures(const struct group *group, const json_t *cell, FILE *out)
{
	const char *between = "";
	char text[16];

	for (const struct figure *figure = group_figures(group); figure && figure->name; figure++) {
		double median = cell_figure(cell, figure->name).median;
		if (!cell_ok(cell) || isnan(median))
			continue;
		fprintf(out, "%s%s %s", between, figure->name,
			format_figure(median, figure->unit, text));
		between = ", ";
	}
}

static bool have_figures(const struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		if (group_figures(&groups->list[i]))
			return true;
	return false;
}

static void put_row(const struct group *group, const char *label, const json_t *cell, bool figures,
	struct html *html)
{
	json_int_t concurrency = json_integer_value(json_object_get(cell, "concurrency"));

	fputs("<tr><th scope=\"row\">", html->out);
	fputs(label, html->text);
	fputs("</th><td>", html->out);
	fputs(text_at(cell, "model"), html->text);
	fprintf(html->out,
		"</td><td data-v=\"%" JSON_INTEGER_FORMAT "\">%" JSON_INTEGER_FORMAT "</td>",
		concurrency, concurrency);
	for (size_t i = 0; i < COLUMNS; i++)
		put_measure(group, cell, i, html);
	if (figures) {
		fputs("<td>", html->out);
		put_figures(group, cell, html->text);
		fputs("</td>", html->out);
	}
	fputs("<td>", html->out);
	fputs(report_status(cell), html->text);
	if (cell_demonstration(cell))
		fputs(", a demonstration", html->text);
	fputs("</td></tr>\n", html->out);
}

int page_cells(const struct report *report, struct html *html)
{
	const struct groups *groups = report->groups;
	bool figures = have_figures(groups);

	fputs("<div class=\"scroll\" role=\"group\" aria-label=\"All cells\"><table class=\"cells "
	      "sortable\"><caption><span>All cells: medians, with ± half the width of the "
	      "interval</span></caption>\n<thead><tr><th scope=\"col\" "
	      "data-sort=\"text\">Workload</th>"
	      "<th scope=\"col\" data-sort=\"text\">Model</th>"
	      "<th scope=\"col\" data-sort=\"number\">Concurrency</th>",
		html->out);
	for (size_t i = 0; i < COLUMNS; i++)
		fprintf(html->out, "<th scope=\"col\" data-sort=\"number\">%s</th>",
			columns[i].label);
	if (figures)
		fputs("<th scope=\"col\">Figures</th>", html->out);
	fputs("<th scope=\"col\" data-sort=\"text\">Status</th></tr></thead>\n<tbody>\n",
		html->out);
	for (size_t i = 0; i < groups->count; i++)
		for (size_t k = 0; k < groups->list[i].cell_count; k++)
			put_row(&groups->list[i], report->labels[i], groups->list[i].cells[k],
				figures, html);
	fputs("</tbody></table></div>\n", html->out);
	return 0;
}
