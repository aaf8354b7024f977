/* SPDX-License-Identifier: MIT */
#include "arm.h"

#include <errno.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../cells.h"
#include "../cli.h"
#include "../cpus.h"
#include "../environment.h"
#include "../launch.h"

enum { TOOL_LIMIT_S = 1800 }; /* for a build, on whatever machine */

static const volatile int never; /* as a stop */

/*
 * What argv prints on stdout (and on stderr, where both), to be freed, and its
 * wait status; NULL where it did not run to its end.
 */
static char *output_of(char *const argv[], bool both, const volatile int *stop, int *status)
{
	struct launched launched;
	char *wrapped[32] = { "sh", "-c", both ? "exec \"$@\" 2>&1" : "exec \"$@\" 2>/dev/null",
		"sh" };

	for (int i = 0; argv[i]; i++)
		wrapped[4 + i] = argv[i];
	if (launch(wrapped, TOOL_LIMIT_S, false, stop, &launched) != 0)
		return NULL;
	*status = launched.status;
	if (!launched.interrupted && !launched.timed_out)
		return launched.output;
	free(launched.output);
	return NULL;
}

/* Whether the tree this was built in is here; of a program that was installed it may not be. */
static bool has_own_tree(void)
{
	return access(DATADIR "/.git", F_OK) == 0;
}

/* The tree this was built in, or else the one that it is called in. */
static char *tree_of_commits(void)
{
	return has_own_tree() ? DATADIR : ".";
}

/* The one line that git prints in this program's tree; "" where it fails. */
static void git_line(char *const arguments[], char *line, size_t size)
{
	char *argv[24] = { "git", "-C", tree_of_commits() };
	int status;

	for (int i = 0; arguments[i]; i++)
		argv[3 + i] = arguments[i];
	char *output = output_of(argv, false, &never, &status);
	snprintf(line, size, "%.*s", output && status == 0 ? (int)strcspn(output, "\n") : 0,
		output ? output : "");
	free(output);
}

/* What the program has. 0 or EXIT_USAGE. */
static int ask_program(struct arm *arm, const char *command, const volatile int *stop)
{
	char *argv[] = { arm->program, "list", "--json", NULL };
	int status;
	char *output = output_of(argv, false, stop, &status);

	if (!output)
		return *stop ? EXIT_INTERRUPTED
			     : cli_error(command, "cannot run '%s'", arm->program);
	arm->known = json_loads(output, 0, NULL);
	free(output);
	if (!json_is_array(json_object_get(arm->known, "workloads")))
		return cli_error(command,
			"'%s' is no concbench: `%s list --json` tells no workloads", arm->program,
			arm->program);
	return 0;
}

