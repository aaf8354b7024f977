/* SPDX-License-Identifier: MIT */
#include "trace_main.h"

#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../models/trace.h"
#include "../cells.h"
#include "../cli.h"
#include "../result_files.h"
#include "../save.h"
#include "../screen.h"
#include "../stop.h"
#include "../trial_options.h"
#include "../trial_process.h"
#include "outputs.h"
#include "timeline.h"

enum { TASKS_MAX = 1000, TASKS_USUAL = 20, TIME_LIMIT_S = 120 };

struct options {
	struct trial_options trial;
	const char *output, *format;
	char trace[64]; /* the file of events */
};

static int read_format(struct options *options)
{
	static const char *const formats[] = { "txt", "svg", "png", "json" };
	const char *dot;

	if (!options->output)
		return 0;
	dot = strrchr(options->output, '.');
	for (size_t i = 0; dot && i < sizeof formats / sizeof *formats; i++)
		if (strcmp(dot + 1, formats[i]) == 0)
			options->format = formats[i];
	if (!options->format)
		return cli_error("trace",
			"-o %s: the name must end in .txt, .svg, .png or .json (for Perfetto)",
			options->output);
	for (const char *c = options->output; *c; c++)
		if ((unsigned char)*c < ' ') /* gnuplot's strings cannot have them */
			return cli_error("trace", "-o: the name must not hold control characters");
	return result_check_output("trace", options->output, true, "");
}

static int read_options(struct options *options, int argc, char **argv)
{
	struct trial_spec *spec = &options->trial.spec;
	int key, status = 0;

	while (!status && (key = command_next(&trace_command, argc, argv)) != -1)
		if (key == 'o')
			options->output = optarg;
		else
			status = trial_options_read(&options->trial, "trace", key, TASKS_MAX);
	if (!status)
		status = trial_options_check(&options->trial, "trace");
	if (status)
		return status;
	if (spec->workload->kind == WORKLOAD_SERVICE)
		return cli_error("trace", "%s is a service, which has no tasks to trace",
			spec->workload->name);
	if (!spec->tasks)
		spec->tasks = spec->workload->tasks < TASKS_USUAL ? spec->workload->tasks
								  : TASKS_USUAL;
	if (!spec->concurrency)
		spec->concurrency = spec->tasks;
	return read_format(options);
}

static int save(const struct timeline *timeline, const struct options *options)
{
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	int err = file ? 0 : -ENOMEM;

	if (file) {
		if (strcmp(options->format, "json") == 0)
			timeline_json(timeline, file);
		else
			timeline_text(timeline, false, file);
		err = fclose(file) == 0 ? save_file(options->output, text, size) : -ENOMEM;
	}
	free(text);
	return err ? cli_error("trace", "cannot write '%s': %s", options->output, strerror(-err))
		   : EXIT_OK;
}

static void warn(const struct timeline *timeline)
{
	if (timeline->lost > 0)
		fprintf(stderr,
			"concbench trace: only the first %d events are shown, %llu more had no "
			"room; take fewer tasks\n",
			TRACE_EVENTS_MAX, (unsigned long long)timeline->lost);
	if (timeline->untraced > 0)
		fprintf(stderr,
			"concbench trace: only the first %d children are shown, %llu more had no "
			"room\n",
			TRACE_CHILDREN_MAX, (unsigned long long)timeline->untraced);
}

static int show(const struct options *options, const struct trace *traced, const volatile int *stop)
{
	struct timeline timeline;
	int status = EXIT_OK;

	if (timeline_init(&timeline, &options->trial.spec, traced) != 0)
		return cli_error("trace", "out of memory");
	warn(&timeline);
	if (!options->format)
		timeline_text(&timeline, screen_has_colours(stdout), stdout);
	else if (strcmp(options->format, "svg") == 0 || strcmp(options->format, "png") == 0)
		status = timeline_draw(&timeline, options->output, options->format, stop);
	else
		status = save(&timeline, options);
	timeline_free(&timeline);
	if (options->output && !status)
		printf("%llu tasks in %s\n", (unsigned long long)options->trial.spec.tasks,
			options->output);
	return status;
}

/* The trial in a process of its own, which traces into memory that both have. */
static int run_traced(struct options *options, const struct trace *traced, const volatile int *stop)
{
	json_t *trial = trial_process(&options->trial.spec, TIME_LIMIT_S, stop);

	if (!trial)
		return EXIT_INTERRUPTED;
	const char *status = text_at(trial, "status");
	bool good = strcmp(status, "ok") == 0;
	if (!good)
		fprintf(stderr, "concbench trace: %s under %s: %s: %s\n",
			options->trial.spec.workload->name, options->trial.spec.model_name, status,
			text_at(trial, "reason"));
	json_decref(trial);
	return good ? show(options, traced, stop) : EXIT_BAD_VERDICT;
}

static int trace_spec(struct options *options)
{
	const volatile int *stop = stop_on_signals();
	int fd = memfd_create("concbench-trace", MFD_CLOEXEC);
	void *memory = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(struct trace)) == 0)
		memory = mmap(NULL, sizeof(struct trace), PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED) {
		int status = cli_error("trace", "no memory for events: %s", strerror(errno));
		if (fd >= 0)
			close(fd);
		return status;
	}
	snprintf(options->trace, sizeof options->trace, "/proc/%d/fd/%d", getpid(), fd);
	options->trial.spec.trace = options->trace;
	int status = run_traced(options, memory, stop);
	munmap(memory, sizeof(struct trace));
	close(fd);
	return status;
}

static int trace_main(int argc, char **argv)
{
	struct options options = { 0 };
	int status = read_options(&options, argc, argv);

	if (!status)
		status = trace_spec(&options);
	free(options.trial.model_name);
	return status;
}

const struct command trace_command = {
	.name = "trace",
	.summary = "when each task of a small run was queued, ran and waited",
	.synopsis = "-m MODEL -w WORKLOAD [OPTION].. [-o FILE]",
	.about = "Run a few tasks under a model and show the timeline of each, and of the children "
		 "that it starts: queued, running or waiting, and in which thread or process.",
	.options =
		(const struct command_option[]){
			{ 'm', "model", "MODEL[:NAME=VALUE]", "the model", COMPLETES_MODEL },
			{ 'w', "workload", "WORKLOAD", "what the tasks do; not a service",
				COMPLETES_WORKLOAD },
			{ 'c', "concurrency", "N", "tasks in flight at most (default: all)" },
			{ 'n', "tasks", "TASKS",
				"how many, up to 1000 (default: the workload's, but at most 20)" },
			{ OPT_TRIAL_PARAM, "param", "NAME=VALUE",
				"of the workload, or of the model; may be given again" },
			{ 'o', "output", "FILE",
				"where to, by its ending: .txt, .svg, .png, or .json for "
				"ui.perfetto.dev, and replaced where it is there (default: text on "
				"stdout)",
				COMPLETES_FILE },
			COMMAND_HELP,
			{ 0 },
		},
	.main = trace_main,
};
