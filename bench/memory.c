/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "launch.h"

enum { CHILDREN_READ = 32 };

/* PSS of one process; -1 when it has ended. */
static long pss_kib(pid_t pid)
{
	char path[64], line[256];
	long kib = -1;

	snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return -1;
	while (kib < 0 && fgets(line, sizeof line, file))
		sscanf(line, "Pss: %ld", &kib);
	fclose(file);
	return kib;
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

/* Sums over the children that have been read. */
struct children {
	long alive, read, kib;
};

static void add_child(struct children *children, pid_t pid)
{
	if (children->alive == 0 && is_origin(pid))
		return; /* the origin is started first */
	children->alive++;
	if (children->read == CHILDREN_READ)
		return;
	long kib = pss_kib(pid);
	if (kib < 0)
		return; /* it has just ended */
	children->read++;
	children->kib += kib;
}

long memory_kib(pid_t pid)
{
	struct children children = { 0 };
	char path[64];
	int child;
	long own_kib = pss_kib(pid);

	if (own_kib < 0)
		return -1;
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return -1;
	while (fscanf(file, "%d", &child) == 1)
		add_child(&children, child);
	fclose(file);
	if (children.read == 0)
		return own_kib;
	return own_kib + children.kib * children.alive / children.read;
}
