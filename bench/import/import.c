/* SPDX-License-Identifier: MIT */
#include "import.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <string.h>

#include "../cli.h"
#include "../result.h"
#include "../result_new.h"

static const struct format {
	const char *name, *summary;
	import_fn *read;
} formats[] = {
	{ "hyperfine", "hyperfine --export-json: a cell a command, a trial a run",
		import_hyperfine },
	{ "google-benchmark", "--benchmark_out: a cell a benchmark, a trial a repetition",
		import_google_benchmark },
};

enum { FORMATS = sizeof formats / sizeof *formats };

struct options {
	const char *file, *out;
	const struct format *format;
	bool force;
};

static const char *format_name(unsigned k)
{
	return k < FORMATS ? formats[k].name : NULL;
}

static const char *format_summary(unsigned k)
{
	return formats[k].summary;
}

static int read_format(struct options *options, const char *name)
{
	for (size_t k = 0; k < FORMATS && !options->format; k++)
		if (strcmp(formats[k].name, name) == 0)
			options->format = &formats[k];
	return options->format ? EXIT_OK : cli_unknown("import", "format", name, format_name);
}

enum { OPT_FORCE = OPT_FIRST };

/* 0 or the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	int key, status = EXIT_OK;

	while (!status && (key = command_next(&import_command, argc, argv)) != -1) {
		if (key == 'f')
			status = read_format(options, optarg);
		else if (key == 'o')
			options->out = optarg;
		else
			options->force = true;
	}
	options->file = argv[optind];
	if (status)
		return status;
	if (!options->file)
		return cli_error("import", "no file is given; see concbench import --help");
	return options->format
		? EXIT_OK
		: cli_error("import", "no --format is given; see concbench import --help");
}

static int deliver(const struct options *options, const json_t *root)
{
	int err = 0;

	if (options->out)
		err = result_save(root, options->out);
	else if (json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15)) != 0 ||
		putchar('\n') == EOF || fflush(stdout) != 0)
		err = -errno;
	return err ? cli_error("import", "cannot write '%s': %s",
			     options->out ? options->out : "standard output", strerror(-err))
		   : EXIT_OK;
}

static int convert(const struct options *options, const json_t *source)
{
	struct import import = { .root = import_new(options->format->name), .notes = stderr };
	int err = import.root ? options->format->read(source, &import) : -ENOMEM;
	int status;

	if (err == -EINVAL)
		status = cli_error("import", "'%s' is not what %s writes: %s", options->file,
			options->format->name, import.reason);
	else if (err)
		status = cli_error("import", "%s", strerror(-err));
	else
		status = deliver(options, import.root);
	json_decref(import.root);
	return status;
}

static int import_main(int argc, char **argv)
{
	struct options options = { 0 };
	char reason[512];
	int status = parse(argc, argv, &options);

	if (status)
		return status;
	status = result_check_output("import", options.out, options.force,
		"give another name, or --force to replace it");
	if (status)
		return status;
	json_t *source = result_read_json(options.file, reason, sizeof reason);
	if (!source)
		return cli_error("import", "%s", reason);
	status = convert(&options, source);
	json_decref(source);
	return status;
}

const struct command import_command = {
	.name = "import",
	.summary = "another benchmark's results, as a results file",
	.synopsis = "FILE --format NAME [-o OUT.json] [--force]",
	.about = "Make another benchmark's results a results file, to compare, plot and export.",
	.options =
		(const struct command_option[]){
			{ 'f', "format", "NAME", "one of the formats below", COMPLETES_CHOICE,
				.choice = format_name, .choice_help = format_summary },
			{ 'o', "output", "OUT",
				"write to OUT, whole or not at all, instead of stdout",
				COMPLETES_FILE },
			{ OPT_FORCE, "force", NULL, "replace OUT when it exists" },
			COMMAND_HELP,
			{ 0 },
		},
	.operand = COMPLETES_FILE,
	.main = import_main,
};
