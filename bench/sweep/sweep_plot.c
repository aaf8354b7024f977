/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cli.h"
#include "../launch.h"
#include "../plot_table.h"
#include "sweep_plot_table.h"
#include "view.h"

/* Picture sweep-NAME.png is drawn by plot/sweep-NAME.gp from the table NAME.tsv. */
static const struct picture {
	const char *name;
	sweep_put_fn *put;
} pictures[] = {
	{ "latency", sweep_put_curves },
	{ "percentiles", sweep_put_percentiles },
	{ "connections", sweep_put_connections },
	{ "cost", sweep_put_costs },
};

enum {
	PICTURES = sizeof pictures / sizeof *pictures,
	FOLDER_SIZE = 4096,
	PATH_SIZE = FOLDER_SIZE + 64
};

static const double time_limit_s = 60;

static int write_file(const char *folder, const char *name, const json_t *root, sweep_put_fn *put)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	FILE *file = fopen(path, "wxe");
	if (!file)
		return -errno;
	put(root, file);
	bool bad = ferror(file);
	int err = fclose(file) != 0 ? -errno : 0;
	return bad && !err ? -EIO : err;
}

static void put_driver(const json_t *root, FILE *out)
{
	fputs("scripts = ", out);
	plot_put_quoted(DATADIR "/plot/", out);
	fputs("\nformat = 'png'\n", out);
	sweep_put_facts(root, out);
	for (size_t i = 0; i < PICTURES; i++)
		fprintf(out,
			"table = '%s.tsv'\npicture = 'sweep-%s.png'\n"
			"load scripts.'sweep-%s.gp'\n",
			pictures[i].name, pictures[i].name, pictures[i].name);
}

static int write_inputs(const char *folder, const json_t *root)
{
	char name[64];
	int err = write_file(folder, "driver.gp", root, put_driver);

	for (size_t i = 0; i < PICTURES && !err; i++) {
		snprintf(name, sizeof name, "%s.tsv", pictures[i].name);
		err = write_file(folder, name, root, pictures[i].put);
	}
	return err;
}

/* An exit status. What gnuplot has to say it says on stderr itself. */
static int run_gnuplot(const char *command, const char *folder, const volatile int *stop)
{
	char *argv[] = { "sh", "-c",
		"cd \"$0\" && LC_ALL=C.UTF-8 exec gnuplot --default-settings driver.gp",
		(char *)folder, NULL };
	struct launched launched;
	int err = launch(argv, time_limit_s, false, stop, &launched);

	if (err)
		return cli_error(command, "cannot run gnuplot: %s", strerror(-err));
	free(launched.output);
	if (launched.interrupted)
		return EXIT_INTERRUPTED;
	if (launched.timed_out)
		return cli_error(command, "gnuplot was killed after %.0f s", time_limit_s);
	if (WIFSIGNALED(launched.status))
		return cli_error(command, "gnuplot died: %s", strsignal(WTERMSIG(launched.status)));
	if (WEXITSTATUS(launched.status) == 127)
		return cli_error(command,
			"there is no gnuplot on the PATH; install it with "
			"'apt-get install gnuplot-nox'");
	return WEXITSTATUS(launched.status) == 0 ? EXIT_OK : cli_error(command, "gnuplot failed");
}

static void picture_path(const char *folder, size_t i, char path[PATH_SIZE])
{
	snprintf(path, PATH_SIZE, "%s/sweep-%s.png", folder, pictures[i].name);
}

/* gnuplot does not notice a full disk. */
static int check_pictures(const char *command, const char *folder)
{
	char path[PATH_SIZE];
	struct stat st;

	for (size_t i = 0; i < PICTURES; i++) {
		picture_path(folder, i, path);
		if (stat(path, &st) != 0 || st.st_size == 0)
			return cli_error(command,
				"gnuplot left sweep-%s.png empty; is the disk full?",
				pictures[i].name);
	}
	return EXIT_OK;
}

static int place_pictures(const char *command, const char *folder, const char *dir)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	for (size_t i = 0; i < PICTURES; i++) {
		picture_path(folder, i, from);
		picture_path(dir, i, to);
		if (rename(from, to) != 0)
			return cli_error(command, "cannot write '%s': %s", to, strerror(errno));
	}
	printf("%d pictures in %s\n", PICTURES, dir);
	return EXIT_OK;
}

static void remove_folder(const char *path)
{
	DIR *folder = opendir(path);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(path);
}

static int draw(const char *command, const json_t *root, const char *folder, const char *dir,
	const volatile int *stop)
{
	int err = write_inputs(folder, root);

	if (err)
		return cli_error(command, "cannot write to '%s': %s", folder, strerror(-err));
	int status = run_gnuplot(command, folder, stop);
	if (!status)
		status = check_pictures(command, folder);
	return status ? status : place_pictures(command, folder, dir);
}

int sweep_plot(const char *command, const json_t *root, const char *dir, const volatile int *stop)
{
	char folder[FOLDER_SIZE];
	bool created = mkdir(dir, 0777) == 0;

	if (!created && errno != EEXIST)
		return cli_error(command, "cannot make folder '%s': %s", dir, strerror(errno));
	if (snprintf(folder, sizeof folder, "%s/.plot-XXXXXX", dir) >= FOLDER_SIZE)
		return cli_error(command, "the folder's name is too long");
	/* In the folder itself, so that a picture can be renamed into place. */
	if (!mkdtemp(folder))
		return cli_error(command, "cannot write to '%s': %s", dir, strerror(errno));
	int status = draw(command, root, folder, dir, stop);
	remove_folder(folder);
	if (status && created)
		rmdir(dir);
	return status;
}
