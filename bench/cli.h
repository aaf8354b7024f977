/* SPDX-License-Identifier: MIT */
#ifndef BENCH_CLI_H
#define BENCH_CLI_H

/* What the subcommands share: how they read their arguments and say what is wrong with them. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct model;
struct param;
struct params;
struct sockaddr_in;

enum { CLI_CONCURRENCY_MAX = 1000000, CLI_TASKS_MAX = 100000000 };

/* Exit statuses of the program. */
enum {
	EXIT_OK = 0,
	EXIT_BAD_VERDICT = 1,
	EXIT_USAGE = 2,
	EXIT_INCONCLUSIVE = 3,
	EXIT_INTERRUPTED = 130
};

/* Print "concbench COMMAND: message" on stderr; returns EXIT_USAGE. */
__attribute__((format(printf, 2, 3))) int cli_error(const char *command, const char *format, ...);

/* Print where to read about the options, after getopt's message on one; returns EXIT_USAGE. */
int cli_help(const char *command);

/*
 * Read a whole number between min and max into *number, or say what is wrong
 * with option's text (unit may be ""). 0 or EXIT_USAGE.
 */
int cli_number(const char *command, const char *option, const char *text, const char *unit,
	uint64_t min, uint64_t max, uint64_t *number);

/* The same of smaller numbers. */
int cli_count(const char *command, const char *option, const char *text, const char *unit,
	unsigned min, unsigned max, unsigned *count);

/* Read a time in seconds, perhaps with a fraction, into whole ms. 0 or EXIT_USAGE. */
int cli_seconds(const char *command, const char *option, const char *text, double min_s,
	double max_s, int64_t *ms);

/*
 * Say that there is no such thing as name, and which there are; next(k) gives
 * the k-th known name, NULL after the last. Returns EXIT_USAGE.
 */
int cli_unknown(
	const char *command, const char *kind, const char *name, const char *(*next)(unsigned k));

/*
 * Set a parameter from "NAME=VALUE", or say what is wrong with it: no such
 * name (and which the workload has), not a number, out of range. 0 or
 * EXIT_USAGE.
 */
int cli_param(
	const char *command, struct params *params, const char *workload, const char *assignment);

/*
 * Read a model with parameters of its own, MODEL[:NAME=VALUE].., or say what
 * is wrong. 0 or EXIT_USAGE.
 */
int cli_model(
	const char *command, const char *text, const struct model **model, struct params *params);

/* Whether the table has the parameter of a NAME=VALUE. */
bool cli_takes(const struct param *table, const char *assignment);

/*
 * A model's name with parameters of its own: those of count assignments that
 * the model has and the workload's table has not. To be freed; NULL without
 * memory.
 */
char *cli_model_with(const char *name, const struct model *model, const struct param *workload,
	const char *const *assignments, size_t count);

/* Read ADDR:PORT, an IPv4 address or a name that has one, or say what is wrong. 0 or EXIT_USAGE. */
int cli_address(const char *command, const char *text, struct sockaddr_in *address);

/* The names of the tables, for cli_unknown and for `list`. */
const char *cli_model_name(unsigned k);
const char *cli_workload_name(unsigned k);
const char *cli_service_name(unsigned k);
const char *cli_profile_name(unsigned k);

#endif
