/* SPDX-License-Identifier: MIT */
#ifndef BENCH_WORKDIR_H
#define BENCH_WORKDIR_H

/* A folder of its own for each trial's files. */
enum { WORKDIR_MAX = 256 };

/* Make one in $TMPDIR or /tmp; its path, or on an error where it was to be, goes to path. */
int workdir_make(char path[WORKDIR_MAX]);

/* Remove it with all that is in it. */
void workdir_remove(const char *path);

#endif
