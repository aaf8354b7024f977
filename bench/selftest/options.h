/* SPDX-License-Identifier: MIT */
#ifndef SELFTEST_OPTIONS_H
#define SELFTEST_OPTIONS_H

#include "../gate/options.h"
#include "selftest.h"

struct selftest_options {
	struct gate_common common;
	uint64_t aa, gates; /* of identical code; of each level */
};

/* Read the command line, the levels into test. 0, or EXIT_USAGE with what is wrong said. */
int selftest_options_read(
	struct selftest_options *options, struct selftest *test, int argc, char **argv);

json_t *selftest_options_json(const struct selftest_options *options, int argc, char **argv);

#endif
