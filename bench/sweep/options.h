/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_OPTIONS_H
#define SWEEP_OPTIONS_H

/* What a sweep is to do, as the command line has it. */
#include <jansson.h>

#include "../selection.h"
#include "slo.h"

struct sweep_options {
	struct selection selection; /* models, outside servers, connections, seed, time limit */
	const struct workload *service;
	struct params params; /* of the service */
	struct slo slo;
	unsigned rates, trials;
	bool force;
	const char *output; /* FILE.json, or NULL */
	const char *plots;  /* the pictures' folder, or NULL */
};

/* Read the arguments of `concbench sweep`. 0, or EXIT_USAGE with what is wrong said on stderr. */
int sweep_options_read(struct sweep_options *options, int argc, char **argv);

/* The options object of the results. A new reference. */
json_t *sweep_options_json(const struct sweep_options *options);

void sweep_options_free(struct sweep_options *options);

#endif
