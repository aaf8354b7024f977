/* SPDX-License-Identifier: MIT */
#include "result_files.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli.h"
#include "result.h"
#include "save.h"

json_t *result_open(const char *command, const char *path)
{
	char reason[512];
	json_t *root = result_load(path, reason, sizeof reason);

	if (!root)
		cli_error(command, "%s", reason);
	return root;
}

/* Whether files can be made in the folder of path: 0 or -errno. */
static int check_folder(const char *path)
{
	struct stat st;
	char *copy = strdup(path);
	const char *folder = copy ? dirname(copy) : NULL;
	int err = 0;

	if (!folder || stat(folder, &st) != 0)
		err = -errno;
	else if (!S_ISDIR(st.st_mode))
		err = -ENOTDIR;
	else if (access(folder, W_OK | X_OK) != 0)
		err = -errno;
	free(copy);
	return err;
}

int result_check_output(const char *command, const char *path, bool replace, const char *hint)
{
	struct stat st;

	if (!path)
		return 0;
	size_t length = strlen(path);
	if (length == 0 || path[length - 1] == '/')
		return cli_error(
			command, "cannot write '%s': it does not end in a file's name", path);
	bool exists = stat(path, &st) == 0;
	if (exists && S_ISDIR(st.st_mode))
		return cli_error(command, "cannot write '%s': it is a folder", path);
	if (exists && S_ISREG(st.st_mode) && !replace) /* a pipe or a device loses nothing */
		return cli_error(command, "'%s' exists; %s", path, hint);
	int err = check_folder(path);
	if (err)
		return cli_error(command, "cannot write '%s': %s", path, strerror(-err));
	return 0;
}

int result_deliver(const char *command, const char *path, const char *text, size_t size)
{
	int err = 0;

	if (path)
		err = save_file(path, text, size);
	else if (fwrite(text, 1, size, stdout) < size || fflush(stdout) != 0)
		err = -errno;
	return err ? cli_error(command, "cannot write '%s': %s", path ? path : "standard output",
			     strerror(-err))
		   : EXIT_OK;
}
