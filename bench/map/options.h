/* SPDX-License-Identifier: MIT */
#ifndef MAP_OPTIONS_H
#define MAP_OPTIONS_H

/* What a map is to be of, as the command line has it. */
#include "../command.h"
#include "../plan.h"
#include "map.h"

struct map_options {
	struct plan plan;  /* every cell, and the seed, trials and output */
	const char *plots; /* the pictures' folder, or NULL */
};

/*
 * Read the arguments of `concbench map`. 0, or EXIT_USAGE with what is wrong said on
 * stderr. To be freed in both cases.
 */
int map_options_read(struct map_options *options, int argc, char **argv);

void map_options_free(struct map_options *options);

#endif
