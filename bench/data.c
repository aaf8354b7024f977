/* SPDX-License-Identifier: MIT */
#include "data.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *data_path(const char *name, char path[static DATA_PATH])
{
	char program[4096];
	ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
	const char *slash = length > 0 ? memrchr(program, '/', length) : NULL;

	snprintf(path, DATA_PATH, "%.*s/../share/concbench/%s", slash ? (int)(slash - program) : 0,
		program, name);
	if (!slash || access(path, R_OK) != 0)
		snprintf(path, DATA_PATH, DATADIR "/%s", name);
	return path;
}
