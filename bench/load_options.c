/* SPDX-License-Identifier: MIT */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "cpus.h"
#include "load_main.h"
#include "result.h"
#include "result_files.h"

enum {
	OPT_TARGET = OPT_FIRST,
	OPT_CONNECTIONS,
	OPT_RATE,
	OPT_ARRIVALS,
	OPT_DURATION,
	OPT_WARMUP,
	OPT_TIMEOUT,
	OPT_THREADS,
	OPT_PARAM,
	OPT_PIN,
	OPT_SEED,
	OPT_LABEL,
	OPT_FORCE,
	OPT_JSON,
	OPT_HGRM,
	OPT_HLOG
};

const struct command load_command = {
	.name = "load",
	.summary = "load a server and see how long replies take",
	.synopsis = "--target ADDR:PORT -w SERVICE [OPTION].. [-o FILE.json]",
	.about = "Load a server, check every reply and print how long they took.",
	.options =
		(const struct command_option[]){
			{ OPT_TARGET, "target", "ADDR:PORT", "the server" },
			{ 'w', "service", "SERVICE", "what it serves: echo, http or websocket",
				COMPLETES_SERVICE },
			{ OPT_CONNECTIONS, "connections", "N",
				"with one request in flight each (default 10)" },
			{ OPT_RATE, "rate", "R",
				"requests a second, answered or not; 0: the next when one is "
				"answered (default 0)" },
			{ OPT_ARRIVALS, "arrivals", "WHICH",
				"poisson (default) or constant, where there is a rate",
				COMPLETES_CHOICE, "poisson constant" },
			{ OPT_DURATION, "duration", "S",
				"of the measurement; fractions are allowed (default 10)" },
			{ OPT_WARMUP, "warmup", "S", "load before it (default 1)" },
			{ OPT_TIMEOUT, "timeout", "S", "of a request, up to 60 (default 10)" },
			{ OPT_THREADS, "threads", "N", "of the generator (default 1)" },
			{ OPT_PARAM, "param", "NAME=VALUE",
				"of the service, as for serve: the server must have the same" },
			{ OPT_PIN, "pin", NULL,
				"the generator on CPUs of its own; run the server on the others" },
			{ OPT_SEED, "seed", "N",
				"of the arrivals (default: from the clock; stored in the "
				"results)" },
			{ OPT_LABEL, "label", "NAME",
				"stands as the model in the results (default: the target)" },
			{ 'o', "output", "FILE.json", "results as of run, for export and plot",
				COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL, "replace files that exist" },
			{ OPT_JSON, "json", NULL, "print the results instead of a table" },
			{ OPT_HGRM, "hgrm", "FILE",
				"percentiles of the response time, as HdrHistogram prints them",
				COMPLETES_FILE },
			{ OPT_HLOG, "hlog", "FILE",
				"a histogram a second, as HdrHistogram logs them", COMPLETES_FILE },
			COMMAND_HELP,
			{ 0 },
		},
	.closing = "Exit status: 0 the numbers hold, 1 they do not (errors, or the generator was "
		   "the bottleneck), 2 bad usage, no such server or a file that cannot be "
		   "written, 130 interrupted.",
	.main = load_main,
};

enum { ASSIGNMENTS_MAX = 64 };

/* What is set once the service is known: parameters, in the order of the command line. */
struct assignments {
	char text[ASSIGNMENTS_MAX][320];
	int count;
};

static int add_assignment(struct assignments *assignments, const char *text)
{
	size_t room = sizeof assignments->text[0];

	if (assignments->count == ASSIGNMENTS_MAX)
		return cli_error("load", "--param was given too many times");
	if (strlen(text) >= room)
		return cli_error("load", "'%.40s...' is too long for a parameter", text);
	snprintf(assignments->text[assignments->count++], room, "%s", text);
	return 0;
}

static int assign_ms(struct assignments *assignments, const char *option, const char *name,
	double min_s, double max_s)
{
	char text[64];
	int64_t ms = 0;
	int status = cli_seconds("load", option, optarg, min_s, max_s, &ms);

	snprintf(text, sizeof text, "%s=%lld", name, (long long)ms);
	return status ? status : add_assignment(assignments, text);
}

static int read_rate(struct assignments *assignments)
{
	uint64_t rate = 0;
	char text[64];
	int status = cli_number("load", "--rate", optarg, "requests/s", 0, 10000000, &rate);

	snprintf(text, sizeof text, "rate_per_s=%llu", (unsigned long long)rate);
	return status ? status : add_assignment(assignments, text);
}

static int read_arrivals(struct assignments *assignments)
{
	char text[64];

	if (strcmp(optarg, "poisson") != 0 && strcmp(optarg, "constant") != 0)
		return cli_error(
			"load", "--arrivals is one of poisson and constant, not '%s'", optarg);
	snprintf(text, sizeof text, "arrivals=%s", optarg);
	return add_assignment(assignments, text);
}

static int read_label(struct load_options *options)
{
	if (!is_plain_name(optarg))
		return cli_error("load",
			"--label takes up to 64 letters, digits and _.+- and begins with a letter "
			"or digit, not '%s'",
			optarg);
	snprintf(options->label, sizeof options->label, "%s", optarg);
	return 0;
}

