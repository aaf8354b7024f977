/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "launch.h"

enum { CHILDREN_READ = 32 };

/* PSS of one process, or what of it no file is behind; -1 when it has ended. */
static long pss_kib(pid_t pid, bool files)
{
	char path[64], line[256];
	long kib = -1, anonymous_kib, shared_kib = -1;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return -1;
	while (shared_kib < 0 && fgets(line, sizeof line, file)) {
		if (sscanf(line, "Pss: %ld", &kib) == 1 && files)
			break;
		if (sscanf(line, "Pss_Anon: %ld", &anonymous_kib) == 1)
			kib = anonymous_kib;
		sscanf(line, "Pss_Shmem: %ld", &shared_kib);
	}
	fclose(file);
	return shared_kib > 0 ? kib + shared_kib : kib;
}

static int is_origin(pid_t pid)
{
	char path[64], name[32] = "";

	snprintf(path, sizeof path, "/proc/%d/comm", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return 0;
	if (!fgets(name, sizeof name, file))
		name[0] = '\0';
	fclose(file);
	return strcmp(name, "origin\n") == 0;
}

static FILE *children_of(pid_t pid)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	return fopen(path, "re");
}

/* The next child; false after the last. The origin is left out: it is started first. */
static bool next_child(FILE *children, unsigned before, pid_t *pid)
{
	while (fscanf(children, "%d", pid) == 1)
		if (before > 0 || !is_origin(*pid))
			return true;
	return false;
}

/*
 * A process and what is below it; -1 when it has ended. Of many children every
 * so-manieth is read, some `most` a generation, as the oldest may have ended
 * and not been waited for; such a one stands for others that have, at 0.
 */
static long tree_kib(pid_t pid, bool files, unsigned most)
{
	long own_kib = pss_kib(pid, files), sum_kib = 0;
	FILE *children = own_kib < 0 ? NULL : children_of(pid);
	unsigned count = 0, read = 0;
	pid_t child;

	if (!children)
		return -1;
	while (next_child(children, count, &child))
		count++;
	unsigned stride = count > most ? (count + most - 1) / most : 1;
	unsigned share = count < most ? most / (count ? count : 1) : 1;
	rewind(children);
	for (unsigned i = 0; next_child(children, i, &child); i++) {
		if (i % stride != 0)
			continue;
		long kib = tree_kib(child, files, share);
		sum_kib += kib > 0 ? kib : 0;
		read++;
	}
	fclose(children);
	return read == 0 ? own_kib : own_kib + sum_kib * count / read;
}

long memory_kib(pid_t pid)
{
	return tree_kib(pid, true, CHILDREN_READ);
}

long memory_of_its_own_kib(pid_t pid)
{
	return tree_kib(pid, false, CHILDREN_READ);
}
