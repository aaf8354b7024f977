/* SPDX-License-Identifier: MIT */
#include "plot.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cells.h"
#include "plot_table.h"
#include "result.h"
#include "stop.h"
#include "sweep/view.h"

/* Every group is drawn by each of the scripts plot/KIND.gp, in each of the formats. */
static const char *const kinds[] = { "throughput", "bars", "latency", "cost" };
static const char *const endings[] = { "png", "svg" };

enum { KINDS = sizeof kinds / sizeof kinds[0], ENDINGS = sizeof endings / sizeof endings[0] };

enum { DONE = 0, FAILED = 1, BAD_INPUT = 2, INTERRUPTED = 130 };

struct options {
	const char *file, *dir;
	bool help;
};

/* What one call works with. */
struct plot {
	const json_t *root;
	struct groups groups;
	const char *dir;
	char temp[4096];        /* in dir, so that a picture can be renamed into place */
	pid_t gnuplot[ENDINGS]; /* one a format, side by side; 0 when not running */
	sigset_t signals, before;
};

extern char **environ;

static void usage(void)
{
	puts("usage: concbench plot FILE.json -o DIR\n"
	     "Draw a results file: throughput, bars, latency and cost of each workload,\n"
	     "each as SVG and PNG; of a sweep's, its four pictures as PNG. Pictures that are\n"
	     "there already are replaced.\n"
	     "  -o, --output DIR   where to; made if missing\n"
	     "  -h, --help         this text");
}

/* The name of a picture without its ending. */
static void picture_name(const struct group *group, const char *kind, char *name, size_t size)
{
	if (group->variant == 1)
		snprintf(name, size, "%s-%s", kind, group->workload);
	else
		snprintf(name, size, "%s-%s-%u", kind, group->workload, group->variant);
}

static FILE *create(const struct plot *plot, const char *name, const char *ending)
{
	char path[sizeof plot->temp + 64];

	snprintf(path, sizeof path, "%s/%s%s", plot->temp, name, ending);
	return fopen(path, "wxe");
}

/* 0 or -errno of everything written to the file. */
static int finish(FILE *file)
{
	bool bad = ferror(file);
	int err = fclose(file) != 0 ? -errno : 0;

	return err ? err : bad ? -EIO : 0;
}

static int write_tables(const struct plot *plot, size_t i)
{
	const struct group *group = &plot->groups.list[i];
	char name[32];
	FILE *file;
	int err;

	snprintf(name, sizeof name, "group-%zu", i + 1);
	if (!(file = create(plot, name, ".tsv")))
		return -errno;
	plot_put_table(group, file);
	if ((err = finish(file)) != 0)
		return err;
	if (!(file = create(plot, name, "-words.tsv")))
		return -errno;
	plot_put_words(group, file);
	if ((err = finish(file)) != 0)
		return err;
	if (!(file = create(plot, name, ".gp")))
		return -errno;
	fprintf(file, "table = '%s.tsv'\nwords_table = '%s-words.tsv'\n", name, name);
	plot_put_facts(group, plot->root, file);
	return finish(file);
}

/* What gnuplot runs for one format. It runs in the temporary folder. */
static int write_driver(const struct plot *plot, const char *ending)
{
	char name[256];
	FILE *file = create(plot, ending, ".gp");

	if (!file)
		return -errno;
	fprintf(file, "format = '%s'\nscripts = ", ending);
	plot_put_quoted(DATADIR "/plot/", file);
	putc('\n', file);
	plot_put_columns(file);
	for (size_t i = 0; i < plot->groups.count; i++) {
		fprintf(file, "load 'group-%zu.gp'\n", i + 1);
		for (size_t kind = 0; kind < KINDS; kind++) {
			picture_name(&plot->groups.list[i], kinds[kind], name, sizeof name);
			fprintf(file, "picture = '%s.%s'\nload scripts.'%s.gp'\n", name, ending,
				kinds[kind]);
		}
	}
	return finish(file);
}

static int write_inputs(const struct plot *plot)
{
	int err = 0;

	for (size_t i = 0; i < plot->groups.count && !err; i++)
		err = write_tables(plot, i);
	for (size_t i = 0; i < ENDINGS && !err; i++)
		err = write_driver(plot, endings[i]);
	if (err)
		fprintf(stderr, "concbench plot: cannot write to '%s': %s\n", plot->temp,
			strerror(-err));
	return err ? BAD_INPUT : DONE;
}

/*
 * Start gnuplot on a format's driver, without the user's own settings, its
 * errors going to a file. 0 or -errno.
 */