static int read_seed(struct load_options *options)
{
	return cli_number("load", "--seed", optarg, "", 0, INT64_MAX, &options->spec.seed);
}

static int read_service(struct load_options *options)
{
	const struct workload *service = workload_find(optarg);

	if (!service || service->kind != WORKLOAD_SERVICE)
		return cli_unknown("load", "service", optarg, cli_service_name);
	options->service = service;
	return 0;
}

static int read_timeout(struct load_options *options)
{
	int64_t ms = 0;
	int status = cli_seconds("load", "--timeout", optarg, 0.01, 60, &ms);

	options->spec.timeout_ns = ms * 1000000;
	return status;
}

static int read_target(struct load_options *options)
{
	options->target = optarg;
	return cli_address("load", optarg, &options->spec.address);
}

/* Options that are no more than a word. */
static int note_option(struct load_options *options, int key)
{
	switch (key) {
	case 'o':
		options->output = optarg;
		return 0;
	case OPT_FORCE:
		options->force = true;
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case OPT_HGRM:
		options->hgrm = optarg;
		return 0;
	case OPT_HLOG:
		options->hlog = optarg;
		return 0;
	default:
		return EXIT_USAGE;
	}
}

static int read_option(struct load_options *options, struct assignments *assignments, int key)
{
	switch (key) {
	case OPT_TARGET:
		return read_target(options);
	case 'w':
		return read_service(options);
	case OPT_CONNECTIONS:
		return cli_count("load", "--connections", optarg, "", 1, LOAD_CONNECTIONS_MAX,
			&options->spec.connections);
	case OPT_RATE:
		return read_rate(assignments);
	case OPT_ARRIVALS:
		return read_arrivals(assignments);
	case OPT_DURATION:
		return assign_ms(assignments, "--duration", "duration_ms", 0.001, 86400);
	case OPT_WARMUP:
		return assign_ms(assignments, "--warmup", "warmup_ms", 0, 600);
	case OPT_TIMEOUT:
		return read_timeout(options);
	case OPT_THREADS:
		return cli_count("load", "--threads", optarg, "", 1, LOAD_THREADS_MAX,
			&options->spec.threads);
	case OPT_PARAM:
		return add_assignment(assignments, optarg);
	case OPT_PIN:
		return add_assignment(assignments, "pin=1");
	case OPT_SEED:
		return read_seed(options);
	case OPT_LABEL:
		return read_label(options);
	default:
		return note_option(options, key);
	}
}

static int pin(struct load_options *options)
{
	struct cpus cpus;

	if (cpus_split(&cpus) != 0)
		return cli_error("load", "--pin needs two CPUs that this process may use");
	options->cpus = cpus.origin;
	options->server_cpus = cpus.model;
	options->spec.cpus = &options->cpus;
	options->spec.server_cpus = &options->server_cpus;
	return 0;
}

static int check_output(const struct load_options *options, const char *path)
{
	return result_check_output("load", path, options->force, "--force replaces it");
}

static int check(struct load_options *options)
{
	if (!options->target || !options->service)
		return cli_error("load", "--target ADDR:PORT and -w SERVICE are needed");
	if (options->spec.address.sin_port == 0)
		return cli_error("load", "'%s' has no port to connect to", options->target);
	if (options->spec.connections < options->spec.threads)
		return cli_error("load", "%u threads need as many connections, not %u",
			options->spec.threads, options->spec.connections);
	int status = check_output(options, options->output);
	if (!status)
		status = check_output(options, options->hgrm);
	if (!status)
		status = check_output(options, options->hlog);
	return status;
}

/* The target, with what no name has replaced. */
static void default_label(struct load_options *options)
{
	if (*options->label)
		return;
	snprintf(options->label, sizeof options->label, "%s", options->target);
	for (char *c = options->label; *c; c++)
		if (*c == ':')
			*c = '-';
}

int load_options_read(struct load_options *options, int argc, char **argv)
{
	struct assignments assignments = { .count = 0 };
	int key, status = 0;

	*options = (struct load_options){
		.spec = { .connections = 10,
			.threads = 1,
			.timeout_ns = 10000000000,
			.seed = (uint64_t)time(NULL) },
		.argc = argc,
		.argv = argv,
	};
	while (!status && (key = command_next(&load_command, argc, argv)) != -1)
		status = read_option(options, &assignments, key);
	if (!status)
		status = check(options);
	if (status)
		return status;
	params_init(&options->params, options->service->params);
	params_set(&options->params, "duration_ms", "10000");
	params_set(&options->params, "warmup_ms", "1000");
	params_set(&options->params, "pin", "0"); /* where the server runs is not for us to say */
	for (int i = 0; i < assignments.count && !status; i++)
		status = cli_param(
			"load", &options->params, options->service->name, assignments.text[i]);
	load_spec_params(&options->spec, &options->params);
	default_label(options);
	return status || !param_number(&options->params, "pin") ? status : pin(options);
}
