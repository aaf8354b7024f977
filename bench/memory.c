/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
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

/* Some children of a process, and how many there are. */
struct children {
	pid_t read[CHILDREN_READ];
	unsigned count, alive;
};

/* The origin is left out: it is started first. */
static bool list_children(struct children *children, pid_t pid, unsigned most)
{
	char path[64];
	int child;

	*children = (struct children){ 0 };
	snprintf(path, sizeof path, "/proc/%d/task/%d/children", pid, pid);
	FILE *file = fopen(path, "re");
	if (!file)
		return false;
	while (fscanf(file, "%d", &child) == 1) {
		if (children->alive == 0 && is_origin(child))
			continue;
		if (children->count < most)
			children->read[children->count++] = child;
		children->alive++;
	}
	fclose(file);
	return true;
}

/* Reads at most so many processes a generation. */
static long tree_kib(pid_t pid, unsigned most)
{
	struct children children;
	long own_kib = pss_kib(pid), sum_kib = 0;
	unsigned summed = 0;

	if (own_kib < 0 || !list_children(&children, pid, most))
		return -1;
	for (unsigned i = 0; i < children.count; i++) {
		unsigned share = most / children.count;
		long kib = tree_kib(children.read[i], share > 0 ? share : 1);
		if (kib < 0)
			continue; /* it has just ended */
		summed++;
		sum_kib += kib;
	}
	return summed == 0 ? own_kib : own_kib + sum_kib * children.alive / summed;
}

long memory_kib(pid_t pid)
{
	return tree_kib(pid, CHILDREN_READ);
}
