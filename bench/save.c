/* SPDX-License-Identifier: MIT */
#include "save.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *data, size_t size)
{
	while (size > 0) {
		ssize_t n = write(fd, data, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		data += n;
		size -= n;
	}
	return 0;
}

static int write_in_place(const char *path, const void *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	int err = write_all(fd, data, size);
	if (close(fd) != 0 && !err)
		err = -errno;
	return err;
}

/*
 * A new file beside the target. Not mkstemp, whose mode of 0600 would stay
 * with the file: this one has the mode that any new file of the user has.
 */
static int open_temporary(int folder, char *name, size_t size)
{
	for (int attempt = 0; attempt < 100; attempt++) {
		snprintf(name, size, ".concbench-%d-%d.tmp", (int)getpid(), attempt);
		int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

static int write_temporary(int fd, const struct stat *old, const void *data, size_t size)
{
	int err = 0;

	if (old && fchmod(fd, old->st_mode & 07777) != 0)
		err = -errno;
	if (!err)
		err = write_all(fd, data, size);
	if (!err && fsync(fd) != 0)
		err = -errno;
	if (close(fd) != 0 && !err)
		err = -errno;
	return err;
}

/* Replace base in an open folder. old is what stands there, or NULL. */
static int replace(
	int folder, const char *base, const struct stat *old, const void *data, size_t size)
{
	char name[64];
	int fd = open_temporary(folder, name, sizeof name);

	if (fd < 0)
		return fd;
	int err = write_temporary(fd, old, data, size);
	if (!err && renameat(folder, name, folder, base) != 0)
		err = -errno;
	if (err)
		unlinkat(folder, name, 0);
	else if (fsync(folder) != 0 &&
		errno != EINVAL) /* some file systems have none for folders */
		err = -errno;
	return err;
}

static int replace_path(char *path, const struct stat *old, const void *data, size_t size)
{
	char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;

	if (!*base)
		return -EISDIR;
	if (slash)
		*slash = '\0';
	int folder = open(!slash ? "." : *path ? path : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	int err = replace(folder, base, old, data, size);
	close(folder);
	return err;
}

int save_file(const char *path, const void *data, size_t size)
{
	struct stat old;
	bool exists = stat(path, &old) == 0;

	if (exists && S_ISDIR(old.st_mode))
		return -EISDIR;
	if (exists && !S_ISREG(old.st_mode))
		return write_in_place(path, data, size);
	char *target = exists ? realpath(path, NULL) : strdup(path);
	if (!target)
		return -errno;
	int err = replace_path(target, exists ? &old : NULL, data, size);
	free(target);
	return err;
}
