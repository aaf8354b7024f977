/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <getopt.h>
#include <string.h>

enum { WIDTH = 80, HELP_COLUMN = 24, OPTIONS_MAX = 40 };

const struct command *command_find(const char *name)
{
	for (const struct command *const *row = commands; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

int command_next(const struct command *command, int argc, char **argv)
{
	struct option names[OPTIONS_MAX + 1] = { 0 };
	char shorts[2 * OPTIONS_MAX + 1];
	size_t length = 0, count = 0;

	for (const struct command_option *row = command->options; row->key; row++) {
		if (row->name && count < OPTIONS_MAX)
			names[count++] = (struct option){ row->name,
				row->argument ? required_argument : no_argument, NULL, row->key };
		if (row->key < OPT_FIRST && length + 2 < sizeof shorts) {
			shorts[length++] = row->key;
			if (row->argument)
				shorts[length++] = ':';
		}
	}
	shorts[length] = 0;
	return getopt_long(argc, argv, shorts, names, NULL);
}

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

static void print_synopsis(const struct command *command, FILE *out)
{
	const char *line = command->synopsis, *label = "usage:";

	for (;; label = "") {
		int length = strcspn(line, "\n");
		fprintf(out, "%-6s concbench %s %.*s\n", label, command->name, length, line);
		if (!line[length])
			return;
		line += length + 1;
	}
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
	int column = fprintf(out, "%s", left);
	if (column + 2 > HELP_COLUMN)
		column = fprintf(out, "\n") - 1;
	fprintf(out, "%*s", HELP_COLUMN - column, "");
	command_wrap(option->help, HELP_COLUMN, HELP_COLUMN, WIDTH, out);
}

void command_usage(const struct command *command, FILE *out)
{
	print_synopsis(command, out);
	command_wrap(command->about, 0, 0, WIDTH, out);
	for (const struct command_option *row = command->options; row->key; row++)
		print_option(row, out);
	if (command->closing)
		command_wrap(command->closing, 0, 0, WIDTH, out);
}
