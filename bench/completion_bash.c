/* SPDX-License-Identifier: MIT */
#include "completion.h"

/* In each case $kind is how to complete the word, from $words where it is one of some. */
static const char head[] =
	"# bash completion of concbench, made by `concbench completion bash`\n"
	"_concbench() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command='' kind=word words=''\n"
	"\t[[ $COMP_CWORD -lt 2 ]] || command=${COMP_WORDS[1]}\n";

static const char tail[] =
	"\tcase $kind in\n"
	"\tfiles | folders) compopt -o filenames 2>/dev/null ;;\n"
	"\tlist) compopt -o nospace 2>/dev/null ;;\n"
	"\tesac\n"
	"\tlocal last=${cur##*,}\n"
	"\tcase $kind in\n"
	"\tfiles) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	"\tfolders) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
	"\tlist) mapfile -t COMPREPLY < <(compgen -P \"${cur%\"$last\"}\" -W \"$words\" -- "
	"\"$last\") ;;\n"
	"\t*) mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\") ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _concbench concbench\n";

static void put_names(const struct command *const *rows, FILE *out)
{
	fputs("words='", out);
	for (; *rows; rows++)
		if ((*rows)->summary)
			fprintf(out, " %s", completion_last_word(*rows));
	fputs("' ;;\n", out);
}

static void put_kind(const struct command_option *option, FILE *out)
{
	if (option->completes == COMPLETES_FILE)
		fputs("kind=files", out);
	else if (option->completes == COMPLETES_FOLDER)
		fputs("kind=folders", out);
	else {
		fprintf(out, "kind=%s words='", completion_is_list(option) ? "list" : "word");
		completion_words(option, out);
		fputc('\'', out);
	}
}

static void put_spelling(const struct command_option *option, const char *between, FILE *out)
{
	if (option->key < OPT_FIRST)
		fprintf(out, "-%c%s", option->key, option->name ? between : "");
	if (option->name)
		fprintf(out, "--%s", option->name);
}

static void put_command(const struct command *command, FILE *out)
{
	const struct command_option *row, operand = completion_operand(command);

	fprintf(out, "\t'%s')\n\t\tcase $prev in\n", command->name);
	for (unsigned k = 0; (row = command_option(command, k)); k++) {
		if (!row->help || !row->argument)
			continue;
		fputs("\t\t", out);
		put_spelling(row, " | ", out);
		fputs(") ", out);
		put_kind(row, out);
		fputs(" ;;\n", out);
	}
	fputs("\t\t*) ", out);
	put_kind(&operand, out);
	fputs(" ;;\n\t\tesac\n\t\t[[ $cur != -* ]] || kind=word words='", out);
	for (unsigned k = 0; (row = command_option(command, k)); k++) {
		fputs(row->help && k > 0 ? " " : "", out);
		if (row->help)
			put_spelling(row, " ", out);
	}
	fputs("'\n\t\t;;\n", out);
}

void completion_bash(FILE *out)
{
	fputs(head, out);
	for (const struct command *const *row = commands; *row; row++)
		if ((*row)->subcommands)
			fprintf(out,
				"\t[[ $command != %s || $COMP_CWORD -lt 3 ]] || command+=\" "
				"${COMP_WORDS[2]}\"\n",
				(*row)->name);
	fputs("\tcase $command in\n\t'') ", out);
	put_names(commands, out);
	for (const struct command *const *row = commands; *row; row++) {
		if (!(*row)->summary)
			continue;
		if (!(*row)->subcommands) {
			put_command(*row, out);
			continue;
		}
		fprintf(out, "\t'%s') ", (*row)->name);
		put_names((*row)->subcommands, out);
		for (const struct command *const *sub = (*row)->subcommands; *sub; sub++)
			put_command(*sub, out);
	}
	fputs("\tesac\n", out);
	fputs(tail, out);
}
