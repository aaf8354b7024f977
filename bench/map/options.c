/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cli.h"
#include "../selection.h"
#include "map_main.h"

enum { OPT_SHARES = OPT_FIRST, OPT_TRIALS, OPT_SEED, OPT_FORCE, OPT_PLOTS };

/* A task takes a ms, and a trial enough of them to be in full flight most of its time. */
enum { TOTAL_US = 1000, TASKS_LEAST = 60, TASKS_EACH = 2 };

static const char *const usual_models[] = { "threads", "threadpool", "eventloop", "coroutine",
	"offload", "multicore" };
static const unsigned usual_shares[] = { 0, 10, 25, 50, 75, 100 };
static const unsigned usual_concurrencies[] = { 1, 3, 10, 30, 100, 300, 1000 };

const struct command_option map_options_table[] = {
	{ 'm', "model", "MODEL,..",
		"the models, up to 26 (default: threads, threadpool, eventloop, coroutine, "
		"offload, "
		"multicore)",
		COMPLETES_MODEL },
	{ OPT_SHARES, "shares", "PERCENT,..",
		"how much of a task computes, 0 to 100, up to 24 of them (default "
		"0,10,25,50,75,100)" },
	{ 'c', "concurrency", "N,..",
		"tasks in flight at once, up to 24 numbers (default 1,3,10,30,100,300,1000)" },
	{ OPT_TRIALS, "trials", "N",
		"trials of a cell, 1 to 1000 (default 5; from 4 on they can "
		"tell models apart)" },
	{ OPT_SEED, "seed", "N",
		"of the order and of the intervals (default: from the clock; "
		"stored)" },
	{ 'o', "output", "FILE.json", "where the results go", COMPLETES_FILE },
	{ OPT_FORCE, "force", NULL, "replace FILE.json" },
	{ OPT_PLOTS, "plots", "DIR", "draw map.svg and map.png there", COMPLETES_FOLDER },
	COMMAND_HELP,
	{ 0 },
};

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

static int read_trials(struct plan *plan, const char *text)
{
	uint64_t trials;
	int status = cli_number("map", "--trials", text, "", 1, 1000, &trials);

	if (!status)
		plan->trials = trials;
	return status;
}

static int read_option(struct map_options *options, struct edges *edges, int key)
{
	struct selection *selection = &edges->selection;

	switch (key) {
	case 'm':
		selection->model_count = 0;
		return selection_read_list(selection, "-m", optarg, selection_add_model);
	case 'c':
		selection->concurrency_count = 0;
		return selection_read_list(selection, "-c", optarg, selection_add_concurrency);
	case OPT_SHARES:
		return read_shares(edges, optarg);
	case OPT_TRIALS:
		return read_trials(&options->plan, optarg);
	case OPT_SEED:
		return cli_number("map", "--seed", optarg, "", 0, INT64_MAX, &options->plan.seed);
	case 'o':
		options->plan.output = optarg;
		return 0;
	case OPT_FORCE:
		options->force = true;
		return 0;
	case OPT_PLOTS:
		options->plots = optarg;
		return 0;
	case 'h':
		options->help = true;
		return 0;
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
			selection_add_model(selection, usual_models[i]);
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

static int check(const struct map_options *options, const struct edges *edges)
{
	if (options->force && !options->plan.output)
		return cli_error("map", "--force is for -o FILE.json");
	if (options->plots && !*options->plots)
		return cli_error("map", "--plots takes a folder");
	if (edges->selection.model_count > MAP_MODELS_MAX)
		return cli_error("map", "-m takes up to %d models", MAP_MODELS_MAX);
	if (edges->selection.concurrency_count > MAP_EDGE_MAX)
		return cli_error("map", "-c takes up to %d numbers", MAP_EDGE_MAX);
	return 0;
}

/* The cells of one point. */
static int add_point(
	struct plan *plan, const struct edges *edges, unsigned share, unsigned concurrency)
{
	struct selection selection = edges->selection;
	char share_text[32], total_text[32];
	uint64_t tasks = (uint64_t)TASKS_EACH * concurrency;

	snprintf(share_text, sizeof share_text, "cpu_share=%u", share);
	snprintf(total_text, sizeof total_text, "total_us=%d", TOTAL_US);
	selection.workloads[selection.workload_count++] = workload_find("mixed");
	selection.params[selection.param_count++] = share_text;
	selection.params[selection.param_count++] = total_text;
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

/* For the results, as given, but for the seed and where to. */
static void remember(struct map_options *options, int key, const char *value)
{
	char text[32];

	if (key == 'o' || key == OPT_SEED || key == OPT_FORCE || key == OPT_PLOTS)
		return;
	for (const struct command_option *row = map_options_table; row->key; row++)
		if (row->key == key)
			snprintf(text, sizeof text, "--%s", row->name);
	json_array_append_new(options->plan.arguments, json_string(text));
	if (value)
		json_array_append_new(options->plan.arguments, json_string(value));
}

int map_options_read(struct map_options *options, int argc, char **argv)
{
	struct edges edges = { .selection = { .command = "map" } };
	int key, status = 0;
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	*options = (struct map_options){ .plan = {
						 .seed = now.tv_sec * 1000000ULL +
							 now.tv_nsec / 1000,
						 .trials = 5,
						 .warmup_percent = 10,
						 .time_limit_s = 60,
						 .arguments = json_array(),
					 } };
	optind = 0; /* this may be the program's second getopt_long */
	while (!status && (key = command_next(&map_command, argc, argv)) != -1) {
		if (key != '?' && key != 'h')
			remember(options, key, optarg);
		status = read_option(options, &edges, key);
	}
	if (status || options->help)
		return status;
	if (optind < argc)
		return cli_error("map", "unexpected argument '%s'", argv[optind]);
	status = check(options, &edges);
	complete(&edges);
	return status ? status : add_points(&options->plan, &edges);
}

void map_options_free(struct map_options *options)
{
	plan_free(&options->plan);
}
