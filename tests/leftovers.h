/* SPDX-License-Identifier: MIT */
#ifndef TESTS_LEFTOVERS_H
#define TESTS_LEFTOVERS_H

/* Whether a process is again what it was: its descriptors, threads, children and files. */
#include "child.h"

#include <dirent.h>
#include <uv.h>

enum { DESCRIPTORS_MAX = 64 };

struct holdings {
	unsigned threads;
	unsigned descriptors;
	char descriptor[DESCRIPTORS_MAX][96]; /* its number and what it is */
};

static inline unsigned holdings_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	unsigned count = 0;
	struct dirent *entry;

	check(dir != NULL);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	closedir(dir);
	return count;
}

static inline void holdings_take(struct holdings *holdings)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;

	check(dir != NULL);
	*holdings = (struct holdings){ .threads = holdings_threads() };
	while ((entry = readdir(dir))) {
		char target[64] = "";
		int fd = atoi(entry->d_name);
		if (entry->d_name[0] == '.' || fd == dirfd(dir))
			continue;
		if (readlinkat(dirfd(dir), entry->d_name, target, sizeof target - 1) < 0)
			strcpy(target, "?");
		check(holdings->descriptors < DESCRIPTORS_MAX);
		snprintf(holdings->descriptor[holdings->descriptors++],
			sizeof *holdings->descriptor, "%d %s", fd, target);
	}
	closedir(dir);
}

static inline bool holdings_have(const struct holdings *holdings, const char *descriptor)
{
	for (unsigned i = 0; i < holdings->descriptors; i++)
		if (strcmp(holdings->descriptor[i], descriptor) == 0)
			return true;
	return false;
}

/* Fail unless this process holds what it held before, and has no child. */
static inline void holdings_check(const struct holdings *before)
{
	struct holdings now;

	for (int tries = 0; tries < 1000 && holdings_threads() > before->threads; tries++)
		usleep(1000); /* a thread that was joined may not have left the kernel yet */
	holdings_take(&now);
	for (unsigned i = 0; i < now.descriptors; i++)
		if (!holdings_have(before, now.descriptor[i]))
			fail_case("descriptor left open: %s", now.descriptor[i]);
	for (unsigned i = 0; i < before->descriptors; i++)
		if (!holdings_have(&now, before->descriptor[i]))
			fail_case("descriptor closed: %s", before->descriptor[i]);
	if (now.threads != before->threads)
		fail_case("%u threads, before %u", now.threads, before->threads);
	pid_t pid = waitpid(-1, NULL, WNOHANG);
	if (pid >= 0 || errno != ECHILD)
		fail_case("child process left");
}

static inline void holdings_no_work(uv_work_t *request)
{
	(void)request;
}

/*
 * What libuv keeps for as long as the process lives, once it has been used:
 * the pipe of its signal handler and the threads of its pool. To be called
 * before holdings_take.
 */
static inline void holdings_warm_up(void)
{
	uv_loop_t loop;
	uv_work_t request;

	check_equal(uv_loop_init(&loop), 0);
	check_equal(uv_queue_work(&loop, &request, holdings_no_work, NULL), 0);
	uv_run(&loop, UV_RUN_DEFAULT);
	check_equal(uv_loop_close(&loop), 0);
}

static inline void check_empty_folder(const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *entry;

	check(dir != NULL);
	while ((entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			fail_case("file left: %s/%s", path, entry->d_name);
	closedir(dir);
}

#endif
