/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../cli.h"
#include "../result.h"
#include "../result_files.h"
#include "view.h"

enum { NAME_SIZE = 128 };

/* The date, so that names sort by it, and the commit: 20261122T020000Z-7cd9055abcde. */
static void make_stem(const json_t *root, const struct tm *date, char stem[NAME_SIZE])
{
	const char *commit = text_at(json_object_get(root, "environment"), "git");
	char stamp[32];

	strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", date);
	snprintf(
		stem, NAME_SIZE, "%s-%s", stamp, is_plain_name(commit) ? commit : "unknown-commit");
}

/* Each folder of a path that is missing. 0 or -errno. */
static int make_folders(const char *path)
{
	char *copy = strdup(path);
	int err = copy ? 0 : -ENOMEM;

	for (char *c = copy; c && !err; c = *c ? c + 1 : NULL) {
		c += strcspn(c, "/");
		char end = *c;
		*c = '\0';
		if (*copy && mkdir(copy, 0777) != 0 && errno != EEXIST)
			err = -errno;
		*c = end;
	}
	free(copy);
	return err;
}

/*
 * Find a name that is free, or the file that has this run already; then *known.
 * 0 or an exit status.
 */
static int choose(const char *dir, const char *stem, const json_t *root, char **path, bool *known)
{
	char reason[512];

	*known = false;
	for (unsigned k = 1;; k++) {
		int length = k == 1 ? asprintf(path, "%s/%s.json", dir, stem)
				    : asprintf(path, "%s/%s-%u.json", dir, stem, k);
		if (length < 0)
			return cli_error("history add", "out of memory");
		if (access(*path, F_OK) != 0)
			return EXIT_OK;
		json_t *other = result_load(*path, reason, sizeof reason);
		*known = other && json_equal(root, other);
		json_decref(other);
		if (*known)
			return EXIT_OK;
		free(*path);
	}
}

static int add(const char *dir, const char *stem, const json_t *root)
{
	char *path;
	bool known;
	int status = choose(dir, stem, root, &path, &known);

	if (status)
		return status;
	int err = known ? 0 : result_save(root, path);
	if (err)
		status = cli_error("history add", "cannot write '%s': %s", path, strerror(-err));
	else
		printf(known ? "this run is there already, as %s\n" : "added as %s\n", path);
	free(path);
	return status;
}

/* One at a time: another `history add` might choose the same name. */
static int add_alone(const char *dir, const char *stem, const json_t *root)
{
	int err = make_folders(dir);

	if (err)
		return cli_error("history add", "cannot make folder '%s': %s", dir, strerror(-err));
	int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0 || flock(folder, LOCK_EX) != 0) {
		err = -errno;
		if (folder >= 0)
			close(folder);
		return cli_error("history add", "cannot open folder '%s': %s", dir, strerror(-err));
	}
	int status = add(dir, stem, root);
	close(folder);
	return status;
}

int history_add(const char *file, const char *dir)
{
	char reason[512], stem[NAME_SIZE];
	struct tm date;
	json_t *root = result_open("history add", file);
	int status;

	if (!root)
		return EXIT_USAGE;
	if (!history_fit(root, file, reason, sizeof reason)) {
		status = cli_error("history add", "%s", reason);
	} else {
		history_date(root, &date);
		make_stem(root, &date, stem);
		status = add_alone(dir, stem, root);
	}
	json_decref(root);
	return status;
}
