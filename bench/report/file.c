/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int file_read(const char *path, char **text)
{
	FILE *file = fopen(path, "re");
	size_t size = 0;

	*text = NULL;
	if (!file)
		return -errno;
	errno = 0;
	/* There is no such byte in a text, so this reads to the end. */
	ssize_t length = getdelim(text, &size, '\0', file);
	int err = length < 0 ? (ferror(file) ? -EIO : errno ? -errno : -ENODATA) : 0;
	fclose(file);
	if (err)
		free(*text);
	return err;
}