static int start_gnuplot(struct plot *plot, size_t i)
{
	char driver[16], errors[16];
	char *argv[] = { "gnuplot", "--default-settings", driver, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;

	snprintf(driver, sizeof driver, "%s.gp", endings[i]);
	snprintf(errors, sizeof errors, "%s.err", endings[i]);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addchdir_np(&actions, plot->temp);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT, 0666);
	posix_spawn_file_actions_adddup2(&actions, 2, 1);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &plot->before);
	int err = -posix_spawnp(&plot->gnuplot[i], argv[0], &actions, &attr, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attr);
	if (err)
		plot->gnuplot[i] = 0;
	return err;
}

static void stop_gnuplots(struct plot *plot)
{
	for (size_t i = 0; i < ENDINGS; i++) {
		if (plot->gnuplot[i] == 0)
			continue;
		kill(plot->gnuplot[i], SIGKILL);
		while (waitpid(plot->gnuplot[i], NULL, 0) < 0 && errno == EINTR)
			;
		plot->gnuplot[i] = 0;
	}
}

/* Take leave of those that have ended; *status becomes FAILED where one failed. */
static bool any_running(struct plot *plot, int *status)
{
	bool running = false;
	int how;

	for (size_t i = 0; i < ENDINGS; i++) {
		if (plot->gnuplot[i] == 0)
			continue;
		if (waitpid(plot->gnuplot[i], &how, WNOHANG) == 0) {
			running = true;
			continue;
		}
		plot->gnuplot[i] = 0;
		if (WIFSIGNALED(how))
			fprintf(stderr, "concbench plot: gnuplot died: %s\n",
				strsignal(WTERMSIG(how)));
		if (!WIFEXITED(how) || WEXITSTATUS(how) != 0)
			*status = FAILED;
	}
	return running;
}

/* Both gnuplots from start to end. An exit status. */
static int run_gnuplots(struct plot *plot)
{
	int status = DONE;

	for (size_t i = 0; i < ENDINGS; i++) {
		int err = start_gnuplot(plot, i);
		if (!err)
			continue;
		if (err == -ENOENT)
			fputs("concbench plot: there is no gnuplot on the PATH; install it with "
			      "'apt-get install gnuplot-nox'\n",
				stderr);
		else
			fprintf(stderr, "concbench plot: cannot run gnuplot: %s\n", strerror(-err));
		return BAD_INPUT;
	}
	while (any_running(plot, &status)) {
		int which = sigwaitinfo(&plot->signals, NULL);
		if (which == SIGINT || which == SIGTERM)
			return INTERRUPTED;
	}
	return status;
}

/* What gnuplot had to say, also where it succeeded: it warns of what looks wrong. */
static void show_errors(const struct plot *plot, int status)
{
	char path[sizeof plot->temp + 64], line[512];

	if (status == FAILED)
		fputs("concbench plot: gnuplot failed; it said:\n", stderr);
	for (size_t i = 0; i < ENDINGS; i++) {
		snprintf(path, sizeof path, "%s/%s.err", plot->temp, endings[i]);
		FILE *file = fopen(path, "re");
		if (!file)
			continue;
		while (fgets(line, sizeof line, file))
			fputs(line, stderr);
		fclose(file);
	}
}

/* Call what for each picture with its name; stops at the first that is not 0. */
static int each_picture(
	const struct plot *plot, int (*what)(const struct plot *plot, const char *file))
{
	char name[256], file[sizeof name + 8];
	int err = 0;

	for (size_t i = 0; i < plot->groups.count; i++)
		for (size_t kind = 0; kind < KINDS; kind++)
			for (size_t k = 0; k < ENDINGS && !err; k++) {
				picture_name(&plot->groups.list[i], kinds[kind], name, sizeof name);
				snprintf(file, sizeof file, "%s.%s", name, endings[k]);
				err = what(plot, file);
			}
	return err;
}

/* gnuplot does not notice a full disk. */
static int check_picture(const struct plot *plot, const char *file)
{
	char path[sizeof plot->temp + 300];
	struct stat st;

	snprintf(path, sizeof path, "%s/%s", plot->temp, file);
	if (stat(path, &st) == 0 && st.st_size > 0)
		return 0;
	fprintf(stderr, "concbench plot: gnuplot left '%s' empty; is the disk full?\n", file);
	return -EIO;
}

static int place_picture(const struct plot *plot, const char *file)
{
	char from[sizeof plot->temp + 300], to[sizeof plot->temp + 300];

	snprintf(from, sizeof from, "%s/%s", plot->temp, file);
	snprintf(to, sizeof to, "%s/%s", plot->dir, file);
	if (rename(from, to) == 0)
		return 0;
	fprintf(stderr, "concbench plot: cannot write '%s': %s\n", to, strerror(errno));
	return -errno;
}

static void remove_temp(const struct plot *plot)
{
	DIR *folder = opendir(plot->temp);
	struct dirent *entry;

	while (folder && (entry = readdir(folder)))
		unlinkat(dirfd(folder), entry->d_name, 0);
	if (folder)
		closedir(folder);
	rmdir(plot->temp);
}

