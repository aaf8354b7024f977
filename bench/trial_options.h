/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TRIAL_OPTIONS_H
#define BENCH_TRIAL_OPTIONS_H

/* The options of one trial by hand, which `trial` and `trace` have in common. */
#include "command.h"
#include "trial.h"

/* The key of a row for --param; a command's own keys come after it. */
enum { OPT_TRIAL_PARAM = OPT_FIRST };

struct trial_options {
	struct trial_spec spec;
	const char *param[PARAMS_MAX]; /* NAME=VALUE, for when the workload is known */
	int params;
	char *model_name; /* with parameters of its own; to be freed */
};

/* Read -m, -w, -c, -n or --param, from optarg. Returns 0 or, after a message, an exit status. */
int trial_options_read(
	struct trial_options *options, const char *command, int key, uint64_t tasks_max);

/*
 * When all are read: the spec's model, unless it is an outside server, and the
 * parameters of both. Returns as trial_options_read does.
 */
int trial_options_check(struct trial_options *options, const char *command);

#endif
