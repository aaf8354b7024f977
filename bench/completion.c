/* SPDX-License-Identifier: MIT */
#include "completion.h"

#include <getopt.h>
#include <string.h>

#include "cli.h"

static const struct shell {
	const char *name;
	void (*write)(FILE *out);
} shells[] = {
	{ "bash", completion_bash },
	{ "zsh", completion_zsh },
	{ "fish", completion_fish },
};

enum { SHELLS = sizeof shells / sizeof *shells };

static const char *shell_name(unsigned k)
{
	return k < SHELLS ? shells[k].name : NULL;
}

struct command_option completion_operand(const struct command *command)
{
	return (struct command_option){
		.argument = command->operand == COMPLETES_NOTHING ? NULL : "",
		.completes = command->operand,
		.choices = command->choices,
		.choice = command->choice,
	};
}

bool completion_is_list(const struct command_option *option)
{
	return option->argument && strchr(option->argument, ',');
}

void completion_words(const struct command_option *option, FILE *out)
{
	static const char *(*const tables[])(unsigned k) = {
		[COMPLETES_MODEL] = cli_model_name,
		[COMPLETES_WORKLOAD] = cli_workload_name,
		[COMPLETES_SERVICE] = cli_service_name,
		[COMPLETES_PROFILE] = cli_profile_name,
		[COMPLETES_CHOICE] = NULL,
	};
	const char *(*word)(unsigned k) = option->choice ? option->choice
							 : tables[option->completes];

	if (option->choices)
		fputs(option->choices, out);
	for (unsigned k = 0; word && word(k); k++)
		fprintf(out, "%s%s", k > 0 ? " " : "", word(k));
}

const char *completion_last_word(const struct command *command)
{
	const char *space = strrchr(command->name, ' ');

	return space ? space + 1 : command->name;
}

static int completion_main(int argc, char **argv)
{
	while (command_next(&completion_command, argc, argv) != -1)
		;
	const char *wanted = argv[optind];
	if (!wanted)
		return cli_error("completion", "which shell's? see concbench completion --help");
	for (unsigned k = 0; k < SHELLS; k++) {
		if (strcmp(shells[k].name, wanted) != 0)
			continue;
		shells[k].write(stdout);
		return EXIT_OK;
	}
	return cli_unknown("completion", "shell", wanted, shell_name);
}

const struct command completion_command = {
	.name = "completion",
	.summary = "a script with which bash, zsh or fish completes these",
	.synopsis = "bash|zsh|fish",
	.about = "Print a script that completes concbench's arguments. For this shell alone: "
		 "`source <(concbench completion bash)`, the same in zsh, or `concbench completion "
		 "fish | source`. `make install` puts all three where the shells find them.",
	.options = (const struct command_option[]){ COMMAND_HELP, { 0 } },
	.operand = COMPLETES_CHOICE,
	.choice = shell_name,
	.main = completion_main,
};
