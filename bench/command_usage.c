/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "command.h"

enum { WIDTH = 80, HELP_COLUMN = 24 };

void command_wrap(const char *text, int column, int indent, int width, FILE *out)
{
	for (int at = column; *text; text += strspn(text, " ")) {
		int length = strcspn(text, " \n");
		if (at > indent && at + 1 + length > width) {
			fprintf(out, "\n%*s", indent, "");
			at = indent;
		}
		at += fprintf(out, "%s%.*s", at > indent ? " " : "", length, text);
		text += length;
		if (*text == '\n') {
			fprintf(out, "\n%*s", *++text ? indent : 0, "");
			at = indent;
		}
	}
	fputc('\n', out);
}

/* The forms of a command, a line each, the first after label. */
static void print_synopsis(const struct command *command, const char *label, FILE *out)
{
	for (const char *line = command->synopsis;; label = "") {
		int length = strcspn(line, "\n");
		fprintf(out, "%-6s concbench %s %.*s\n", label, command->name, length, line);
		if (!line[length])
			return;
		line += length + 1;
	}
}

static void print_row(const char *left, const char *help, FILE *out)
{
	int column = fprintf(out, "%s", left);

	if (column + 2 > HELP_COLUMN)
		column = fprintf(out, "\n") - 1;
	fprintf(out, "%*s", HELP_COLUMN - column, "");
	command_wrap(help, HELP_COLUMN, HELP_COLUMN, WIDTH, out);
}

static void print_option(const struct command_option *option, FILE *out)
{
	char left[64], key[4] = "";

	if (option->key < OPT_FIRST)
		snprintf(key, sizeof key, "-%c", option->key);
	snprintf(left, sizeof left, "  %2s%c %s%s%s%s", key, *key && option->name ? ',' : ' ',
		option->name ? "--" : "", option->name ? option->name : "",
		option->name && option->argument ? " " : "",
		option->argument ? option->argument : "");
	print_row(left, option->help, out);
}

/* What the option can be, each with what that is: "formats:" and a list. */
static void print_choices(const struct command_option *option, FILE *out)
{
	const char *name;
	char left[64];

	fprintf(out, "%ss:\n", option->name);
	for (unsigned k = 0; (name = option->choice(k)); k++) {
		snprintf(left, sizeof left, "  %s", name);
		print_row(left, option->choice_help(k), out);
	}
}

void command_usage(const struct command *command, FILE *out)
{
	const struct command *const *sub = command->subcommands;
	const struct command_option *row;

	if (!sub)
		print_synopsis(command, "usage:", out);
	for (; sub && *sub; sub++)
		print_synopsis(*sub, sub == command->subcommands ? "usage:" : "", out);
	command_wrap(command->about, 0, 0, WIDTH, out);
	for (sub = command->subcommands; sub && *sub; sub++) {
		char left[64];
		snprintf(left, sizeof left, "  %s", strchr((*sub)->name, ' ') + 1);
		print_row(left, (*sub)->summary, out);
	}
	for (unsigned k = 0; (row = command_option(command, k)); k++)
		if (row->help)
			print_option(row, out);
	for (unsigned k = 0; (row = command_option(command, k)); k++)
		if (row->choice_help)
			print_choices(row, out);
	if (command->closing)
		command_wrap(command->closing, 0, 0, WIDTH, out);
}
