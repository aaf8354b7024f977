/* SPDX-License-Identifier: MIT */
#include "claims_main.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/cpus.h"
#include "../../models/io.h"
#include "../cli.h"
#include "../environment.h"
#include "../result_files.h"
#include "../save.h"
#include "../stop.h"
#include "../trial_process.h"
#include "observe.h"
#include "quiz.h"

enum { OPT_QUIZ = OPT_FIRST, OPT_JSON };

enum { SELECTED_MAX = 64 };

struct options {
	const char *output;
	bool quiz, json;
	const struct claim *selected[SELECTED_MAX];
	size_t count;
};

/* One call: what is measured, and what came of it so far. */
struct inquiry {
	const struct options *options;
	struct observer observer;
	struct progress progress;
	FILE *out; /* what a person reads, NULL: nobody does */
	FILE *ask; /* the quiz's questions */
	int64_t start_ns;
	json_t *environment; /* as it was before the first trial */
	bool interrupted;
	size_t count;
	struct claim_outcome outcomes[SELECTED_MAX];
};

static const char *claim_name(unsigned k)
{
	return claims[k] ? claims[k]->name : NULL;
}

static int select_claim(struct options *options, const char *text)
{
	const struct claim *claim = claim_find(text);

	if (!claim)
		return cli_unknown("claims", "claim", text, claim_name);
	for (size_t i = 0; i < options->count; i++)
		if (options->selected[i] == claim)
			return EXIT_OK;
	options->selected[options->count++] = claim;
	return EXIT_OK;
}

static int read_options(int argc, char **argv, struct options *options)
{
	int key, status = EXIT_OK;

	while ((key = command_next(&claims_command, argc, argv)) != -1) {
		if (key == 'o')
			options->output = optarg;
		options->quiz |= key == OPT_QUIZ;
		options->json |= key == OPT_JSON;
	}
	for (int i = optind; i < argc && !status; i++)
		status = select_claim(options, argv[i]);
	for (size_t k = 0; claims[k] && optind == argc; k++)
		options->selected[options->count++] = claims[k];
	return status;
}

static const char *reason_of(const struct observer *observer, int err)
{
	if (*observer->reason)
		return observer->reason;
	return err == -EINVAL ? "a trial read 0 or less, of which there is no ratio"
			      : strerror(-err);
}

/* A finding from the observations, or why there is none. */
static void conclude(struct claim_outcome *outcome, const struct observer *observer, int err)
{
	if (!err)
		err = claim_judge(outcome->claim, &outcome->seen, &outcome->finding);
	if (!err)
		return;
	outcome->not_run = err == -ENOTSUP;
	outcome->failed = !outcome->not_run;
	outcome->finding = (struct claim_finding){ .verdict = CLAIM_INCONCLUSIVE };
	snprintf(outcome->reason, sizeof outcome->reason, "%s", reason_of(observer, err));
}

/* Measure one more claim. False when there is to be no other. */
static bool inquire(struct inquiry *inquiry, const struct claim *claim)
{
	struct claim_outcome *outcome = &inquiry->outcomes[inquiry->count];
	int64_t start_ns;

	*outcome = (struct claim_outcome){ .claim = claim };
	if (inquiry->out || inquiry->ask)
		claim_put_heading(claim, inquiry->out ? inquiry->out : inquiry->ask);
	if (inquiry->ask) {
		outcome->guessed = quiz_ask(stdin, inquiry->ask, &outcome->guess);
		inquiry->interrupted = !outcome->guessed;
		if (inquiry->interrupted)
			return false;
		progress_start(&inquiry->progress); /* thinking is no part of what is left */
	}
	start_ns = io_now_ns();
	int err = claim_observe(claim, &inquiry->observer, &outcome->seen);
	progress_end(&inquiry->progress);
	if (err == -EINTR)
		return false;
	outcome->elapsed_s = (io_now_ns() - start_ns) / 1e9;
	conclude(outcome, &inquiry->observer, err);
	inquiry->count++;
	if (inquiry->ask)
		quiz_tell(outcome, inquiry->ask);
	if (inquiry->out)
		claim_put(outcome, inquiry->out);
	return !inquiry->out || !ferror(inquiry->out);
}

static json_t *inquiry_json(const struct inquiry *inquiry)
{
	json_t *list = json_array(), *quiz = json_null();
	size_t told, right;

	for (size_t i = 0; i < inquiry->count; i++)
		json_array_append_new(list, claim_json(&inquiry->outcomes[i]));
	quiz_score(inquiry->outcomes, inquiry->count, &told, &right);
	if (inquiry->ask)
		quiz = json_pack("{s:i, s:i}", "told", (int)told, "right", (int)right);
	return json_pack("{s:i, s:s, s:b, s:f, s:O, s:o, s:o}", "schema", 1, "kind", "claims",
		"complete", inquiry->count == inquiry->options->count, "elapsed_s",
		(io_now_ns() - inquiry->start_ns) / 1e9, "environment", inquiry->environment,
		"quiz", quiz, "claims", list);
}

/* With a line's end, as a file has one. */
static int json_text(const json_t *json, char **text)
{
	char *dumped = json ? json_dumps(json, JSON_INDENT(2)) : NULL;

	if (!dumped || asprintf(text, "%s\n", dumped) < 0)
		*text = NULL;
	free(dumped);
	return *text ? 0 : -ENOMEM;
}

