/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "../cli.h"
#include "../selection.h"
#include "map_main.h"

enum { OPT_SHARES = OPT_FIRST, OPT_TRIALS, OPT_FORCE, OPT_PLOTS };

/* A task takes a ms, and a trial enough of them to be in full flight most of its time. */
enum { TASKS_LEAST = 60, TASKS_EACH = 2 };

/* total_us and cpu_share, beside those of the command line. */
enum { OWN_PARAMS = 2 };

static const char usual_total[] = "total_us=1000";

const struct command map_command = {
	.name = "map",
	.summary = "which model wins where: CPU share by concurrency",
	.synopsis = "[-m MODEL,..] [--shares PERCENT,..] [-c N,..] [OPTION]..",
	.about = "Run the workload `mixed` with tasks of 1 ms, of which a share computes and the "
		 "rest waits, over all shares and concurrencies, and tell at each point which "
		 "model has the highest throughput, where one is told apart from all others, and "
		 "where one overtakes another. The defaults take some 5 minutes on 2 cores.",
	.options =
		(const struct command_option[]){
			{ 'm', "model", "MODEL[:NAME=VALUE],..",
				"models, up to 26 (default: threads, threadpool, eventloop, "
				"coroutine, offload, multicore)",
				COMPLETES_MODEL },
			{ OPT_SHARES, "shares", "PERCENT,..",
				"how much of a task computes, up to 24 of them (default "
				"0,10,25,50,100)" },
			{ 'c', "concurrency", "N,..",
				"tasks in flight at once, up to 24 numbers (default "
				"1,3,10,30,100,300,1000)" },
			{ OPT_TRIALS, "trials", "N",
				"of each cell, in random interleaved order (default 6; fewer than "
				"4 tell no models apart)" },
			{ 'o', "output", "FILE.json", "where the results go", COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL, "replace FILE.json when it exists" },
			{ OPT_PLOTS, "plots", "DIR",
				"draw map.svg and map.png there; made if missing",
				COMPLETES_FOLDER },
			{ 0 },
		},
	.shared = selection_options,
	.main = map_main,
};

static const char *const usual_models[] = { "threads", "threadpool", "eventloop", "coroutine",
	"offload", "multicore" };
static const unsigned usual_shares[] = { 0, 10, 25, 50, 100 };
static const unsigned usual_concurrencies[] = { 1, 3, 10, 30, 100, 300, 1000 };

/* What the lists of the command line come to. */
struct edges {
	struct selection selection; /* models and concurrencies */
	unsigned shares[SELECTION_MAX];
	size_t share_count;
};

static int add_share(struct edges *edges, const char *text)
{
	uint64_t share;
	int status = cli_number("map", "--shares", text, "%", 0, 100, &share);

	if (status)
		return status;
	for (size_t i = 0; i < edges->share_count; i++)
		if (edges->shares[i] == share)
			return 0;
	if (edges->share_count == MAP_EDGE_MAX)
		return cli_error("map", "--shares takes up to %d of them", MAP_EDGE_MAX);
	edges->shares[edges->share_count++] = share;
	return 0;
}

static int read_shares(struct edges *edges, char *list)
{
	char *rest = list, *item;
	int status = 0;

	edges->share_count = 0;
	while (!status && (item = strsep(&rest, ",")))
		status = add_share(edges, item);
	return status;
}

/* Where results go, and nothing of what they are. */
static bool read_output_option(struct map_options *options, int key)
{
	switch (key) {
	case 'o':
		options->plan.output = optarg;
		return true;
	case OPT_FORCE:
		options->plan.force = true;
		return true;
	case OPT_PLOTS:
		options->plots = optarg;
		return true;
	default:
		return false;
	}
}

static int read_option(struct map_options *options, struct edges *edges, int key)
{
	switch (key) {
	case OPT_SHARES:
		return read_shares(edges, optarg);
	case OPT_TRIALS:
		return cli_count("map", "--trials", optarg, "", 1, 1000, &options->plan.trials);
	default:
		return cli_help("map"); /* getopt has said why */
	}
}

