/* SPDX-License-Identifier: MIT */
#include "ceiling.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* The first number after key in a file of /proc or /sys; false where there is none. */
static bool read_after(const char *path, const char *key, uint64_t *number)
{
	char line[512];
	unsigned long long value;
	bool found = false;
	FILE *file = fopen(path, "re");

	if (!file)
		return false;
	while (!found && fgets(line, sizeof line, file)) {
		const char *at = strstr(line, key);
		found = at && sscanf(at + strlen(key), " %llu", &value) == 1;
	}
	fclose(file);
	if (found)
		*number = value;
	return found;
}

/* Keep in *nearest the one that is used up more. */
static void consider(struct ceiling *nearest, struct ceiling other)
{
	double used = (double)other.used / (double)other.limit;

	if (used < 0.9)
		return;
	if (!nearest->name || used > (double)nearest->used / (double)nearest->limit)
		*nearest = other;
}

/* Threads on the whole machine, processes of one included: "0.00 0.01 0.05 2/345 6789". */
static void consider_tasks(struct ceiling *nearest)
{
	uint64_t all, limit;

	if (!read_after("/proc/loadavg", "/", &all))
		return;
	if (read_after("/proc/sys/kernel/pid_max", "", &limit))
		consider(nearest, (struct ceiling){ "kernel.pid_max", "", all, limit });
	if (read_after("/proc/sys/kernel/threads-max", "", &limit))
		consider(nearest, (struct ceiling){ "kernel.threads-max", "", all, limit });
}

/* Threads of this user's processes. */
static uint64_t count_own_threads(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	uint64_t sum = 0, threads;

	while (dir && (entry = readdir(dir))) {
		char path[sizeof entry->d_name + 16];
		struct stat st;
		if (!isdigit((unsigned char)entry->d_name[0]) ||
			fstatat(dirfd(dir), entry->d_name, &st, 0) != 0 || st.st_uid != geteuid())
			continue;
		snprintf(path, sizeof path, "/proc/%s/status", entry->d_name);
		if (read_after(path, "Threads:", &threads))
			sum += threads;
	}
	if (dir)
		closedir(dir);
	return sum;
}

/* Root is not held to it. */
static void consider_user(struct ceiling *nearest)
{
	struct rlimit limit;

	if (geteuid() == 0 || getrlimit(RLIMIT_NPROC, &limit) != 0 ||
		limit.rlim_cur == RLIM_INFINITY)
		return;
	consider(nearest,
		(struct ceiling){ "RLIMIT_NPROC", "", count_own_threads(), limit.rlim_cur });
}

static uint64_t count_mappings(void)
{
	char text[4096]; /* a coroutine has 64 KiB of stack for all that it calls */
	uint64_t lines = 0;
	size_t size;
	FILE *file = fopen("/proc/self/maps", "re");

	while (file && (size = fread(text, 1, sizeof text, file)) > 0)
		for (const char *at = text; (at = memchr(at, '\n', text + size - at)); at++)
			lines++;
	if (file)
		fclose(file);
	return lines;
}

static void consider_mappings(struct ceiling *nearest)
{
	uint64_t limit;

	if (read_after("/proc/sys/vm/max_map_count", "", &limit))
		consider(nearest,
			(struct ceiling){ "vm.max_map_count", "", count_mappings(), limit });
}

/* The group's own limit and those of the groups it is in; path is cut down on the way. */
static void consider_groups(struct ceiling *nearest, const char *root, char *path)
{
	for (char *end = path + strlen(path);; end = strrchr(path, '/')) {
		char name[1024];
		uint64_t used, limit;
		if (!end)
			return;
		*end = '\0';
		snprintf(name, sizeof name, "%s%s/pids.max", root, path);
		bool limited = read_after(name, "", &limit);
		snprintf(name, sizeof name, "%s%s/pids.current", root, path);
		if (limited && read_after(name, "", &used))
			consider(nearest,
				(struct ceiling){
					"pids.max of the control group", "", used, limit });
	}
}

/* Version 2 has one tree ("0::/path"), version 1 one for the pids controller ("8:pids:/path"). */
static void consider_control_group(struct ceiling *nearest)
{
	char line[512];
	FILE *file = fopen("/proc/self/cgroup", "re");

	while (file && fgets(line, sizeof line, file)) {
		char *path = strchr(line, '/');
		if (!path)
			continue;
		path[strcspn(path, "\n")] = '\0';
		if (strncmp(line, "0::", 3) == 0)
			consider_groups(nearest, "/sys/fs/cgroup", path);
		else if (strstr(line, ":pids:"))
			consider_groups(nearest, "/sys/fs/cgroup/pids", path);
	}
	if (file)
		fclose(file);
}

static void consider_memory(struct ceiling *nearest)
{
	struct rlimit limit;
	uint64_t used, total, available;

	if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY &&
		read_after("/proc/self/status", "VmSize:", &used))
		consider(nearest,
			(struct ceiling){ "RLIMIT_AS", " KiB", used, limit.rlim_cur / 1024 });
	if (read_after("/proc/meminfo", "MemTotal:", &total) &&
		read_after("/proc/meminfo", "MemAvailable:", &available))
		consider(nearest,
			(struct ceiling){
				"the machine's memory", " KiB", total - available, total });
}

struct ceiling ceiling_nearest(void)
{
	struct ceiling nearest = { 0 };

	consider_tasks(&nearest);
	consider_user(&nearest);
	consider_control_group(&nearest);
	consider_mappings(&nearest);
	consider_memory(&nearest);
	return nearest;
}

void ceiling_tell(const struct ceiling *ceiling, uint64_t alive, int err, char *text, size_t size)
{
	int used = snprintf(
		text, size, "%llu alive, then: %s", (unsigned long long)alive, strerror(-err));

	if (used < 0 || (size_t)used >= size)
		return;
	if (ceiling->name)
		snprintf(text + used, size - used, " (%s is %llu%s)", ceiling->name,
			(unsigned long long)ceiling->limit, ceiling->unit);
	else
		snprintf(text + used, size - used, " (no limit that is known here is near)");
}
