/* SPDX-License-Identifier: MIT */
#include "load_main.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "environment.h"
#include "load/hdr.h"
#include "load/null_server.h"
#include "result.h"
#include "save.h"
#include "stop.h"
#include "table.h"

static void show_live(void *arg, const struct load_live *live)
{
	char rate[16], p99[16];

	(void)arg;
	fprintf(stderr, "\r\033[K%s/s  p99 %s  errors %llu",
		format_number(live->replies_per_s, rate),
		live->p99_ns < 0 ? "-" : format_time(live->p99_ns / 1e9, p99),
		(unsigned long long)live->errors);
}

/* What was never so much as begun: what, why, and what to do. */
static int refuse(const struct load_options *options, const char *why)
{
	return cli_error("load", "%s at %s: %s; see that it runs and serves %s",
		options->service->name, options->target, why, options->service->name);
}

static int say_begun(struct load_options *options, struct load_result *result)
{
	const char *terminal = getenv("TERM");
	bool live = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0;

	if (live)
		options->spec.live = show_live;
	int err = load_run(&options->spec, result);
	if (live)
		fputs("\r\033[K", stderr);
	if (err == -ECONNREFUSED)
		return refuse(options, result->reason);
	if (err)
		return cli_error("load", "%s", *result->reason ? result->reason : strerror(-err));
	return EXIT_OK;
}

/* Talk to the server once, find out what the generator can do, and load it. */
static int measure(struct load_options *options, struct load_result *result)
{
	struct answers answers = { 0 };
	char reason[256] = "";
	double ceiling_per_s = 0;
	int status = EXIT_OK;

	int err = answers_learn(&options->spec, &answers, reason, sizeof reason);
	if (err)
		status = *options->spec.stop ? EXIT_INTERRUPTED
					     : refuse(options, *reason ? reason : strerror(-err));
	if (!err && load_ceiling(&options->spec, &answers, &ceiling_per_s) == 0)
		result->ceiling_per_s = ceiling_per_s;
	answers_free(&answers);
	if (!status && !*options->spec.stop)
		status = say_begun(options, result);
	return status;
}

/* Made in memory first, so that the file is whole or not at all. 0 or -errno. */
static int write_file(const struct load_options *options, const struct load_result *result,
	const char *path, bool log)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int err = out ? 0 : -ENOMEM;

	if (out && log)
		err = hlog_write(result, options->label, out);
	else if (out)
		hgrm_write(&result->response, out);
	if (out && fclose(out) != 0 && !err)
		err = -errno;
	if (!err)
		err = save_file(path, text, size);
	free(text);
	if (err)
		cli_error("load", "cannot write '%s': %s", path, strerror(-err));
	return err;
}

/* The files that were asked for. 0 or the first -errno, which was said. */
static int write_files(
	const struct load_options *options, const struct load_result *result, const json_t *root)
{
	int err = options->output ? result_save(root, options->output) : 0;
	int hgrm_err = options->hgrm ? write_file(options, result, options->hgrm, false) : 0;
	int hlog_err = options->hlog ? write_file(options, result, options->hlog, true) : 0;

	if (err)
		cli_error("load", "cannot write '%s': %s", options->output, strerror(-err));
	return err ? err : hgrm_err ? hgrm_err : hlog_err;
}

static int deliver(const struct load_options *options, const struct load_result *result)
{
	char reason[256];
	json_t *root = options->output || options->json ? load_results(options, result) : NULL;

	int err = write_files(options, result, root);
	if (options->json)
		json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(15));
	else
		load_print(options, result, stdout);
	if (options->json)
		putchar('\n');
	json_decref(root);
	if (fflush(stdout) != 0)
		err = -errno;
	if (result->interrupted)
		return EXIT_INTERRUPTED;
	if (err)
		return EXIT_USAGE;
	const char *status = load_verdict(result, reason, sizeof reason);
	return strcmp(status, "ok") == 0 ? EXIT_OK : EXIT_BAD_VERDICT;
}

int load_main(int argc, char **argv)
{
	struct load_options options;
	struct talk talk = { 0 };
	int status = load_options_read(&options, argc, argv);

	if (status)
		return status;
	options.spec.stop = stop_on_signals();
	options.spec.client = options.service->client;
	options.spec.talk = &talk;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	int err = options.spec.client->open(&talk, &options.params, &options.spec.address, false);
	struct load_result *result = load_result_new();
	if (err)
		status = refuse(&options, *talk.reason ? talk.reason : strerror(-err));
	else if (!result)
		status = cli_error("load", "out of memory");
	else
		status = measure(&options, result);
	if (!status && result)
		status = *options.spec.stop && !result->interrupted ? EXIT_INTERRUPTED
								    : deliver(&options, result);
	load_result_free(result);
	if (!err)
		options.spec.client->close(&talk);
	curl_global_cleanup();
	return status;
}
