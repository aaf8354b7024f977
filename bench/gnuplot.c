/* SPDX-License-Identifier: MIT */
#include "gnuplot.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli.h"
#include "data.h"
#include "launch.h"
#include "plot_table.h"

enum { PATH_SIZE = GNUPLOT_FOLDER + 300 };

static const double time_limit_s = 300;

/* One gnuplot, and how it ended. */
struct drawing {
	const struct gnuplot *gnuplot;
	char driver[16];
	struct launched launched;
	int err; /* of starting it */
	pthread_t thread;
	bool threaded;
};

int gnuplot_check_dir(const char *command, const char *dir)
{
	struct stat status;

	if (!dir || (mkdir(dir, 0777) == 0 && rmdir(dir) == 0))
		return EXIT_OK;
	if (errno != EEXIST)
		return cli_error(command, "cannot make folder '%s': %s", dir, strerror(errno));
	if (stat(dir, &status) != 0 || !S_ISDIR(status.st_mode))
		return cli_error(command, "'%s' is no folder", dir);
	if (access(dir, W_OK | X_OK) != 0)
		return cli_error(command, "cannot write to '%s': %s", dir, strerror(errno));
	return EXIT_OK;
}

int gnuplot_open(
	struct gnuplot *gnuplot, const char *command, const char *dir, const volatile int *stop)
{
	*gnuplot = (struct gnuplot){ .command = command, .dir = dir, .stop = stop };
	if (snprintf(gnuplot->folder, sizeof gnuplot->folder, "%s/.plot-XXXXXX", dir) >=
		GNUPLOT_FOLDER)
		return cli_error(command, "the folder's name is too long");
	gnuplot->made = mkdir(dir, 0777) == 0;
	if (!gnuplot->made && errno != EEXIST)
		return cli_error(command, "cannot make folder '%s': %s", dir, strerror(errno));
	if (mkdtemp(gnuplot->folder))
		return EXIT_OK;
	cli_error(command, "cannot write to '%s': %s", dir, strerror(errno));
	if (gnuplot->made)
		rmdir(dir);
	return EXIT_USAGE;
}

FILE *gnuplot_create(const struct gnuplot *gnuplot, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof path, "%s/%s", gnuplot->folder, name);
	return fopen(path, "wxe");
}

FILE *gnuplot_driver(struct gnuplot *gnuplot, const char *format)
{
	char name[16], scripts[DATA_PATH];

	if (gnuplot->format_count == GNUPLOT_DRIVERS) {
		errno = ENOSPC;
		return NULL;
	}
	snprintf(name, sizeof name, "%s.gp", format);
	FILE *driver = gnuplot_create(gnuplot, name);
	if (!driver)
		return NULL;
	gnuplot->formats[gnuplot->format_count++] = format;
	fprintf(driver, "format = '%s'\nscripts = ", format);
	plot_put_quoted(data_path("plot/", scripts), driver);
	putc('\n', driver);
	return driver;
}

int gnuplot_picture(struct gnuplot *gnuplot, FILE *driver, const char *name, const char *format)
{
	char **pictures = realloc(
		gnuplot->pictures, (gnuplot->picture_count + 1) * sizeof *pictures);
	char *file;

	if (!pictures)
		return -ENOMEM;
	gnuplot->pictures = pictures;
	if (asprintf(&file, "%s.%s", name, format) < 0)
		return -ENOMEM;
	pictures[gnuplot->picture_count++] = file;
	fputs("picture = ", driver);
	plot_put_quoted(file, driver);
	putc('\n', driver);
	return 0;
}

int gnuplot_finish(FILE *file)
{
	bool bad = ferror(file);
	int err = fclose(file) != 0 ? -errno : 0;

	return err ? err : bad ? -EIO : 0;
}

/* $0 is the folder, $1 the driver. gnuplot warns where the locale cannot write its units. */
static const char script[] = "CDPATH= cd -- \"$0\" && command -v gnuplot >/dev/null || exit 127; "
			     "LC_ALL=C.UTF-8 exec gnuplot --default-settings \"$1\"";