/* Print and save it as JSON where that is wanted. An exit status. */
static int deliver_json(const struct inquiry *inquiry)
{
	const char *output = inquiry->options->output;
	int status = EXIT_OK;

	if (!output && !inquiry->options->json)
		return EXIT_OK;
	json_t *json = inquiry_json(inquiry);
	char *text = NULL;
	int err = json_text(json, &text);
	if (!err && output)
		err = save_file(output, text, strlen(text));
	if (err)
		status = cli_error(
			"claims", "cannot write '%s': %s", output ? output : "-", strerror(-err));
	if (text && inquiry->options->json)
		fputs(text, stdout);
	free(text);
	json_decref(json);
	return status;
}

static int verdict(const struct inquiry *inquiry)
{
	size_t unsure = 0;

	for (size_t i = 0; i < inquiry->count; i++) {
		if (inquiry->outcomes[i].failed)
			return EXIT_BAD_VERDICT;
		unsure += inquiry->outcomes[i].finding.verdict == CLAIM_INCONCLUSIVE;
	}
	return unsure > 0 && unsure == inquiry->count ? EXIT_INCONCLUSIVE : EXIT_OK;
}

static void put_end(const struct inquiry *inquiry)
{
	size_t told, right;

	if (inquiry->out && inquiry->count > 1)
		claim_put_summary(inquiry->outcomes, inquiry->count, inquiry->out);
	if (inquiry->out)
		fprintf(inquiry->out, "%zu of %zu claims%s in %.0f s\n", inquiry->count,
			inquiry->options->count, inquiry->interrupted ? ", interrupted," : "",
			(io_now_ns() - inquiry->start_ns) / 1e9);
	if (!inquiry->ask)
		return;
	quiz_score(inquiry->outcomes, inquiry->count, &told, &right);
	fprintf(inquiry->ask, "your score: %zu of %zu\n", right, told);
}

/* What will spoil the numbers, before any is printed. */
static void put_warnings(const json_t *environment, FILE *out)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(json_object_get(environment, "warnings"), i, warning)
	{
		fprintf(out, "Beware: %s.\n\n", json_string_value(warning));
	}
}

static int run(struct inquiry *inquiry)
{
	const struct options *options = inquiry->options;
	const volatile int *stop = stop_on_signals();

	inquiry->observer = (struct observer){ .trial = trial_process,
		.cpus = cpus_count(),
		.stop = stop,
		.progress = &inquiry->progress };
	inquiry->out = options->json ? NULL : stdout;
	inquiry->ask = !options->quiz ? NULL : options->json ? stderr : stdout;
	inquiry->start_ns = io_now_ns();
	for (size_t i = 0; i < options->count; i++)
		inquiry->observer.total += claim_trials(options->selected[i]);
	if (inquiry->out)
		put_warnings(inquiry->environment, inquiry->out);
	progress_start(&inquiry->progress);
	for (size_t i = 0; i < options->count && inquire(inquiry, options->selected[i]); i++)
		;
	inquiry->interrupted |= *stop;
	put_end(inquiry);
	int status = deliver_json(inquiry);
	bool printed = fflush(stdout) == 0 && !ferror(stdout);
	if (inquiry->interrupted)
		return EXIT_INTERRUPTED;
	if (!printed && !status)
		status = cli_error("claims", "cannot write to stdout");
	return status ? status : verdict(inquiry);
}

static int claims_main(int argc, char **argv)
{
	struct options options = { 0 };
	int status = read_options(argc, argv, &options);

	if (!status)
		status = result_check_output(
			"claims", options.output, false, "give another name, or remove it first");
	if (status)
		return status;
	struct inquiry *inquiry = calloc(1, sizeof *inquiry);
	if (!inquiry)
		return cli_error("claims", "out of memory");
	inquiry->options = &options;
	inquiry->environment = environment_capture();
	status = run(inquiry);
	json_decref(inquiry->environment);
	free(inquiry);
	return status;
}

const struct command claims_command = {
	.name = "claims",
	.summary = "what textbooks say of concurrency, each measured on this machine",
	.synopsis = "[NUMBER|NAME]... [--quiz] [--json] [-o FILE.json]",
	.about =
		"Measure claims about concurrency, all or those that are named: what each says, "
		"the "
		"commands that measure it, the numbers with their intervals, whether it holds, and "
		"why. All of them take some two minutes.",
	.options =
		(const struct command_option[]){
			{ OPT_QUIZ, "quiz", NULL,
				"ask for your guess before each is measured, and keep the score" },
			{ OPT_JSON, "json", NULL, "print JSON and nothing else on stdout" },
			{ 'o', "output", "FILE.json", "write the JSON to a file, too",
				COMPLETES_FILE },
			COMMAND_HELP,
			{ 0 },
		},
	.closing =
		"A claim that does not hold is a finding, not an error. Exit status: 0 done; 1 an "
		"experiment failed to run; 2 bad usage; 3 nothing could be told from the noise; "
		"130 interrupted, as by the end of the answers to a quiz.",
	.operand = COMPLETES_CHOICE,
	.choice = claim_name,
	.operands = SELECTED_MAX,
	.main = claims_main,
};
