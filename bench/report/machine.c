/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "../table.h"
#include "page.h"

/* A fact in words, where its key is not word enough. */
static const struct {
	const char *key, *label;
} labels[] = {
	{ "cpu", "CPU" },
	{ "libuv", "libuv" },
	{ "libcurl", "libcurl" },
	{ "jansson", "jansson" },
	{ "openssl", "OpenSSL" },
	{ "hyperfine", "hyperfine" },
	{ "os", "OS" },
	{ "git", "Commit" },
	{ "memory_kib", "Memory" },
	{ "workdir_filesystem", "File system" },
	{ "clock_resolution_ns", "Clock resolution" },
	{ "clock_overhead_ns", "Clock overhead" },
	{ "whole_process_rounds", "Rounds of whole processes" },
	{ "warmup_percent", "Warm-up (% of tasks)" },
	{ "time_limit_s", "Time limit of a trial" },
	{ "pin", "Pinned to CPUs" },
	{ "arguments", NULL }, /* in the command */
	{ "seed", NULL },
	{ "warnings", NULL }, /* in a list of their own */
	{ "notes", NULL },
};

/* Whether the fact is shown here. */
static bool put_label(const char *key, struct html *html)
{
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (strcmp(labels[i].key, key) != 0)
			continue;
		if (labels[i].label)
			fprintf(html->out, "<tr><th scope=\"row\">%s</th><td>", labels[i].label);
		return labels[i].label;
	}
	fputs("<tr><th scope=\"row\">", html->out);
	for (const char *c = key; *c; c++) {
		char first = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
		putc(c == key ? first : *c == '_' ? ' ' : *c, html->text);
	}
	fputs("</th><td>", html->out);
	return true;
}

static bool ends_in(const char *text, const char *end)
{
	size_t length = strlen(text), tail = strlen(end);

	return length >= tail && strcmp(text + length - tail, end) == 0;
}

static void put_number(const char *key, const json_t *value, FILE *out)
{
	char text[16];

	if (ends_in(key, "_kib"))
		fputs(format_figure(json_number_value(value) * 1024, "bytes", text), out);
	else if (json_is_integer(value))
		fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else
		fprintf(out, "%.4g", json_number_value(value));
	if (ends_in(key, "_ns"))
		fputs(" ns", out);
	else if (ends_in(key, "_s"))
		fputs(" s", out);
}

static void put_value(const char *key, json_t *value, struct html *html)
{
	const char *name, *between = "";
	json_t *part;

	if (json_is_string(value))
		fputs(json_string_value(value), html->text);
	else if (json_is_number(value))
		put_number(key, value, html->text);
	else if (json_is_boolean(value))
		fputs(json_is_true(value) ? "yes" : "no", html->text);
	else if (!json_is_object(value))
		fputs("–", html->text);
	json_object_foreach(value, name, part)
	{
		if (json_is_object(part) || json_is_array(part))
			continue; /* no fact of this program is as deep */
		fprintf(html->text, "%s%s ", between, name);
		put_value(name, part, html);
		between = ", ";
	}
}

static void put_facts(const json_t *facts, const char *caption, struct html *html)
{
	const char *key;
	json_t *value;

	if (json_object_size(facts) == 0)
		return;
	fprintf(html->out,
		"<div class=\"scroll\" role=\"group\" aria-label=\"%s\"><table class=\"facts\">"
		"<caption><span>%s</span></caption><tbody>\n",
		caption, caption);
	json_object_foreach((json_t *)facts, key, value)
	{
		if (!put_label(key, html))
			continue;
		put_value(key, value, html);
		fputs("</td></tr>\n", html->out);
	}
	fputs("</tbody></table></div>\n", html->out);
}

static void put_list(const json_t *list, const char *heading, struct html *html)
{
	json_t *line;
	size_t i;

	if (json_array_size(list) == 0)
		return;
	fprintf(html->out, "<div class=\"warning\"><h3>%s</h3><ul>\n", heading);
	json_array_foreach(list, i, line)
	{
		fputs("<li>", html->out);
		fputs(json_is_string(line) ? json_string_value(line) : "?", html->text);
		fputs("</li>\n", html->out);
	}
	fputs("</ul></div>\n", html->out);
}

static void put_counts(const struct report *report, struct html *html)
{
	const json_t *cells = json_object_get(report->root, "cells"), *cell;
	size_t ok = 0, not_run = 0, i;

	json_array_foreach(cells, i, cell)
	{
		ok += cell_ok(cell);
		not_run += strcmp(report_status(cell), "not run") == 0;
	}
	fprintf(html->text, "%zu cells: %zu with a result, %zu without", json_array_size(cells), ok,
		json_array_size(cells) - ok - not_run);
	if (not_run > 0)
		fprintf(html->text, ", %zu not run", not_run);
	fputs(". A cell is a workload under a model at a concurrency; its number is the median of "
	      "its trials, with an interval.",
		html->text);
}

int page_machine(const struct report *report, struct html *html)
{
	const json_t *machine = json_object_get(report->root, "environment");
	const json_t *options = json_object_get(report->root, "options");

	fputs("<p>", html->out);
	put_counts(report, html);
	fputs("</p>\n", html->out);
	if (json_is_false(json_object_get(report->root, "complete")))
		fputs("<p class=\"warning\">The run was not finished: cells may be missing.</p>\n",
			html->out);
	put_list(json_object_get(machine, "warnings"), "Warnings", html);
	put_list(json_object_get(machine, "notes"), "Notes", html);
	put_list(json_object_get(report->root, "notes"), "Notes", html);
	fputs("<div class=\"columns\">\n", html->out);
	put_facts(machine, "Machine and build", html);
	put_facts(options, "Options", html);
	fputs("</div>\n", html->out);
	return 0;
}