static bool is_program(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static const char *temporary_folder(void)
{
	const char *named = getenv("TMPDIR");

	return named && *named ? named : "/tmp";
}

/* Make the arm's folder, named from the root, as git and make run elsewhere. 0 or EXIT_USAGE. */
static int make_folder(struct arm *arm, const char *command)
{
	char *parent = realpath(temporary_folder(), NULL);
	int length = parent
		? snprintf(arm->folder, sizeof arm->folder, "%s/concbench-gate-XXXXXX", parent)
		: 0;
	bool fits = length < (int)sizeof arm->folder;

	free(parent);
	if (length > 0 && fits && mkdtemp(arm->folder))
		return 0;
	*arm->folder = '\0';
	return cli_error(command, "cannot make a folder in '%s': %s", temporary_folder(),
		strerror(fits ? errno : ENAMETOOLONG));
}

static int check_out(struct arm *arm, const char *command, char *tree, const volatile int *stop)
{
	int status = make_folder(arm, command);
	char *argv[] = { "git", "-C", tree_of_commits(), "worktree", "add", "--quiet", "--detach",
		tree, arm->git, NULL };

	if (status)
		return status;
	snprintf(tree, 512, "%s/tree", arm->folder);
	/* git that is stopped here would leave a worktree that is locked: it takes but a moment. */
	char *output = output_of(argv, true, &never, &status);
	if (!output)
		return cli_error(command, "cannot run git");
	if (status != 0)
		cli_error(command, "git cannot check out '%s':\n%s", arm->name, output);
	free(output);
	return status != 0 ? EXIT_USAGE : *stop ? EXIT_INTERRUPTED : 0;
}

/* Make in a folder; the end of what a failing one said goes to stderr. */
static int make(
	const char *command, const char *what, char *const arguments[], const volatile int *stop)
{
	enum { SHOWN = 8000 }; /* characters: the first error is among them, mostly */
	char jobs[16];
	char *argv[24] = { "env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "-u", "MFLAGS", "make",
		"--no-print-directory", "-s", jobs };
	int status, count = 11;

	snprintf(jobs, sizeof jobs, "-j%d", cpus_count());
	for (int i = 0; arguments[i]; i++)
		argv[count++] = arguments[i];
	char *output = output_of(argv, true, stop, &status);
	if (!output)
		return *stop ? EXIT_INTERRUPTED : cli_error(command, "cannot run make");
	if (status != 0)
		cli_error(command, "%s does not build:\n%.*s", what, SHOWN, output);
	free(output);
	return status != 0 ? EXIT_USAGE : 0;
}

/*
 * Put a program, and what it preloads to count, into the arm's folder: both sides
 * run from such a copy, as pages that another process has mapped, the harness
 * itself or a server, would count half. It goes into a folder in that one, as a
 * program looks for its files from the folder above its own, which is to be ours, too.
 */
static int copy_here(
	struct arm *arm, const char *command, const char *path, const volatile int *stop)
{
	char script[] = "program=$(readlink -f -- \"$1\") && from=${program%/*} && "
			"mkdir \"$2/bin\" && cp -- \"$program\" \"$2/bin/concbench\" || exit; "
			"for counter in \"$from\" \"$from/../lib/concbench\"; do "
			"[ ! -e \"$counter/allocations.so\" ] || "
			"exec cp -- \"$counter/allocations.so\" \"$2/bin\"; done";
	int status = *arm->folder ? 0 : make_folder(arm, command);

	if (status)
		return status;
	snprintf(arm->program, sizeof arm->program, "%s/bin/concbench", arm->folder);
	char *output = output_of(
		(char *[]){ "sh", "-c", script, "sh", (char *)path, arm->folder, NULL }, true, stop,
		&status);
	if (!output)
		return *stop ? EXIT_INTERRUPTED : cli_error(command, "cannot run cp");
	if (status != 0)
		cli_error(command, "cannot copy '%s':\n%s", path, output);
	free(output);
	return status != 0 ? EXIT_USAGE : ask_program(arm, command, stop);
}

int arm_of_base(struct arm *arm, const char *command, const char *base, const volatile int *stop)
{
	char cflags[] = "CFLAGS=" FLAGS;
	char commit[300], tree[512], built[sizeof tree + 32], cc[64], what[300];
	char cached[] = "CCACHE_DIR=" DATADIR "/build/ccache"; /* where this tree's objects are */
	char *ccache = has_own_tree() ? cached : NULL;

	arm->name = base;
	if (strchr(base, '/') && is_program(base))
		return copy_here(arm, command, base, stop);
	snprintf(commit, sizeof commit, "%s^{commit}", base);
	git_line((char *[]){ "rev-parse", "--verify", "--quiet", "--end-of-options", commit, NULL },
		arm->git, sizeof arm->git);
	if (!*arm->git)
		return cli_error(command,
			"no commit or program '%s': give a branch, a tag or a commit of the "
			"repository in %s (a shallow clone may lack it: git fetch --unshallow), "
			"or the path of a built concbench",
			base, tree_of_commits());
	int status = check_out(arm, command, tree, stop);
	if (status)
		return status;
	snprintf(cc, sizeof cc, "CC=%s", CC);
	snprintf(what, sizeof what, "the base '%s'", base);
	status = make(command, what,
		(char *[]){ "-C", tree, "B=build", cc, cflags, GIVEN "all", ccache, NULL }, stop);
	arm->git[12] = '\0';
	snprintf(built, sizeof built, "%s/build/concbench", tree);
	return status ? status : copy_here(arm, command, built, stop);
}

/* What a person should know of the tree that is gated. */
static void note_tree(const struct arm *arm, json_t *notes)
{
	char now[64];

	git_line((char *[]){ "describe", "--always", "--dirty", "--abbrev=12", NULL }, now,
		sizeof now);
	if (arm->dirty)
		json_array_append_new(notes,
			json_string("this program was built with changes that are not committed: "
				    "it was gated as it is"));
	if (*now && strcmp(now, arm->git) != 0)
		json_array_append_new(notes,
			json_sprintf("this program was built from %s, and the tree is now at %s: "
				     "build it anew to gate that",
				arm->git, now));
}

/* The path of this program, of at most 512 characters. 0 or EXIT_USAGE. */
static int own_path(char path[512], const char *command)
{
	ssize_t length = readlink("/proc/self/exe", path, 511);

	if (length < 0)
		return cli_error(command, "cannot find this program: %s", strerror(errno));
	path[length] = '\0';
	return 0;
}

int arm_of_head(struct arm *arm, const char *command, json_t *notes, const volatile int *stop)
{
	char path[512];
	int status = own_path(path, command);

	if (status)
		return status;
	arm->name = "this tree";
	snprintf(arm->git, sizeof arm->git, "%s", environment_git());
	arm->dirty = strstr(arm->git, "-dirty") != NULL;
	if (notes)
		note_tree(arm, notes);
	return copy_here(arm, command, path, stop);
}

int arm_of_relinked(struct arm *arm, const char *command, const volatile int *stop)
{
	char path[512], relinked[600];
	struct stat own, other;
	int status = own_path(path, command);

	if (status)
		return status;
	stat(path, &own);
	arm->name = "this program, linked in another order";
	snprintf(arm->git, sizeof arm->git, "%s", environment_git());
	snprintf(relinked, sizeof relinked, "%s/relinked", dirname(path));
	if (stat(relinked, &other) != 0 || other.st_mtime < own.st_mtime)
		return cli_error(command,
			"there is no '%s' that is as new as this program: make relinked", relinked);
	return copy_here(arm, command, relinked, stop);
}

const json_t *arm_knows(const struct arm *arm, const char *list, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(arm->known, list), i,
		item) if (strcmp(text_at(item, "name"), name) == 0) return item;
	return NULL;
}

void arm_free(struct arm *arm)
{
	char tree[512];
	int status = 0;

	json_decref(arm->known);
	if (!*arm->folder)
		return;
	snprintf(tree, sizeof tree, "%s/tree", arm->folder);
	if (access(tree, F_OK) == 0)
		free(output_of((char *[]){ "git", "-C", tree_of_commits(), "worktree", "remove",
				       "--force", "--force", tree, NULL },
			true, &never, &status));
	free(output_of((char *[]){ "rm", "-rf", arm->folder, NULL }, true, &never, &status));
}
