/* SPDX-License-Identifier: MIT */
#include "completion.h"

static const char head[] =
	"# fish completion of concbench, made by `concbench completion fish`\n"
	"function __concbench_in # WORD..: the words before this one begin with these\n"
	"\tset -l words (commandline -opc)[2..-1]\n"
	"\tset -l count (count $argv)\n"
	"\ttest \"$words[1..$count]\" = \"$argv\"\n"
	"end\n"
	"function __concbench_at # WORD..: they are these\n"
	"\tset -l words (commandline -opc)[2..-1]\n"
	"\ttest \"$words\" = \"$argv\"\n"
	"end\n"
	"function __concbench_list # WORD..: after the commas that are there\n"
	"\tset -l before (string match -r '.*,' -- (commandline -ct))\n"
	"\tprintf '%s\\n' \"$before\"$argv\n"
	"end\n"
	"complete -c concbench -f\n";

static void put_quoted(const char *text, FILE *out)
{
	fputc('\'', out);
	for (; *text; text++)
		fprintf(out, "%s%c", *text == '\'' || *text == '\\' ? "\\" : "", *text);
	fputc('\'', out);
}

static void put_argument(const struct command_option *option, FILE *out)
{
	bool list = completion_is_list(option);

	if (option->completes == COMPLETES_FILE) {
		fputs(" -r -F", out);
		return;
	}
	fputs(" -x", out);
	if (option->completes == COMPLETES_NOTHING)
		return;
	fputs(option->completes == COMPLETES_FOLDER ? " -a '(__fish_complete_directories)"
			: list                      ? " -a '(__concbench_list "
						    : " -a '",
		out);
	completion_words(option, out);
	fputs(list ? ")'" : "'", out);
}

static void put_command(const struct command *command, FILE *out)
{
	const struct command_option *row, operand = completion_operand(command);

	for (unsigned k = 0; (row = command_option(command, k)); k++) {
		if (!row->help)
			continue;
		fprintf(out, "complete -c concbench -n '__concbench_in %s'", command->name);
		if (row->key < OPT_FIRST)
			fprintf(out, " -s %c", row->key);
		if (row->name)
			fprintf(out, " -l %s", row->name);
		if (row->argument)
			put_argument(row, out);
		fputs(" -d ", out);
		put_quoted(row->help, out);
		fputc('\n', out);
	}
	if (!operand.argument)
		return;
	fprintf(out, "complete -c concbench -n '__concbench_in %s'", command->name);
	if (operand.completes == COMPLETES_FILE)
		fputs(" -F", out);
	else
		put_argument(&operand, out);
	fputc('\n', out);
}

/* Those commands, to follow the words that there are. */
static void put_commands(const struct command *const *rows, const char *after, FILE *out)
{
	for (; *rows; rows++) {
		if (!(*rows)->summary)
			continue;
		fprintf(out, "complete -c concbench -n '__concbench_at %s' -a %s -d ", after,
			completion_last_word(*rows));
		put_quoted((*rows)->summary, out);
		fputc('\n', out);
		if ((*rows)->subcommands)
			put_commands((*rows)->subcommands, (*rows)->name, out);
		else
			put_command(*rows, out);
	}
}

void completion_fish(FILE *out)
{
	fputs(head, out);
	put_commands(commands, "", out);
}
