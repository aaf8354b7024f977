/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "cli.h"

enum { OPTIONS_MAX = 40, NAME_MAX_BYTES = 64 };

const struct command *command_find(const char *name)
{
	for (const struct command *const *row = commands; *row; row++)
		if (strcmp((*row)->name, name) == 0)
			return *row;
	return NULL;
}

const struct command_option *command_option(const struct command *command, unsigned k)
{
	const struct command_option *row = command->options;

	for (; row->key && k > 0; row++)
		k--;
	if (!row->key && (row = command->shared))
		for (; row->key && k > 0; row++)
			k--;
	return row && row->key ? row : NULL;
}

int command_next(const struct command *command, int argc, char **argv)
{
	struct option names[OPTIONS_MAX + 1] = { 0 };
	char shorts[2 * OPTIONS_MAX + 1];
	size_t length = 0, count = 0;
	const struct command_option *row;

	for (unsigned k = 0; k < OPTIONS_MAX && (row = command_option(command, k)); k++) {
		if (row->name)
			names[count++] = (struct option){ row->name,
				row->argument ? required_argument : no_argument, NULL, row->key };
		if (row->key < OPT_FIRST) {
			shorts[length++] = row->key;
			if (row->argument)
				shorts[length++] = ':';
		}
	}
	shorts[length] = 0;
	return getopt_long(argc, argv, shorts, names, NULL);
}

void command_spell(const struct command *command, int key, char text[static 32])
{
	const struct command_option *row;

	snprintf(text, 32, "-%c", key);
	for (unsigned k = 0; key >= OPT_FIRST && (row = command_option(command, k)); k++)
		if (row->key == key)
			snprintf(text, 32, "--%s", row->name);
}

/* Whether main may see the arguments. If not: the status to end with. */
static bool in_order(const struct command *command, int argc, char **argv, int *status)
{
	int most = command->operands ? command->operands : command->operand != COMPLETES_NOTHING;
	bool help = false;
	int key;

	optind = 0; /* perhaps not the program's first getopt_long */
	while ((key = command_next(command, argc, argv)) != -1) {
		if (key == '?') { /* getopt has said why */
			*status = cli_help(command->name);
			return false;
		}
		help |= key == 'h';
	}
	if (help)
		command_usage(command, stdout);
	else if (argc - optind > most)
		*status = cli_error(command->name, "unexpected argument '%s'", argv[optind + most]);
	else
		return true;
	return false;
}

/* The subcommand that a word names, or NULL. */
static const struct command *find_subcommand(const struct command *command, const char *word)
{
	for (const struct command *const *row = command->subcommands; *row; row++)
		if (strcmp(strchr((*row)->name, ' ') + 1, word) == 0)
			return *row;
	return NULL;
}

static int run_subcommand(const struct command *command, int argc, char **argv)
{
	const struct command *found = argc > 1 ? find_subcommand(command, argv[1]) : NULL;

	if (found)
		return command_run(found, argc - 1, argv + 1);
	if (argc > 1)
		cli_error(command->name, "there is no '%s %s'", command->name, argv[1]);
	else
		cli_error(command->name, "what is to be done?");
	return cli_help(command->name);
}

int command_run(const struct command *command, int argc, char **argv)
{
	char name[NAME_MAX_BYTES];
	int status = EXIT_OK;

	if (command->subcommands && (argc < 2 || argv[1][0] != '-'))
		return run_subcommand(command, argc, argv);
	snprintf(name, sizeof name, "concbench %s", command->name);
	argv[0] = name; /* getopt begins its messages with it */
	if (!in_order(command, argc, argv, &status))
		return status;
	optind = 0; /* main begins anew */
	return command->main ? command->main(argc, argv) : cli_help(command->name);
}