/*
 * From here on SIGINT and SIGTERM wait until sigwaitinfo looks for them, so
 * that neither can come between the making of a file and its removal.
 */
static void hold_signals(struct plot *plot)
{
	struct sigaction heed = { .sa_handler = SIG_DFL };

	sigemptyset(&plot->signals);
	sigaddset(&plot->signals, SIGINT);
	sigaddset(&plot->signals, SIGTERM);
	sigaddset(&plot->signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &plot->signals, &plot->before);
	sigaction(SIGCHLD, &heed, NULL); /* an ignored one would reap gnuplot for us */
}

/* SIGINT or SIGTERM that is still waiting counts as seen. */
static bool release_signals(const struct plot *plot)
{
	const struct timespec at_once = { 0 };
	bool interrupted = false;
	int which;

	while ((which = sigtimedwait(&plot->signals, NULL, &at_once)) > 0)
		interrupted |= which != SIGCHLD;
	sigprocmask(SIG_SETMASK, &plot->before, NULL);
	return interrupted;
}

static int draw_in_temp(struct plot *plot)
{
	int status = write_inputs(plot);

	if (!status) {
		status = run_gnuplots(plot);
		stop_gnuplots(plot);
		if (status != INTERRUPTED)
			show_errors(plot, status);
	}
	if (!status && each_picture(plot, check_picture) != 0)
		status = FAILED;
	if (!status && each_picture(plot, place_picture) != 0)
		status = BAD_INPUT;
	return status;
}

/* An exit status. */
static int draw(struct plot *plot)
{
	bool created = mkdir(plot->dir, 0777) == 0;
	int status = BAD_INPUT;

	if (!created && errno != EEXIST) {
		fprintf(stderr, "concbench plot: cannot make folder '%s': %s\n", plot->dir,
			strerror(errno));
		return BAD_INPUT;
	}
	if (snprintf(plot->temp, sizeof plot->temp, "%s/.plot-XXXXXX", plot->dir) >=
		(int)sizeof plot->temp) {
		fputs("concbench plot: the folder's name is too long\n", stderr);
		return BAD_INPUT;
	}
	hold_signals(plot);
	if (mkdtemp(plot->temp)) {
		status = draw_in_temp(plot);
		remove_temp(plot);
	} else {
		fprintf(stderr, "concbench plot: cannot write to '%s': %s\n", plot->dir,
			strerror(errno));
	}
	if (status && created)
		rmdir(plot->dir);
	if (release_signals(plot))
		status = INTERRUPTED;
	return status;
}

static int refuse(const char *what)
{
	fprintf(stderr, "concbench plot: %s; see concbench plot --help\n", what);
	return BAD_INPUT;
}

/* 0 or the exit status. */
static int parse(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	optind = 0; /* this may be the program's second getopt_long */
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":o:h", names, NULL)) != -1) {
		if (c == 'o')
			options->dir = optarg;
		if (c == 'h')
			options->help = true;
		if (c == '?' || c == ':') {
			fprintf(stderr, "concbench plot: %s '%s'; see concbench plot --help\n",
				c == ':' ? "a value must follow" : "cannot make sense of",
				argv[optind - 1]);
			return BAD_INPUT;
		}
	}
	options->file = argv[optind];
	if (options->help)
		return DONE;
	if (!options->file)
		return refuse("no results file is given");
	if (argv[optind + 1])
		return refuse("more than one results file is given");
	return options->dir && *options->dir ? DONE : refuse("no folder is given with -o");
}

static int plot_result(const struct options *options, const json_t *root)
{
	struct plot plot = { .root = root, .dir = options->dir };
	int err = groups_init(&plot.groups, root);

	if (err || plot.groups.count == 0) {
		fprintf(stderr, "concbench plot: cannot draw '%s': %s\n", options->file,
			err ? strerror(-err) : "it has no cells");
		return BAD_INPUT;
	}
	int status = draw(&plot);
	if (!status)
		printf("%zu pictures in %s\n", plot.groups.count * KINDS * ENDINGS, plot.dir);
	groups_free(&plot.groups);
	return status;
}

int plot_main(int argc, char **argv)
{
	struct options options = { 0 };
	char reason[512];
	int status = parse(argc, argv, &options);

	if (status)
		return status;
	if (options.help) {
		usage();
		return DONE;
	}
	setenv("LC_ALL", "C.UTF-8", 1); /* gnuplot warns where the locale cannot write its units */
	json_t *root = result_load(options.file, reason, sizeof reason);
	if (!root) {
		fprintf(stderr, "concbench plot: %s\n", reason);
		return BAD_INPUT;
	}
	status = sweep_rows(root) ? sweep_plot("plot", root, options.dir, stop_on_signals())
				  : plot_result(&options, root);
	json_decref(root);
	return status;
}
