/* SPDX-License-Identifier: MIT */
#include "page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../data.h"
#include "file.h"

static int put_title(const struct report *report, struct html *html)
{
	fputs(report->name, html->text);
	return 0;
}

static int put_started(const struct report *report, struct html *html)
{
	const json_t *machine = json_object_get(report->root, "environment");

	fputs(*text_at(report->root, "started") ? text_at(report->root, "started")
						: "an unknown day",
		html->text);
	if (*text_at(machine, "host"))
		fprintf(html->text, " on %s", text_at(machine, "host"));
	if (*text_at(report->root, "imported"))
		fprintf(html->text, ", imported from %s", text_at(report->root, "imported"));
	return 0;
}

static int put_symbols(const struct report *report, struct html *html)
{
	fputs(report->symbols ? report->symbols : "", html->out);
	return 0;
}

/* The links to the workloads. */
static int put_contents(const struct report *report, struct html *html)
{
	for (size_t i = 0; i < report->groups->count; i++) {
		fprintf(html->out, "<li><a href=\"#workload-%zu\">", i + 1);
		fputs(report->labels[i], html->text);
		fputs("</a></li>\n", html->out);
	}
	return 0;
}

static int put_own_file(const char *name, struct html *html)
{
	char path[DATA_PATH], *text;
	int err = file_read(data_path(name, path), &text);

	if (err)
		return err;
	fputs(text, html->out);
	free(text);
	return 0;
}

static int put_style(const struct report *report, struct html *html)
{
	(void)report;
	return put_own_file("plot/report/page.css", html);
}

static int put_script(const struct report *report, struct html *html)
{
	(void)report;
	return put_own_file("plot/report/page.js", html);
}

static const struct {
	const char *name; /* in the frame, as {{name}} */
	page_part *put;
} parts[] = {
	{ "title", put_title },
	{ "started", put_started },
	{ "style", put_style },
	{ "script", put_script },
	{ "symbols", put_symbols },
	{ "contents", put_contents },
	{ "machine", page_machine },
	{ "against", page_against },
	{ "scorecard", page_scorecard },
	{ "workloads", page_workloads },
	{ "cells", page_cells },
	{ "reasons", page_reasons },
	{ "reproduce", page_reproduce },
	{ "data", page_data },
};

static int put_part(const struct report *report, const char *name, size_t length, struct html *html)
{
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (strlen(parts[i].name) == length && memcmp(parts[i].name, name, length) == 0)
			return parts[i].put(report, html);
	return -EBADMSG;
}

/* The frame, with each {{name}} replaced by its part. */
static int fill(const struct report *report, const char *frame, struct html *html)
{
	const char *mark;

	while ((mark = strstr(frame, "{{"))) {
		fwrite(frame, 1, (size_t)(mark - frame), html->out);
		const char *end = strstr(mark, "}}");
		if (!end)
			return -EBADMSG;
		int err = put_part(report, mark + 2, (size_t)(end - mark - 2), html);
		if (err)
			return err;
		frame = end + 2;
	}
	fputs(frame, html->out);
	return 0;
}

int page_write(const struct report *report, FILE *out)
{
	char path[DATA_PATH], *frame;
	struct html html;
	int err = file_read(data_path("plot/report/page.html", path), &frame);

	if (err)
		return err;
	err = html_open(&html, out);
	if (!err) {
		int filled = fill(report, frame, &html);
		err = html_close(&html);
		err = filled ? filled : err;
	}
	free(frame);
	return err;
}
