/* SPDX-License-Identifier: MIT */
#ifndef REPORT_FILE_H
#define REPORT_FILE_H

/* The whole of a file as a text, to be freed. 0 or -errno. Thread-safe. */
int file_read(const char *path, char **text);

#endif
