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
	bool force, help;
};

static const char *format_name(unsigned k)
{
	return k < FORMATS ? formats[k].name : NULL;
}

static void usage(FILE *to)
{
	fputs("usage: concbench import FILE --format NAME [-o OUT.json] [--force]\n"
	      "Make another benchmark's results a results file, to compare, plot and export.\n"
	      "  -f, --format NAME  one of the formats below\n"
	      "  -o, --output OUT   write to OUT, whole or not at all, instead of stdout\n"
	      "      --force        replace OUT when it exists\n"
	      "  -h, --help         this text\n"
	      "formats:\n",
		to);
	for (unsigned k = 0; k < FORMATS; k++)
		fprintf(to, "  %-18s %s\n", formats[k].name, formats[k].summary);
}

static const struct format *find_format(const char *name)
{
	for (unsigned k = 0; k < FORMATS; k++)
		if (strcmp(formats[k].name, name) == 0)
			return &formats[k];
	cli_unknown("import", "format", name, format_name);
	return NULL;
}

/* 0 or the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "format", required_argument, NULL, 'f' },
		{ "output", required_argument, NULL, 'o' },
		{ "force", no_argument, NULL, 'F' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "f:o:h", names, NULL)) != -1) {
		if (c == '?')
			return cli_help("import");
		if (c == 'f' && !(options->format = find_format(optarg)))
			return EXIT_USAGE;
		if (c == 'o')
			options->out = optarg;
		if (c == 'F')
			options->force = true;
		if (c == 'h')
			options->help = true;
	}
	options->file = argv[optind];
	if (options->help)
		return EXIT_OK;
	if (!options->file)
		return cli_error("import", "no file is given; see concbench import --help");
	if (argv[optind + 1])
		return cli_error("import", "more than one file is given");
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

int import_main(int argc, char **argv)
{
	struct options options = { 0 };
	char reason[512];
	int status = parse(argc, argv, &options);

	if (status)
		return status;
	if (options.help) {
		usage(stdout);
		return EXIT_OK;
	}
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
