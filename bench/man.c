/* SPDX-License-Identifier: MIT */
#include "man.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../models/model.h"
#include "cli.h"
#include "environment.h"
#include "profile.h"
#include "workloads/workload.h"

/* Text as roff has it: no line of it is a request, and a minus is one that can be copied. */
static void put(const char *text, FILE *out)
{
	bool begins = true;

	for (; *text; text++) {
		if (begins && (*text == '.' || *text == '\''))
			fputs("\\&", out);
		begins = *text == '\n';
		if (*text == '\\')
			fputs("\\e", out);
		else if (*text == '-')
			fputs("\\-", out);
		else
			fputc(*text, out);
	}
}

static void put_line(const char *request, const char *text, FILE *out)
{
	fprintf(out, "%s\n", request);
	put(text, out);
	fputc('\n', out);
}

/* A term in bold, and below it what it is. */
static void put_entry(const char *name, const char *text, FILE *out)
{
	fputs(".TP\n.B \"", out);
	put(name, out);
	fputs("\"\n", out);
	put(text, out);
	fputc('\n', out);
}

static void put_synopsis(const struct command *command, FILE *out)
{
	for (const char *line = command->synopsis;;) {
		int length = (int)strcspn(line, "\n");
		char form[256];
		snprintf(form, sizeof form, "%.*s", length, line);
		fprintf(out, "%s\\fBconcbench %s\\fR ", line > command->synopsis ? ".br\n" : "",
			command->name);
		put(form, out);
		fputc('\n', out);
		if (!line[length])
			return;
		line += length + 1;
	}
}

static void put_option(const struct command_option *option, FILE *out)
{
	fputs(".TP\n", out);
	if (option->key < OPT_FIRST)
		fprintf(out, "\\fB\\-%c\\fR%s", option->key, option->name ? ", " : "");
	if (option->name) {
		fputs("\\fB\\-\\-", out);
		put(option->name, out);
		fputs("\\fR", out);
	}
	if (option->argument) {
		fputs(" \\fI", out);
		put(option->argument, out);
		fputs("\\fR", out);
	}
	fputc('\n', out);
	put(option->help, out);
	fputc('\n', out);
	if (!option->choice_help)
		return;
	fputs(".RS\n", out);
	for (unsigned k = 0; option->choice(k); k++)
		put_entry(option->choice(k), option->choice_help(k), out);
	fputs(".RE\n", out);
}

static void put_command(const struct command *command, FILE *out)
{
	const struct command_option *row;

	fprintf(out, ".SS %s\n", command->name);
	put_synopsis(command, out);
	put_line(".PP", command->about, out);
	for (unsigned k = 0; (row = command_option(command, k)); k++)
		if (row->help)
			put_option(row, out);
	if (command->closing)
		put_line(".PP", command->closing, out);
}

static void put_params(const struct param *row, FILE *out)
{
	char text[512];

	for (; row && row->name; row++) {
		if (row->unit)
			snprintf(text, sizeof text, "%s=%s: %s (%s%s%lld to %lld)", row->name,
				row->initial, row->summary, row->unit, *row->unit ? ", " : "",
				(long long)row->min, (long long)row->max);
		else
			snprintf(text, sizeof text, "%s=%s: %s%s%s%s", row->name, row->initial,
				row->summary, row->choices ? " (" : "",
				row->choices ? row->choices : "", row->choices ? ")" : "");
		put_line(".br", text, out);
	}
}

static void put_workloads(const struct workload *const *row, FILE *out)
{
	for (; *row; row++) {
		put_entry((*row)->name, (*row)->summary, out);
		put_params((*row)->params, out);
	}
}

static void put_tables(FILE *out)
{
	fputs(".SH MODELS\n", out);
	for (const struct model *const *row = models; *row; row++) {
		put_entry((*row)->name, (*row)->summary, out);
		put_params((*row)->params, out);
	}
	fputs(".SH WORKLOADS\n", out);
	put_workloads(workloads, out);
	fputs(".SH DEMONSTRATIONS\n", out);
	put_workloads(demonstrations, out);
	fputs(".SH PROFILES\n", out);
	for (const struct profile *row = profiles; row->name; row++)
		put_entry(row->name, row->summary, out);
}

struct entry {
	const char *name, *text;
};

static const struct entry statuses[] = {
	{ "0", "done" },
	{ "1", "a cell failed, a regression was found, or the doctor has a warning" },
	{ "2", "bad usage or input" },
	{ "3", "a gate or a comparison is inconclusive" },
	{ "130", "interrupted" },
	{ 0 },
};

static const struct entry variables[] = {
	{ "NO_COLOR", "if it is set and not empty, nothing is coloured, also on a terminal" },
	{ "TERM", "if it is not set, or dumb, nothing is drawn in place and nothing coloured" },
	{ "TMPDIR", "where trials have their files, each in a folder that is removed (/tmp)" },
	{ 0 },
};

static const struct entry files[] = {
	{ "results/history", "the folder of concbench history" },
	{ "PREFIX/share/concbench", "gnuplot's scripts, and the schemas of the results" },
	{ "PREFIX/lib/concbench/allocations.so", "counts allocations where that is asked for" },
	{ 0 },
};

static void put_entries(const char *title, const struct entry *row, FILE *out)
{
	fprintf(out, ".SH %s\n", title);
	for (; row->name; row++)
		put_entry(row->name, row->text, out);
}

static void put_page(FILE *out)
{
	char date[32];
	const char *fixed = getenv("SOURCE_DATE_EPOCH"); /* of a build that can be reproduced */
	const time_t now = fixed ? (time_t)atoll(fixed) : time(NULL);

	strftime(date, sizeof date, "%Y-%m-%d", gmtime(&now));
	fprintf(out, ".TH CONCBENCH 1 %s \"concbench %s\"\n", date, CONCBENCH_VERSION);
	fputs(".ad l\n.SH NAME\nconcbench \\- the same workloads under every concurrency model, "
	      "measured\n"
	      ".SH SYNOPSIS\n\\fBconcbench\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR]...\n"
	      ".br\n\\fBconcbench\\fR \\fICOMMAND\\fR \\fB\\-\\-help\\fR\n"
	      ".br\n\\fBconcbench\\fR \\fB\\-\\-version\\fR\n.SH COMMANDS\n",
		out);
	for (const struct command *const *row = commands; *row; row++) {
		const struct command *const *sub = (*row)->subcommands;
		if ((*row)->summary && !sub)
			put_command(*row, out);
		for (; sub && *sub; sub++)
			put_command(*sub, out);
	}
	put_tables(out);
	put_entries("EXIT STATUS", statuses, out);
	put_entries("ENVIRONMENT", variables, out);
	put_entries("FILES", files, out);
}

static int man_main(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	put_page(stdout);
	return EXIT_OK;
}

const struct command man_command = {
	.name = "man",
	.summary = "the manual page, concbench(1)",
	.synopsis = "[--help]",
	.about = "Print the manual page: concbench man >concbench.1 && man -l concbench.1.",
	.options = (const struct command_option[]){ COMMAND_HELP, { 0 } },
	.main = man_main,
};
