/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "completion.h"

/* Text within '..' in which _arguments gives some characters a meaning. */
static void put_quoted(const char *text, FILE *out)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fprintf(out, "%s%c", strchr("[]:\\", *text) ? "\\" : "", *text);
}

static void put_action(const struct command_option *option, FILE *out)
{
	if (option->completes == COMPLETES_FILE || option->completes == COMPLETES_FOLDER) {
		fputs(option->completes == COMPLETES_FILE ? "_files" : "_files -/", out);
		return;
	}
	fputs(option->completes == COMPLETES_NOTHING ? " "
			: completion_is_list(option) ? "_sequence compadd - "
						     : "(",
		out);
	completion_words(option, out);
	if (option->completes != COMPLETES_NOTHING && !completion_is_list(option))
		fputc(')', out);
}

/* One way of giving an option; it may be given again. */
static void put_spec(
	const char *dashes, const char *name, const struct command_option *option, FILE *out)
{
	fprintf(out, " \\\n\t\t'*%s%s[", dashes, name);
	put_quoted(option->help, out);
	fputc(']', out);
	if (option->argument) {
		fputc(':', out);
		put_quoted(option->argument, out);
		fputc(':', out);
		put_action(option, out);
	}
	fputc('\'', out);
}

static void put_command(const struct command *command, FILE *out)
{
	const struct command_option *row, operand = completion_operand(command);

	fputs("\t_arguments", out);
	for (unsigned k = 0; (row = command_option(command, k)); k++) {
		const char key[] = { row->key, '\0' };
		if (row->help && row->key < OPT_FIRST)
			put_spec("-", key, row, out);
		if (row->help && row->name)
			put_spec("--", row->name, row, out);
	}
	if (operand.argument) {
		fputs(" \\\n\t\t'*:argument:", out);
		put_action(&operand, out);
		fputc('\'', out);
	}
	fputc('\n', out);
}

/* A function a command; one that has others below it hands on to theirs. */
static void put_function(const char *name, const struct command *const *below,
	const struct command *command, FILE *out)
{
	fprintf(out, "%s() {\n", name);
	if (!below) {
		put_command(command, out);
		fputs("}\n", out);
		return;
	}
	fputs("\tlocal curcontext=$curcontext state line\n\tlocal -a names=(", out);
	for (const struct command *const *row = below; *row; row++) {
		if (!(*row)->summary)
			continue;
		fprintf(out, "\n\t\t'%s:", completion_last_word(*row));
		put_quoted((*row)->summary, out);
		fputc('\'', out);
	}
	fprintf(out,
		")\n"
		"\t_arguments -C '1:command:->command' '*::argument:->argument'\n"
		"\tcase $state in\n"
		"\tcommand) _describe command names ;;\n"
		"\targument) (($+functions[%s_$line[1]])) && %s_$line[1] ;;\n"
		"\tesac\n}\n",
		name, name);
	for (const struct command *const *row = below; *row; row++) {
		char inner[128];
		snprintf(inner, sizeof inner, "%s_%s", name, completion_last_word(*row));
		if ((*row)->summary)
			put_function(inner, (*row)->subcommands, *row, out);
	}
}

void completion_zsh(FILE *out)
{
	fputs("#compdef concbench\n# zsh completion of concbench, made by `concbench completion "
	      "zsh`\n",
		out);
	put_function("_concbench", commands, NULL, out);
	/* As a file in fpath this is itself the function; sourced it has yet to be named. */
	fputs("if [[ $funcstack[1] == _concbench ]]; then _concbench \"$@\"; else compdef "
	      "_concbench concbench; fi\n",
		out);
}
