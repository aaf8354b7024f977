/* SPDX-License-Identifier: MIT */
#ifndef BENCH_RESULT_H
#define BENCH_RESULT_H

/*
 * Results files: JSON in the shape of results/schema.json, which
 * results/README.md explains. Missing is null or absent, never 0.
 */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

enum { RESULT_SCHEMA = 1 }; /* the version that this program writes and reads */

/*
 * Load a results file and check as much of its structure as readers rely on:
 * root and cells are objects, names are plain words, numbers that place a cell
 * are there. Readers must still expect any measured value to be missing. NULL
 * with a sentence in reason where it cannot be read, is not JSON, or is not
 * ours. The caller owns the reference.
 */
json_t *result_load(const char *path, char *reason, size_t size);

/*
 * Load any JSON file. NULL with a sentence in reason where it cannot be read or is
 * not JSON. The caller owns the reference.
 */
json_t *result_read_json(const char *path, char *reason, size_t size);

/*
 * Whether text is a name of letters, digits and _-.+, at most 64 of them. Names
 * go into file names, tables and gnuplot scripts; such ones need quoting in
 * none of these, and cannot lead out of a folder.
 */
bool is_plain_name(const char *text);

/* The JSON of root, indented, keys in their order: size bytes without a NUL, to be freed; or NULL.
 */
char *result_text(const json_t *root, size_t *size);

/* Save that text as save_file (bench/save.h) does. 0 or -errno. */
int result_save(const json_t *root, const char *path);

#endif
