/* SPDX-License-Identifier: MIT */
#ifndef BENCH_COMMAND_H
#define BENCH_COMMAND_H

/*
 * What a subcommand takes, written once: how its arguments are read, what --help
 * prints, the manual page and the shells' completion are all made of this.
 */
#include <stdio.h>

/* What an argument is, so that a shell can complete it. */
enum completes {
	COMPLETES_NOTHING,
	COMPLETES_FILE,
	COMPLETES_FOLDER,
	COMPLETES_MODEL,
	COMPLETES_WORKLOAD,
	COMPLETES_SERVICE,
	COMPLETES_PROFILE,
	COMPLETES_CHOICE
};

struct command_option {
	int key;              /* its short form, or OPT_FIRST and up where it has none */
	const char *name;     /* its long form, without the dashes; NULL: only the short one */
	const char *argument; /* NULL: takes none; with a comma in it: a list with commas */
	const char *help;     /* what it does, with its unit, range and default; lines are wrapped.
	                         NULL: not for people */
	enum completes completes;
	const char *choices;               /* of COMPLETES_CHOICE: words with spaces between, or */
	const char *(*choice)(unsigned k); /* the k-th of them, NULL after the last */
	const char *(*choice_help)(unsigned k); /* what that is, for a list in --help; or NULL */
};

/* Keys of rows of options and those of rows of shared must differ. */
enum { OPT_FIRST = 256, OPT_SHARED = 512 };

/* A row of each command's options. */
#define COMMAND_HELP                           \
	{                                      \
		'h', "help", NULL, "this text" \
	}

struct command {
	const char *name;     /* of a subcommand both words: "history add" */
	const char *summary;  /* a line for `concbench --help`; NULL: not for people */
	const char *synopsis; /* what may follow the name, a line a form */
	const char *about;    /* a paragraph; lines are wrapped */
	const struct command_option *options; /* closed by a row without key */
	const struct command_option *shared;  /* more, which other commands have too; or NULL */
	const char *closing;                  /* a paragraph after the options, or NULL */
	enum completes operand;               /* what stands without an option */
	const char *choices;                  /* of COMPLETES_CHOICE, as in an option; or */
	const char *(*choice)(unsigned k);
	int operands; /* how many, at most, where there may be more than one */
	const struct command *const *subcommands; /* closed by NULL; or NULL */
	int (*main)(int argc, char **argv);       /* an exit status; argv[0] is for messages */
};

/* All of them, in the order of `concbench --help`; closed by NULL. */
extern const struct command *const commands[];

/* The command of that name, or NULL. */
const struct command *command_find(const char *name);

/*
 * Run the command, or that of its subcommands which argv[1] names, unless its
 * arguments are not as the table has them or --help is among them, which is then
 * given: main sees only what is in order. An exit status.
 */
int command_run(const struct command *command, int argc, char **argv);

/* The k-th option, the shared ones after its own; NULL after the last. */
const struct command_option *command_option(const struct command *command, unsigned k);

/*
 * Read the next option as getopt_long does, with the same globals (set optind to 0
 * to begin again): its key, -1 after the last, '?' for what getopt has complained of.
 */
int command_next(const struct command *command, int argc, char **argv);

/* Write an option as it is given, "-c" or "--seed", into text. */
void command_spell(const struct command *command, int key, char text[static 32]);

/* What `concbench NAME --help` prints, at most 80 columns wide. */
void command_usage(const struct command *command, FILE *out);

/* Print text in lines of at most width columns, each but the first after indent spaces. */
void command_wrap(const char *text, int column, int indent, int width, FILE *out);

#endif
