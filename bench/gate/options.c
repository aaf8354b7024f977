/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../cli.h"
#include "../result_files.h"
#include "gate.h"

enum { OPT_CELLS = OPT_SHARED, OPT_PAIRS, OPT_SEED, OPT_FORCE };

const struct command_option gate_common_options[] = {
	{ 't', "threshold", "3%", "how much worse is too much; a cell's own noise may raise it" },
	{ OPT_CELLS, "cells", "LIST|FILE",
		"WORKLOAD/MODEL/CONCURRENCY[/TASKS], the first two with :NAME=VALUE.. where that "
		"is not the default; separated by commas or in a file's lines",
		COMPLETES_FILE },
	{ OPT_PAIRS, "pairs", "N",
		"pairs of the first look, even; a cell in doubt gets twice, then four times as "
		"many" },
	{ OPT_SEED, "seed", "N", "of the order (default 1)" },
	{ 'o', "output", "DIR", "a folder for the results; made if missing", COMPLETES_FOLDER },
	{ OPT_FORCE, "force", NULL, "replace those that exist" },
	COMMAND_HELP,
	{ 0 },
};

int gate_percent(const char *command, const char *option, const char *text, double min, double max,
	double *share)
{
	char *end;
	double number = strtod(text, &end);

	if (end == text || (*end && strcmp(end, "%") != 0) || !(number >= min && number <= max))
		return cli_error(command, "%s takes a percentage from %g%% to %g%%, not '%s'",
			option, min, max, text);
	*share = number / 100;
	return 0;
}

static int read_pairs(const char *command, const char *text, uint64_t *pairs)
{
	int status = cli_number(command, "--pairs", text, "pairs", 2, 1000, pairs);

	if (!status && *pairs % 2)
		return cli_error(command,
			"--pairs takes an even number, as pairs come in twos (base head head "
			"base)");
	return status;
}

int gate_read_common(struct gate_common *common, const char *command, int key)
{
	switch (key) {
	case 't':
		return gate_percent(command, "--threshold", optarg, 0.1, 100, &common->threshold);
	case OPT_CELLS:
		common->cells = optarg;
		return 0;
	case OPT_PAIRS:
		return read_pairs(command, optarg, &common->pairs);
	case OPT_SEED:
		return cli_number(command, "--seed", optarg, "", 0, INT64_MAX, &common->seed);
	case 'o':
		common->folder = optarg;
		return 0;
	case OPT_FORCE:
		common->force = true;
		return 0;
	default:
		return -1;
	}
}

enum { OPT_COMMAND_BASE = OPT_FIRST, OPT_COMMAND_HEAD, OPT_INSTRUCTIONS, OPT_FORMAT };

static const char *const formats[] = { "text", "markdown", "json", NULL };

static const char *format_name(unsigned k)
{
	return formats[k];
}

static int read_format(struct gate_options *options, const char *name)
{
	for (unsigned k = 0; formats[k]; k++)
		if (strcmp(formats[k], name) == 0) {
			options->format = k;
			return 0;
		}
	return cli_unknown("gate", "format", name, format_name);
}

static int read_option(struct gate_options *options, int key)
{
	switch (key) {
	case 'b':
		options->base = optarg;
		return 0;
	case OPT_COMMAND_BASE:
	case OPT_COMMAND_HEAD:
		options->commands[key - OPT_COMMAND_BASE] = optarg;
		return 0;
	case OPT_INSTRUCTIONS:
		options->instructions = true;
		return 0;
	case OPT_FORMAT:
		return read_format(options, optarg);
	default:
		return EXIT_USAGE;
	}
}

/* The document has the arguments as they were given. */
static int check_arguments(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		json_t *text = json_string(argv[i]);
		json_decref(text);
		if (!text)
			return cli_error("gate", "argument %d is no text in UTF-8", i);
	}
	return 0;
}

int gate_options_read(struct gate_options *options, int argc, char **argv)
{
	int key, status = 0;

	*options = (struct gate_options){ { .threshold = 0.03, .pairs = 40, .seed = 1 } };
	while (!status && (key = command_next(&gate_command, argc, argv)) != -1) {
		status = gate_read_common(&options->common, "gate", key);
		if (status < 0)
			status = read_option(options, key);
	}
	if (!status)
		status = check_arguments(argc, argv);
	if (status)
		return status;
	bool any = options->commands[0] || options->commands[1];
	if (any && !(options->commands[0] && options->commands[1]))
		return cli_error("gate", "--command-base and --command-head go together");
	if (any ? options->base || options->common.cells || options->instructions : !options->base)
		return cli_error("gate",
			any ? "commands take no --base, --cells or --instructions"
			    : "what to hold this build against is missing: --base REF|PROGRAM");
	return 0;
}

int gate_folder(const char *command, const char *folder, const char *file, bool force)
{
	char path[4096];

	if (!folder)
		return 0;
	if (mkdir(folder, 0777) != 0 && errno != EEXIST)
		return cli_error(command, "cannot make folder '%s': %s", folder, strerror(errno));
	snprintf(path, sizeof path, "%s/%s", folder, file);
	return result_check_output(command, path, force, "--force replaces it");
}

json_t *gate_arguments(const char *command, int argc, char **argv)
{
	json_t *arguments = json_pack("[s]", command);

	for (int i = 1; i < argc; i++)
		json_array_append_new(arguments, json_string(argv[i]));
	return arguments;
}

json_t *gate_options_json(const struct gate_options *options, int argc, char **argv)
{
	return json_pack("{s:f, s:f, s:I, s:i, s:i, s:o}", "threshold", options->common.threshold,
		"alpha", GATE_ALPHA, "seed", (json_int_t)options->common.seed, "pairs",
		(int)options->common.pairs, "pairs_most",
		(int)options->common.pairs << (GATE_LOOKS - 1), "command",
		gate_arguments("gate", argc, argv));
}

const struct command gate_command = {
	.name = "gate",
	.summary = "hold this build against another, pair by pair: for CI",
	.synopsis = "--base REF|PROGRAM [--cells LIST|FILE] [OPTION]..\n"
		    "--command-base CMD --command-head CMD [OPTION]..",
	.about = "Does this build do worse than another? Both run the same cells in pairs of "
		 "launches, base head head base or the other way round, each launch a process of "
		 "its own.",
	.options =
		(const struct command_option[]){
			{ 'b', "base", "REF|PROGRAM",
				"a commit, built in a worktree of its own with this build's "
				"flags, or the path of a built concbench",
				COMPLETES_FILE },
			{ OPT_COMMAND_BASE, "command-base", "CMD",
				"with --command-head: gate any two commands (sh -c)" },
			{ OPT_COMMAND_HEAD, "command-head", "CMD", "the other of them" },
			{ OPT_INSTRUCTIONS, "instructions", NULL,
				"count instructions too, under valgrind's callgrind" },
			{ OPT_FORMAT, "format", "NAME",
				"on stdout: text (default), markdown or json", COMPLETES_CHOICE,
				.choice = format_name },
			{ 0 },
		},
	.shared = gate_common_options,
	.closing = "40 pairs and a threshold of 3% are the default. With -o: gate.json, gate.md, "
		   "gate.xml (JUnit), forest.svg, forest.png.\n"
		   "Exit status: 0 no regression, 1 a regression, 2 bad usage or a base that does "
		   "not build, 3 inconclusive, 130 interrupted.",
	.main = gate_main,
};
