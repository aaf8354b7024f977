/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"
#include "compare/compare.h"
#include "environment.h"
#include "export/export.h"
#include "gate/gate.h"
#include "history/history_main.h"
#include "import/import.h"
#include "list.h"
#include "load_main.h"
#include "origin.h"
#include "plot.h"
#include "run.h"
#include "selftest/selftest.h"
#include "serve.h"
#include "sweep/sweep_main.h"
#include "trial.h"

static const struct command {
	const char *name;
	int (*main)(int argc, char **argv);
	const char *summary; /* NULL: not for people */
} commands[] = {
	{ "list", list_main, "what can be run: models, workloads, profiles" },
	{ "run", run_main, "measure: every model on every workload, or those you name" },
	{ "sweep", sweep_main, "latency against load, and the highest rate that meets an SLO" },
	{ "serve", serve_main, "serve echo, http or websocket under a model, by hand" },
	{ "load", load_main, "load a server and see how long replies take" },
	{ "compare", compare_main, "two runs that were saved: what is worse, what is better" },
	{ "gate", gate_main, "hold this build against another, pair by pair: for CI" },
	{ "selftest", selftest_main, "how often a gate is wrong on this machine" },
	{ "plot", plot_main, "pictures of a results file" },
	{ "history", history_main, "results over time: what changed, and at which commit" },
	{ "export", export_main, "a results file in another format" },
	{ "import", import_main, "another benchmark's results, as a results file" },
	{ "origin", origin_main, "the HTTP server the workloads talk to, by hand" },
	{ "trial", trial_main, NULL },
};

enum { COMMANDS = sizeof commands / sizeof *commands };

static const char *command_name(unsigned k)
{
	return k < COMMANDS && commands[k].summary ? commands[k].name : NULL;
}

static void print_usage(FILE *out)
{
	fputs("usage: concbench COMMAND ...\n"
	      "The same workloads under every concurrency model, measured.\n",
		out);
	for (unsigned k = 0; command_name(k); k++)
		fprintf(out, "  %-8s %s\n", commands[k].name, commands[k].summary);
	fputs("`concbench COMMAND --help` tells more.\n", out);
}

/* A descriptor that the shell closed must not become a pipe or a file that stdout goes into. */
static void open_standard_streams(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	close(fd);
}

static int run_command(const struct command *command, int argc, char **argv)
{
	char name[32];

	snprintf(name, sizeof name, "concbench %s", command->name);
	argv[0] = name; /* getopt begins its messages with it */
	return command->main(argc, argv);
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	open_standard_streams();
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(name, "--version") == 0) {
		puts("concbench " CONCBENCH_VERSION);
		return EXIT_OK;
	}
	for (const struct command *command = commands; command < commands + COMMANDS; command++)
		if (strcmp(command->name, name) == 0)
			return run_command(command, argc - 1, argv + 1);
	if (*name)
		return cli_unknown("", "command", name, command_name);
	print_usage(stderr);
	return EXIT_USAGE;
}
