/* SPDX-License-Identifier: MIT */
#include "look.h"

#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void path_of(const struct machine *machine, const char *path, char full[PATH_MAX])
{
	snprintf(full, PATH_MAX, "%s%s", machine->root, path);
}

bool read_text(const struct machine *machine, const char *path, char *text, size_t size)
{
	char full[PATH_MAX];
	size_t length = 0;
	ssize_t n = -1;

	path_of(machine, path, full);
	int fd = open(full, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while (length < size - 1 && (n = read(fd, text + length, size - 1 - length)) > 0)
		length += n;
	close(fd);
	while (length > 0 && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return n >= 0 && length > 0;
}

long read_own_status(const struct machine *machine, const char *key)
{
	char text[4096];
	long number;

	if (!read_text(machine, "/proc/self/status", text, sizeof text))
		return -1;
	const char *line = strstr(text, key);
	return line && sscanf(line + strlen(key), "%ld", &number) == 1 ? number : -1;
}

bool read_number(const struct machine *machine, const char *path, double *number)
{
	char text[128], *end;

	if (!read_text(machine, path, text, sizeof text))
		return false;
	*number = strtod(text, &end);
	return end != text;
}

bool is_there(const struct machine *machine, const char *path)
{
	char full[PATH_MAX];

	path_of(machine, path, full);
	return access(full, F_OK) == 0;
}

void tell(struct symptom *symptom, enum severity severity, const char *format, ...)
{
	va_list args;

	symptom->severity = severity;
	va_start(args, format);
	vsnprintf(symptom->found, sizeof symptom->found, format, args);
	va_end(args);
	/* What a file says goes to terminals and into JSON. */
	for (char *c = symptom->found; *c; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
}

void tell_unreadable(struct symptom *symptom, const char *path)
{
	tell(symptom, SEVERITY_UNKNOWN, "%s cannot be read", path);
}

void advise(struct symptom *symptom, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(symptom->advice, sizeof symptom->advice, format, args);
	va_end(args);
}
