/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RESULT_FILES_H
#define BENCH_RESULT_FILES_H

/* How the subcommands read and write files, and say what is wrong with them. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/* What result_load (bench/result.h) reads; NULL with what is wrong said on stderr. */
json_t *result_open(const char *command, const char *path);

/*
 * Find out now, not after hours, that results cannot be written to path (NULL:
 * nothing is to be). Where a file exists and is not to be replaced, hint says
 * what to do; to a pipe or a device anything may be written. 0, or EXIT_USAGE
 * with what is wrong said on stderr.
 */
int result_check_output(const char *command, const char *path, bool replace, const char *hint);

/*
 * Write a text to path as save_file (bench/save.h) does, or where that is NULL to
 * stdout. 0, or EXIT_USAGE with what is wrong said on stderr.
 */
int result_deliver(const char *command, const char *path, const char *text, size_t size);

#endif
