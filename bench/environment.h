/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ENVIRONMENT_H
#define BENCH_ENVIRONMENT_H

/* The machine, the build and the limits that a run was made under. */
#include <jansson.h>

#define CONCBENCH_VERSION "0.1.0"

/* The commit that this program was built from, with -dirty where it was changed; or "". */
const char *environment_git(void);

/* The compiler that it was built with, and its version. */
const char *environment_compiler(void);

/* The environment object of the results; what is not known is null. A new reference. */
json_t *environment_capture(void);

/*
 * The first line that a program prints on stdout, or NULL when it cannot be
 * run. argv[0] is looked up in PATH. To be freed.
 */
char *first_line_of(char *const argv[]);

#endif
