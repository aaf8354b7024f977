/* SPDX-License-Identifier: MIT */
#include "cgroup.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "look.h"

const struct cgroup_limit cgroup_cpus = {
	.controller = "cpu",
	.v1 = "cpu.cfs_quota_us",
	.v1_unit = "cpu.cfs_period_us",
	.v2 = "cpu.max",
};
const struct cgroup_limit cgroup_memory = {
	.controller = "memory", .v1 = "memory.limit_in_bytes", .v2 = "memory.max"
};
const struct cgroup_limit cgroup_pids = {
	.controller = "pids", .v1 = "pids.max", .v2 = "pids.max"
};

enum { MEMBERSHIP_MAX = 4096, FOLDER_MAX = PATH_MAX / 2 };

/* Version 1 has no word for none: it is what a page's multiple can be at most. */
static const double endless = 9e18;

/* Whether a comma-separated list of so many characters has the word. */
static bool has_word(const char *list, size_t length, const char *word)
{
	for (const char *at = list; at < list + length;) {
		size_t size = strcspn(at, ",:");
		if (size == strlen(word) && strncmp(at, word, size) == 0)
			return true;
		at += size + 1;
	}
	return false;
}

/*
 * The group of this process under a controller: a line of /proc/self/cgroup is
 * NUMBER:CONTROLLERS:PATH, and version 2 has no controllers there. False where
 * there is none such; controller is NULL for version 2.
 */
static bool membership(const struct machine *machine, const char *controller, char path[FOLDER_MAX])
{
	char text[MEMBERSHIP_MAX];

	if (!read_text(machine, "/proc/self/cgroup", text, sizeof text))
		return false;
	for (char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		char *list = strchr(line, ':'), *group = list ? strchr(list + 1, ':') : NULL;
		if (!group)
			return false;
		size_t length = group - list - 1;
		if (controller ? !has_word(list + 1, length, controller) : length > 0)
			continue;
		snprintf(path, FOLDER_MAX, "%.*s", (int)strcspn(group + 1, "\n"), group + 1);
		return true;
	}
	return false;
}

/* What a file of a limit says: a number, INFINITY, or NAN where it cannot be read. */
static double number_in(const struct machine *machine, const char *folder, const char *file)
{
	char path[PATH_MAX], text[128], *end;

	snprintf(path, sizeof path, "%s/%s", folder, file);
	if (!read_text(machine, path, text, sizeof text))
		return NAN;
	if (strncmp(text, "max", 3) == 0)
		return INFINITY;
	double number = strtod(text, &end);
	if (end == text)
		return NAN;
	/* cpu.max has the period after the quota. */
	double unit = *end == ' ' ? strtod(end, NULL) : 1;
	return number < 0 || number > endless ? INFINITY : number / unit;
}

/*
 * From the group up to the root of the hierarchy, as far as a container sees it. NAN where
 * a file is there and cannot be read, none where there is no such file.
 */
static double least_above(const struct machine *machine, const char *mount, char path[FOLDER_MAX],
	const char *file, const char *unit, double none)
{
	char folder[PATH_MAX], full[PATH_MAX + 64];
	double least = NAN;

	for (;;) {
		snprintf(folder, sizeof folder, "%s%s", mount, path);
		snprintf(full, sizeof full, "%s/%s", folder, file);
		if (is_there(machine, full)) {
			double number = number_in(machine, folder, file);
			if (unit)
				number /= number_in(machine, folder, unit);
			if (isnan(number))
				return NAN;
			least = fmin(least, number);
		}
		char *end = strrchr(path, '/');
		if (!end)
			return isnan(least) ? none : least;
		*end = '\0';
	}
}

double cgroup_least(const struct machine *machine, const struct cgroup_limit *limit)
{
	static const char *const unified[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	char path[FOLDER_MAX], mount[64], file[PATH_MAX];

	if (membership(machine, limit->controller, path)) {
		snprintf(mount, sizeof mount, "/sys/fs/cgroup/%s", limit->controller);
		snprintf(file, sizeof file, "%s%s/cgroup.procs", mount, path);
		/* The root of a hierarchy has no limit. */
		return least_above(machine, mount, path, limit->v1, limit->v1_unit,
			is_there(machine, file) ? INFINITY : NAN);
	}
	if (!membership(machine, NULL, path))
		return NAN;
	for (size_t i = 0; i < sizeof unified / sizeof *unified; i++) {
		snprintf(file, sizeof file, "%s/cgroup.controllers", unified[i]);
		if (!is_there(machine, file))
			continue;
		/* The root has no such files, nor a group whose controller is off: no limit. */
		return least_above(machine, unified[i], path, limit->v2, NULL, INFINITY);
	}
	return NAN;
}
