/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "../cli.h"
#include "../gate/options.h"

const char selftest_usage[] =
	"usage: concbench selftest [--aa N] [--inject 5%,..] [--gates N] [-o DIR]\n"
	"How often is a gate wrong on this machine? Runs gates whose answer is known.\n"
	"      --aa N          gates of identical code, one side linked in another order:\n"
	"                      what they find is false\n"
	"      --inject LIST   code slowed down by so many per cent (tasks that do their work\n"
	"                      twice), or `call`, one system call more each task: what they\n"
	"                      find is right\n"
	"      --gates N       of each in that list (20)\n"
	"      --cells LIST|FILE, --pairs N, --threshold 3%, --seed N   as of `concbench gate`\n"
	"  -o, --output DIR    selftest.json, power.svg, power.png\n"
	"      --force         replace those when they exist\n"
	"  -h, --help          this text\n"
	"The gates are short ones, of four cells and a control.\n";

enum {
	OPT_AA = 256,
	OPT_INJECT,
	OPT_GATES,
	OPT_CELLS,
	OPT_PAIRS,
	OPT_THRESHOLD,
	OPT_SEED,
	OPT_FORCE
};

static const struct option names[] = {
	{ "aa", required_argument, NULL, OPT_AA },
	{ "inject", required_argument, NULL, OPT_INJECT },
	{ "gates", required_argument, NULL, OPT_GATES },
	{ "cells", required_argument, NULL, OPT_CELLS },
	{ "pairs", required_argument, NULL, OPT_PAIRS },
	{ "threshold", required_argument, NULL, OPT_THRESHOLD },
	{ "seed", required_argument, NULL, OPT_SEED },
	{ "output", required_argument, NULL, 'o' },
	{ "force", no_argument, NULL, OPT_FORCE },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* What computes and what waits, twice each. */
static const char short_cells[] = "primes:below=20000/blocking/1/100,sha256/threadpool/2/100,"
				  "rawget/threadpool/10/300,fetch/coroutine/10/300";

static int add_levels(struct selftest *test, char *list)
{
	for (char *item = strtok(list, ","); item; item = strtok(NULL, ",")) {
		double share = 0;
		if (test->level_count == LEVELS_MAX - 1) /* one is left for --aa */
			return cli_error(
				"selftest", "--inject takes at most %d levels", LEVELS_MAX - 1);
		struct level *level = &test->levels[test->level_count++];
		level->call = strcmp(item, "call") == 0;
		int status = level->call
			? 0
			: gate_percent("selftest", "--inject", item, 0.1, 100, &share);
		if (status)
			return status;
		level->percent = 100 * share;
	}
	return test->level_count > 0 ? 0 : cli_error("selftest", "--inject names no level");
}

static int read_option(struct selftest_options *options, struct selftest *test, int opt)
{
	switch (opt) {
	case OPT_AA:
		return cli_number("selftest", "--aa", optarg, "gates", 1, 100000, &options->aa);
	case OPT_INJECT:
		return add_levels(test, optarg);
	case OPT_GATES:
		return cli_number(
			"selftest", "--gates", optarg, "gates", 1, 100000, &options->gates);
	case OPT_CELLS:
		options->cells = optarg;
		return 0;
	case OPT_PAIRS:
		return gate_pairs("selftest", optarg, &options->pairs);
	case OPT_THRESHOLD:
		return gate_percent(
			"selftest", "--threshold", optarg, 0.1, 100, &options->threshold);
	case OPT_SEED:
		return cli_number("selftest", "--seed", optarg, "", 0, UINT64_MAX, &options->seed);
	case 'o':
		options->folder = optarg;
		return 0;
	case OPT_FORCE:
		options->force = true;
		return 0;
	case 'h':
		options->help = true;
		return 0;
	default:
		return cli_help("selftest"); /* getopt has said why */
	}
}

int selftest_options_read(
	struct selftest_options *options, struct selftest *test, int argc, char **argv)
{
	int opt;

	*options = (struct selftest_options){
		.cells = short_cells, .gates = 20, .pairs = 20, .seed = 1, .threshold = 0.03
	};
	while ((opt = getopt_long(argc, argv, "o:h", names, NULL)) != -1) {
		int status = read_option(options, test, opt);
		if (status)
			return status;
	}
	if (options->help)
		return 0;
	if (optind < argc)
		return cli_error("selftest", "unexpected argument '%s'", argv[optind]);
	if (options->aa > 0)
		test->level_count++; /* a level without anything injected */
	return test->level_count > 0
		? 0
		: cli_error("selftest", "nothing is asked for: --aa N or --inject LIST");
}

json_t *selftest_options_json(const struct selftest_options *options, int argc, char **argv)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:s, s:o}", "aa", (json_int_t)options->aa,
		"gates", (json_int_t)options->gates, "pairs", (json_int_t)options->pairs, "seed",
		(json_int_t)options->seed, "threshold", options->threshold, "alpha", GATE_ALPHA,
		"cells", options->cells, "command", gate_arguments("selftest", argc, argv));
}