/* What was not given. */
static void complete(struct edges *edges)
{
	struct selection *selection = &edges->selection;

	if (selection->model_count == 0)
		for (size_t i = 0; i < sizeof usual_models / sizeof *usual_models; i++)
			selection->models[selection->model_count++] = (struct contender){
				.name = usual_models[i], .model = model_find(usual_models[i])
			};
	if (selection->concurrency_count == 0) {
		memcpy(selection->concurrency, usual_concurrencies, sizeof usual_concurrencies);
		selection->concurrency_count = sizeof usual_concurrencies /
			sizeof *usual_concurrencies;
	}
	if (edges->share_count == 0) {
		memcpy(edges->shares, usual_shares, sizeof usual_shares);
		edges->share_count = sizeof usual_shares / sizeof *usual_shares;
	}
}

static int check(const struct map_options *options, const struct selection *selection)
{
	static const char share[] = "cpu_share=";

	if (options->plan.force && !options->plan.output)
		return cli_error("map", "--force is for -o FILE.json");
	if (options->plots && !*options->plots)
		return cli_error("map", "--plots takes a folder");
	if (selection->model_count > MAP_MODELS_MAX)
		return cli_error("map", "-m takes up to %d models", MAP_MODELS_MAX);
	if (selection->concurrency_count > MAP_EDGE_MAX)
		return cli_error("map", "-c takes up to %d numbers", MAP_EDGE_MAX);
	if (selection->param_count > SELECTION_MAX - OWN_PARAMS)
		return cli_error(
			"map", "--param was given more than %d times", SELECTION_MAX - OWN_PARAMS);
	for (size_t i = 0; i < selection->param_count; i++)
		if (strncmp(selection->params[i], share, sizeof share - 1) == 0)
			return cli_error("map", "the map itself chooses cpu_share");
	return 0;
}

/* The cells of one point. What --param says of total_us comes after the usual. */
static int add_point(
	struct plan *plan, const struct edges *edges, unsigned share, unsigned concurrency)
{
	struct selection selection = edges->selection;
	char share_text[32];
	uint64_t tasks = (uint64_t)TASKS_EACH * concurrency;

	snprintf(share_text, sizeof share_text, "cpu_share=%u", share);
	selection.params[0] = usual_total;
	selection.params[1] = share_text;
	memcpy(&selection.params[OWN_PARAMS], edges->selection.params,
		edges->selection.param_count * sizeof *selection.params);
	selection.param_count += OWN_PARAMS;
	selection.workloads[selection.workload_count++] = workload_find("mixed");
	selection.concurrency[0] = concurrency;
	selection.concurrency_count = 1;
	selection.tasks = tasks > TASKS_LEAST ? tasks : TASKS_LEAST;
	return selection_cells(&selection, plan);
}

static int add_points(struct plan *plan, const struct edges *edges)
{
	int status = 0;

	for (size_t s = 0; s < edges->share_count; s++)
		for (size_t c = 0; c < edges->selection.concurrency_count && !status; c++)
			status = add_point(
				plan, edges, edges->shares[s], edges->selection.concurrency[c]);
	return status;
}

int map_options_read(struct map_options *options, int argc, char **argv)
{
	struct edges edges = { .share_count = 0 };
	struct selection *selection = &edges.selection;
	int key, status = 0;

	selection_init(selection, "map");
	*options = (struct map_options){ .plan = { .trials = 6, .warmup_percent = 10 } };
	options->plan.arguments = selection->arguments;
	while (!status && (key = command_next(&map_command, argc, argv)) != -1) {
		if (read_output_option(options, key))
			continue;
		status = selection_read(selection, &map_command, key);
		if (status < 0)
			status = read_option(options, &edges, key);
	}
	options->plan.seed = selection->seed;
	options->plan.time_limit_s = selection->time_limit_s;
	if (!status)
		status = check(options, selection);
	complete(&edges);
	return status ? status : add_points(&options->plan, &edges);
}

void map_options_free(struct map_options *options)
{
	plan_free(&options->plan);
}
