/* SPDX-License-Identifier: MIT */
#ifndef BENCH_LOAD_MAIN_H
#define BENCH_LOAD_MAIN_H

/* `concbench load`: load a server, whoever's it is, and tell how long its replies take. */
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>

#include "../models/param.h"
#include "command.h"
#include "load/load.h"
#include "workloads/workload.h"

/* The command line, read and checked. */
struct load_options {
	struct load_spec spec;
	const struct workload *service;
	struct params params;
	char label[65];
	const char *target, *output, *hgrm, *hlog;
	bool force, json;
	cpu_set_t cpus, server_cpus; /* where pinned */
	int argc;
	char **argv; /* as given, for the results */
};

/* Read the command line. 0 or EXIT_USAGE, the reason said. */
int load_options_read(struct load_options *options, int argc, char **argv);

/* The results file of one load, as concbench run writes its own. A new reference. */
json_t *load_results(const struct load_options *options, const struct load_result *result);

/* A table for a person. */
void load_print(const struct load_options *options, const struct load_result *result, FILE *out);

/* `concbench load`. */
extern const struct command load_command;
int load_main(int argc, char **argv);

#endif