static void *run_driver(void *argument)
{
	struct drawing *drawing = argument;
	const struct gnuplot *gnuplot = drawing->gnuplot;
	char *argv[] = { "/bin/sh", "-c", (char *)script, (char *)gnuplot->folder, drawing->driver,
		NULL };

	drawing->err = launch(argv, time_limit_s, false, gnuplot->stop, &drawing->launched);
	return NULL;
}

/* An exit status. What gnuplot had to say it has said on stderr itself. */
static int judge(const struct drawing *drawing)
{
	const char *command = drawing->gnuplot->command;
	int status = drawing->launched.status;

	if (drawing->err)
		return cli_error(command, "cannot run gnuplot: %s", strerror(-drawing->err));
	if (drawing->launched.interrupted || *drawing->gnuplot->stop)
		return EXIT_INTERRUPTED;
	if (drawing->launched.timed_out)
		return cli_error(command, "gnuplot was killed after %.0f s", time_limit_s);
	if (WIFSIGNALED(status))
		return cli_error(command, "gnuplot died: %s", strsignal(WTERMSIG(status)));
	if (WEXITSTATUS(status) == 127)
		return cli_error(command,
			"there is no gnuplot on the PATH; install it with "
			"'apt-get install gnuplot-nox'");
	return WEXITSTATUS(status) == 0 ? EXIT_OK : cli_error(command, "gnuplot failed");
}

/* All drivers, side by side. */
static int run(const struct gnuplot *gnuplot)
{
	struct drawing drawings[GNUPLOT_DRIVERS];
	int status = EXIT_OK;

	for (size_t i = 0; i < gnuplot->format_count; i++) {
		struct drawing *drawing = &drawings[i];
		*drawing = (struct drawing){ .gnuplot = gnuplot };
		snprintf(drawing->driver, sizeof drawing->driver, "%s.gp", gnuplot->formats[i]);
		drawing->threaded = pthread_create(&drawing->thread, NULL, run_driver, drawing) ==
			0;
		if (!drawing->threaded)
			run_driver(drawing);
	}
	for (size_t i = 0; i < gnuplot->format_count; i++) {
		if (drawings[i].threaded)
			pthread_join(drawings[i].thread, NULL);
		free(drawings[i].launched.output);
		if (!status)
			status = judge(&drawings[i]);
	}
	return status;
}

/* gnuplot does not notice a full disk. */
static int check_pictures(const struct gnuplot *gnuplot)
{
	char path[PATH_SIZE];
	struct stat st;

	for (size_t i = 0; i < gnuplot->picture_count; i++) {
		snprintf(path, sizeof path, "%s/%s", gnuplot->folder, gnuplot->pictures[i]);
		if (stat(path, &st) != 0 || st.st_size == 0)
			return cli_error(gnuplot->command,
				"gnuplot left '%s' empty; is the disk full?", gnuplot->pictures[i]);
	}
	return EXIT_OK;
}

static int place_pictures(const struct gnuplot *gnuplot)
{
	char from[PATH_SIZE], to[PATH_SIZE];

	for (size_t i = 0; i < gnuplot->picture_count; i++) {
		snprintf(from, sizeof from, "%s/%s", gnuplot->folder, gnuplot->pictures[i]);
		snprintf(to, sizeof to, "%s/%s", gnuplot->dir, gnuplot->pictures[i]);
		if (rename(from, to) != 0)
			return cli_error(
				gnuplot->command, "cannot write '%s': %s", to, strerror(errno));
	}
	return EXIT_OK;
}

int gnuplot_draw(struct gnuplot *gnuplot)
{
	int status = run(gnuplot);

	if (!status)
		status = check_pictures(gnuplot);
	return status ? status : place_pictures(gnuplot);
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

void gnuplot_close(struct gnuplot *gnuplot, int status)
{
	remove_folder(gnuplot->folder);
	if (status && gnuplot->made)
		rmdir(gnuplot->dir);
	for (size_t i = 0; i < gnuplot->picture_count; i++)
		free(gnuplot->pictures[i]);
	free(gnuplot->pictures);
}
