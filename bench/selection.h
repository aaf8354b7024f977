/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SELECTION_H
#define BENCH_SELECTION_H

/* Which cells a run has: names and numbers from the command line, and a profile or none. */
#include "command.h"
#include "plan.h"
#include "profile.h"

enum { SELECTION_MAX = 64 };

/* A row of every table: a model, perhaps with parameters of its own, or an outside server. */
struct contender {
	const char *name;          /* MODEL, MODEL:NAME=VALUE or the outside server's label */
	const struct model *model; /* NULL for an outside server */
	const char *external;      /* whose ADDR:PORT this is */
};

/* As read; what was not given is empty, and then means all. */
struct selection {
	const char *command; /* that reads it, for what it says */
	struct contender models[SELECTION_MAX];
	size_t model_count;
	struct contender externals[SELECTION_MAX];
	size_t external_count;
	const struct workload *workloads[SELECTION_MAX];
	size_t workload_count;
	unsigned concurrency[SELECTION_MAX];
	size_t concurrency_count;
	const char *params[SELECTION_MAX]; /* NAME=VALUE */
	size_t param_count;
	uint64_t tasks; /* 0: each workload's or the profile's own */
	const struct profile *profile;
	uint64_t trials; /* 0: the profile's, or the default */
	uint64_t seed;   /* of the order */
	unsigned time_limit_s;
	json_t *arguments; /* as given, but for the seed and where results go */
};

/* Rows that run, sweep and map have; selection_read reads these, SELECTION_EXTERNAL, -m
 * and -c. */
extern const struct command_option selection_options[];

/* A row of those that have services. */
enum { OPT_EXTERNAL = OPT_SHARED };
#define SELECTION_EXTERNAL                                                         \
	{                                                                          \
		OPT_EXTERNAL, "external", "NAME=ADDR:PORT",                        \
			"a server of yours beside the models, in services' tables" \
	}

/* Nothing selected; a seed from the clock, and 60 s for a trial. */
void selection_init(struct selection *selection, const char *command);

/*
 * Take in the option that command_next has just read, and remember it among the
 * arguments. 0, EXIT_USAGE with what is wrong said on stderr, or -1 where it is
 * remembered, but not of those above.
 */
int selection_read(struct selection *selection, const struct command *command, int key);

/*
 * Add what -w names; what is named twice is there once. 0, or EXIT_USAGE with
 * what is wrong said on stderr. The texts must outlive the selection.
 */
int selection_add_workload(struct selection *selection, const char *name);

/* Add each item of option's list, which is cut up at its commas. 0 or EXIT_USAGE. */
int selection_read_list(struct selection *selection, const char *option, char *list,
	int (*add)(struct selection *selection, const char *item));

/* Give plan its cells. 0, or EXIT_USAGE with what is wrong said on stderr. */
int selection_cells(const struct selection *selection, struct plan *plan);

#endif
