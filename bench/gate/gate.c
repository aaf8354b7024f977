/* SPDX-License-Identifier: MIT */
#include "gate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "../cli.h"
#include "../result_files.h"
#include "../stop.h"
#include "options.h"
#include "outputs.h"

enum { TIME_LIMIT_S = 60 }; /* of a launch */

static int make_arms(struct gate *gate, const struct gate_options *options)
{
	if (options->commands[0]) {
		for (int side = 0; side < SIDES; side++) {
			gate->arms[side].command = options->commands[side];
			gate->arms[side].name = options->commands[side];
		}
		int status = gate_try_commands(gate, "gate");
		return status ? status : gate_command_cell(gate, "gate");
	}
	int status = arm_of_head(&gate->arms[HEAD], "gate", gate->notes, gate->stop);
	if (!status)
		status = arm_of_base(&gate->arms[BASE], "gate", options->base, gate->stop);
	return status ? status : gate_cells(gate, "gate", options->common.cells);
}

static int save_text(const char *folder, const char *name, const char *text, size_t size)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return result_deliver("gate", path, text, size);
}

static void write_json(const json_t *document, FILE *out)
{
	json_dumpf(document, out, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
	putc('\n', out);
}

/* Nothing at all without memory, which write_folder sees. */
static void write_junit(const json_t *document, FILE *out)
{
	gate_junit(document, out);
}

/* Every file of the folder but the plot, each made in memory first. 0 or EXIT_USAGE. */
static int write_folder(const json_t *document, const char *folder)
{
	static const struct {
		const char *name;
		void (*write)(const json_t *document, FILE *out);
	} files[] = {
		{ "gate.json", write_json },
		{ "gate.md", gate_markdown },
		{ "gate.xml", write_junit },
	};
	int status = 0;

	for (size_t i = 0; i < sizeof files / sizeof *files && !status; i++) {
		char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);
		if (out)
			files[i].write(document, out);
		if (!out || fclose(out) != 0 || size == 0)
			status = cli_error("gate", "out of memory");
		else
			status = save_text(folder, files[i].name, text, size);
		free(text);
	}
	return status;
}

static int deliver(
	const struct gate *gate, const struct gate_options *options, const json_t *document)
{
	static void (*const writers[])(const json_t *document, FILE *out) = {
		[GATE_TEXT] = gate_table,
		[GATE_MARKDOWN] = gate_markdown,
		[GATE_JSON] = write_json,
	};
	int status = options->common.folder ? write_folder(document, options->common.folder) : 0;

	writers[options->format](document, stdout);
	if (fflush(stdout) != 0 || ferror(stdout))
		status = cli_error("gate", "cannot write to standard output");
	if (status)
		return status;
	if (options->common.folder) /* without a picture the verdict still stands */
		gate_plot(document, options->common.folder, gate->stop);
	return gate->verdict == REGRESSION      ? EXIT_BAD_VERDICT
		: gate->verdict == INCONCLUSIVE ? EXIT_INCONCLUSIVE
						: EXIT_OK;
}

static int run_gate(struct gate *gate, const struct gate_options *options, int argc, char **argv)
{
	int64_t before_ns = io_now_ns();
	int status = make_arms(gate, options);

	if (status)
		return *gate->stop ? EXIT_INTERRUPTED : status;
	gate->build_s = (double)(io_now_ns() - before_ns) / 1e9;
	progress_start(&gate->progress);
	int err = gate_run(gate);
	progress_end(&gate->progress);
	if (err == -EINTR)
		return EXIT_INTERRUPTED;
	if (err)
		return cli_error("gate", "%s", strerror(-err));
	json_t *document = gate_document(gate, gate_options_json(options, argc, argv));
	if (!document)
		return cli_error("gate", "out of memory");
	status = deliver(gate, options, document);
	json_decref(document);
	return status;
}

int gate_main(int argc, char **argv)
{
	struct gate_options options;
	int status = gate_options_read(&options, argc, argv);

	if (status)
		return status;
	if ((status = gate_folder(
		     "gate", options.common.folder, "gate.json", options.common.force)))
		return status;
	unsetenv("CONCBENCH"); /* of a test: each side is to start its own servers */
	struct gate gate = { .threshold = options.common.threshold,
		.pairs = options.common.pairs,
		.seed = options.common.seed,
		.counts = !options.commands[0],
		.instructions = options.instructions,
		.time_limit_s = TIME_LIMIT_S,
		.stop = stop_on_signals(),
		.notes = json_array() };
	status = run_gate(&gate, &options, argc, argv);
	gate_free(&gate);
	return status;
}
