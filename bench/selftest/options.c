/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <string.h>

#include "../cli.h"
#include "../gate/options.h"

enum { OPT_AA = OPT_FIRST, OPT_INJECT, OPT_GATES };

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

static int read_option(struct selftest_options *options, struct selftest *test, int key)
{
	switch (key) {
	case OPT_AA:
		return cli_number("selftest", "--aa", optarg, "gates", 1, 100000, &options->aa);
	case OPT_INJECT:
		return add_levels(test, optarg);
	case OPT_GATES:
		return cli_number(
			"selftest", "--gates", optarg, "gates", 1, 100000, &options->gates);
	default:
		return EXIT_USAGE;
	}
}

int selftest_options_read(
	struct selftest_options *options, struct selftest *test, int argc, char **argv)
{
	int key, status = 0;

	*options = (struct selftest_options){
		.common = { .cells = short_cells, .pairs = 20, .seed = 1, .threshold = 0.03 },
		.gates = 20
	};
	while (!status && (key = command_next(&selftest_command, argc, argv)) != -1) {
		status = gate_read_common(&options->common, "selftest", key);
		if (status < 0)
			status = read_option(options, test, key);
	}
	if (status)
		return status;
	if (options->aa > 0)
		test->level_count++; /* a level without anything injected */
	return test->level_count > 0
		? 0
		: cli_error("selftest", "nothing is asked for: --aa N or --inject LIST");
}

json_t *selftest_options_json(const struct selftest_options *options, int argc, char **argv)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:f, s:f, s:s, s:o}", "aa", (json_int_t)options->aa,
		"gates", (json_int_t)options->gates, "pairs", (json_int_t)options->common.pairs,
		"seed", (json_int_t)options->common.seed, "threshold", options->common.threshold,
		"alpha", GATE_ALPHA, "cells", options->common.cells, "command",
		gate_arguments("selftest", argc, argv));
}

const struct command selftest_command = {
	.name = "selftest",
	.summary = "how often a gate is wrong on this machine",
	.synopsis = "[--aa N] [--inject 5%,..] [--gates N] [OPTION]..",
	.about = "How often is a gate wrong on this machine? Runs gates whose answer is known: "
		 "short ones, of four cells and a control.",
	.options =
		(const struct command_option[]){
			{ OPT_AA, "aa", "N",
				"gates of identical code, one side linked in another order: what "
				"they find is false" },
			{ OPT_INJECT, "inject", "LIST",
				"code slowed down by so many per cent (tasks that do their work "
				"twice), or `call`, one system call more each task: what they "
				"find is right" },
			{ OPT_GATES, "gates", "N", "of each in that list (default 20)" },
			{ 0 },
		},
	.shared = gate_common_options,
	.closing = "20 pairs and a threshold of 3% are the default. With -o: selftest.json, "
		   "power.svg, power.png.",
	.main = selftest_main,
};
