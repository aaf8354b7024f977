/* SPDX-License-Identifier: MIT */
#ifndef GATE_OPTIONS_H
#define GATE_OPTIONS_H

/* The command line of `concbench gate`, and what it shares with `concbench selftest`. */
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../command.h"

enum gate_format { GATE_TEXT, GATE_MARKDOWN, GATE_JSON };

/* What both take. */
struct gate_common {
	const char *cells, *folder; /* NULL where not given */
	double threshold;           /* a share */
	uint64_t pairs, seed;
	bool force;
};

struct gate_options {
	struct gate_common common;
	const char *base;
	const char *commands[2]; /* of base and head; both or none */
	enum gate_format format;
	bool instructions;
};

extern const struct command_option gate_common_options[];

/*
 * Take in the option that command_next has just read. 0, EXIT_USAGE with what is
 * wrong said on stderr, or -1 where it is none of gate_common_options.
 */
int gate_read_common(struct gate_common *common, const char *command, int key);

/* 0, or EXIT_USAGE with what is wrong said on stderr. */
int gate_options_read(struct gate_options *options, int argc, char **argv);

/* The options object of the document, with the arguments as given. A new reference. */
json_t *gate_options_json(const struct gate_options *options, int argc, char **argv);

/*
 * Read a percentage, "3%" or "2.5", into a share. 0, or EXIT_USAGE where it is
 * no number or not within min and max (per cent), said on stderr.
 */
int gate_percent(const char *command, const char *option, const char *text, double min, double max,
	double *share);

/*
 * Make the folder (NULL: none) if it is missing, and see that `file` can be written
 * there; an older one is replaced only with force. 0, or EXIT_USAGE with what is wrong
 * said on stderr.
 */
int gate_folder(const char *command, const char *folder, const char *file, bool force);

/* The arguments as given, after the command's name. A new reference. */
json_t *gate_arguments(const char *command, int argc, char **argv);

#endif
