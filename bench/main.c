/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "command.h"
#include "version.h"

/* The k-th command that is for people. */
static const char *command_name(unsigned k)
{
	for (const struct command *const *row = commands; *row; row++)
		if ((*row)->summary && k-- == 0)
			return (*row)->name;
	return NULL;
}

static void print_usage(FILE *out)
{
	fputs("usage: concbench COMMAND ...\n"
	      "The same workloads under every concurrency model, measured.\n",
		out);
	for (const struct command *const *row = commands; *row; row++)
		if ((*row)->summary)
			fprintf(out, "  %-10s %s\n", (*row)->name, (*row)->summary);
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

static int run(const char *name, int argc, char **argv)
{
	if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
		print_usage(stdout);
		return EXIT_OK;
	}
	if (strcmp(name, "--version") == 0) {
		version_print(stdout);
		return EXIT_OK;
	}
	const struct command *command = command_find(name);
	if (command)
		return command_run(command, argc - 1, argv + 1);
	if (*name)
		return cli_unknown("", "command", name, command_name);
	print_usage(stderr);
	return EXIT_USAGE;
}

/* Who reads a pipe may stop when they have seen enough: that is no error. */
static bool is_written(FILE *out)
{
	struct stat st;

	return (fflush(out) == 0 && !ferror(out)) ||
		(fstat(fileno(out), &st) == 0 && S_ISFIFO(st.st_mode));
}

int main(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "";

	open_standard_streams();
	int status = run(name, argc, argv);

	return status || is_written(stdout) ? status
					    : cli_error(name, "cannot write to standard output");
}
