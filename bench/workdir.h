/* SPDX-License-Identifier: MIT */
#ifndef BENCH_WORKDIR_H
#define BENCH_WORKDIR_H

/* A folder of its own for each trial's files. */
enum { WORKDIR_MAX = 256 };

/*
 * Where the folders are made: $TMPDIR; else /dev/shm where that has room, as
 * models are to be compared and not what a disk's file system does meanwhile;
 * else /tmp.
 */
const char *workdir_parent(void);

/* The type of that file system, as "tmpfs" or "ext4"; "" when it is not one of the usual. */
const char *workdir_filesystem(void);

/* Make a folder there; its path, or on an error where it was to be, goes to path. */
int workdir_make(char path[WORKDIR_MAX]);

/* Remove it with all that is in it. */
void workdir_remove(const char *path);

#endif
