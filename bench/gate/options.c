/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../cli.h"
#include "../result_new.h"
#include "gate.h"

const char gate_usage[] =
	"usage: concbench gate --base REF|PROGRAM [--threshold 3%] [--cells LIST|FILE]\n"
	"       concbench gate --command-base CMD --command-head CMD\n"
	"Does this build do worse than another? Both run the same cells in pairs of launches,\n"
	"base head head base or the other way round, each launch a process of its own.\n"
	"  -b, --base REF|PROGRAM  a commit, built in a worktree of its own with this build's\n"
	"                          flags, or the path of a built concbench\n"
	"      --command-base CMD  with --command-head: gate any two commands (sh -c)\n"
	"  -t, --threshold 3%      how much worse is too much; a cell's own noise may raise it\n"
	"      --cells LIST|FILE   "
	"WORKLOAD[:NAME=VALUE]../MODEL[:NAME=VALUE]../CONCURRENCY[/TASKS],\n"
	"                          separated by commas or in a file's lines\n"
	"      --pairs N           pairs of the first look (40, even); a cell in doubt gets\n"
	"                          twice, then four times as many\n"
	"      --instructions      count instructions too, under valgrind's callgrind\n"
	"      --seed N            of the order (1)\n"
	"  -o, --output DIR        gate.json, gate.md, gate.xml (JUnit), forest.svg, forest.png\n"
	"      --force             replace those when they exist\n"
	"      --format NAME       on stdout: text, markdown or json\n"
	"  -h, --help              this text\n"
	"Exit status: 0 no regression, 1 a regression, 2 bad usage or a base that does not build,\n"
	"3 inconclusive, 130 interrupted.\n";

enum {
	OPT_COMMAND_BASE = 256,
	OPT_COMMAND_HEAD,
	OPT_CELLS,
	OPT_PAIRS,
	OPT_INSTRUCTIONS,
	OPT_SEED,
	OPT_FORCE,
	OPT_FORMAT
};

static const struct option names[] = {
	{ "base", required_argument, NULL, 'b' },
	{ "command-base", required_argument, NULL, OPT_COMMAND_BASE },
	{ "command-head", required_argument, NULL, OPT_COMMAND_HEAD },
	{ "threshold", required_argument, NULL, 't' },
	{ "cells", required_argument, NULL, OPT_CELLS },
	{ "pairs", required_argument, NULL, OPT_PAIRS },
	{ "instructions", no_argument, NULL, OPT_INSTRUCTIONS },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "help", no_argument, NULL, 'h' },
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

int gate_pairs(const char *command, const char *text, uint64_t *pairs)
{
	int status = cli_number(command, "--pairs", text, "pairs", 2, 1000, pairs);

	if (!status && *pairs % 2)
		return cli_error(command,
			"--pairs takes an even number, as pairs come in twos (base head head "
			"base)");
	return status;
}

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

static int read_option(struct gate_options *options, int opt)
{
	switch (opt) {
	case 'b':
		options->base = optarg;
		return 0;
	case OPT_COMMAND_BASE:
	case OPT_COMMAND_HEAD:
		options->commands[opt - OPT_COMMAND_BASE] = optarg;
		return 0;
	case 't':
		return gate_percent("gate", "--threshold", optarg, 0.1, 100, &options->threshold);
	case OPT_CELLS:
		options->cells = optarg;
		return 0;
	case OPT_PAIRS:
		return gate_pairs("gate", optarg, &options->pairs);
	case OPT_INSTRUCTIONS:
		options->instructions = true;
		return 0;
	case OPT_SEED:
		return cli_number("gate", "--seed", optarg, "", 0, UINT64_MAX, &options->seed);
	case 'o':
		options->folder = optarg;
		return 0;
	case OPT_FORCE:
		options->force = true;
		return 0;
	case OPT_FORMAT:
		return read_format(options, optarg);
	case 'h':
		options->help = true;
		return 0;
	default:
		return cli_help("gate"); /* getopt has said why */
	}
}

int gate_options_read(struct gate_options *options, int argc, char **argv)
{
	int opt;

	*options = (struct gate_options){ .threshold = 0.03, .pairs = 40, .seed = 1 };
	while ((opt = getopt_long(argc, argv, "b:t:o:h", names, NULL)) != -1) {
		int status = read_option(options, opt);
		if (status)
			return status;
	}
	if (options->help)
		return 0;
	if (optind < argc)
		return cli_error("gate", "unexpected argument '%s'", argv[optind]);
	for (int i = 1; i < argc; i++) {
		json_t *text = json_string(argv[i]);
		json_decref(text);
		if (!text)
			return cli_error("gate", "argument %d is no text in UTF-8", i);
	}
	bool commands = options->commands[0] || options->commands[1];
	if (commands && !(options->commands[0] && options->commands[1]))
		return cli_error("gate", "--command-base and --command-head go together");
	if (commands ? options->base || options->cells || options->instructions : !options->base)
		return cli_error("gate",
			commands
				? "commands take no --base, --cells or --instructions"
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
	return json_pack("{s:f, s:f, s:I, s:i, s:i, s:o}", "threshold", options->threshold, "alpha",
		GATE_ALPHA, "seed", (json_int_t)options->seed, "pairs", (int)options->pairs,
		"pairs_most", (int)options->pairs << (GATE_LOOKS - 1), "command",
		gate_arguments("gate", argc, argv));
}
