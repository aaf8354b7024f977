/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SAVE_H
#define BENCH_SAVE_H

/* Writing a file whole or not at all. */
#include <stddef.h>

/*
 * Make path hold exactly size bytes of data, also across a power cut: written
 * to a temporary file in the same folder, fsynced, renamed, the folder fsynced.
 * Where it fails, what stood at path still stands and no temporary file is
 * left. A symbolic link is followed. A device or pipe, which cannot be
 * replaced, is written to as it is. 0 or -errno. Thread-safe.
 */
int save_file(const char *path, const void *data, size_t size);

#endif
