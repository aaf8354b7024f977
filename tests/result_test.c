/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/cells.h"
#include "../bench/result.h"
#include "../bench/save.h"
#include "../bench/summary.h"

static char folder[] = "/tmp/result_test-XXXXXX";

static int enter_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && chdir(folder) == 0 ? 0 : -1;
}

static int leave_folder(void **state)
{
	(void)state;
	return chdir("/") == 0 && rmdir(folder) == 0 ? 0 : -1; /* fails where a test left a file */
}

static void assert_holds(const char *path, const char *text)
{
	char found[64] = "";
	FILE *file = fopen(path, "r");

	assert_non_null(file);
	size_t size = fread(found, 1, sizeof found - 1, file);
	fclose(file);
	assert_int_equal(size, strlen(text));
	assert_string_equal(found, text);
}

static void saves_new_and_old(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(save_file("a", "first", 5), 0);
	assert_holds("a", "first");
	assert_int_equal(chmod("a", 0640), 0);
	assert_int_equal(save_file("./a", "2", 1), 0);
	assert_holds("a", "2");
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
	unlink("a");
}

static void follows_a_link(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(save_file("a", "old", 3), 0);
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(save_file("link", "new", 3), 0);
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_holds("a", "new");
	unlink("link");
	unlink("a");
}

static void leaves_devices_in_place(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(save_file("/dev/null", "text", 4), 0);
	assert_int_equal(save_file("/dev/full", "text", 4), -ENOSPC);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

static void refuses_folders(void **state)
{
	(void)state;
	assert_int_equal(save_file(".", "text", 4), -EISDIR);
	assert_int_equal(save_file("none/", "text", 4), -EISDIR);
	assert_int_equal(save_file("none/a", "text", 4), -ENOENT);
	assert_int_equal(save_file("/dev/null/a", "text", 4), -ENOTDIR);
}

/* A limit on the size of files stands for a full disk. */
static void keeps_the_old_file_when_it_fails(void **state)
{
	struct rlimit before, small = { .rlim_cur = 4 };

	(void)state;
	assert_int_equal(save_file("a", "old", 3), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	void (*old)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int err = save_file("a", "much longer", 11);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, old);
	assert_int_equal(err, -EFBIG);
	assert_holds("a", "old");
	unlink("a");
}

static void loads_what_it_saved(void **state)
{
	char reason[256] = "";
	json_t *root = json_pack("{s:i, s:[{s:s, s:s, s:i, s:s, s:{s:i}, s:[]}]}", "schema", 1,
		"cells", "workload", "sleep", "model", "threads", "concurrency", 7, "status", "ok",
		"params", "delay_ms", 10, "trials");

	(void)state;
	assert_non_null(root);
	assert_int_equal(result_save(root, "a.json"), 0);
	json_t *again = result_load("a.json", reason, sizeof reason);
	assert_string_equal(reason, "");
	assert_true(json_equal(root, again));
	json_decref(again);
	json_decref(root);
	unlink("a.json");
}

static json_t *cell(const char *workload, const char *model, int concurrency, int delay_ms)
{
	return json_pack("{s:s, s:s, s:i, s:s, s:{s:i}, s:[]}", "workload", workload, "model",
		model, "concurrency", concurrency, "status", "ok", "params", "delay_ms", delay_ms,
		"trials");
}

static void sorts_cells_into_groups(void **state)
{
	struct groups groups;
	json_t *root = json_pack("{s:[o, o, o, o, o]}", "cells", cell("sleep", "threads", 100, 1),
		cell("sleep", "threads", 1, 1), cell("sleep", "prefork", 10, 1),
		cell("sleep", "threads", 1, 2), cell("sleep", "threads", 1, 1));

	(void)state;
	assert_int_equal(groups_init(&groups, root), 0);
	assert_int_equal(groups.count, 3); /* other parameters; and the same place twice */
	struct group *first = &groups.list[0];
	assert_int_equal(first->cell_count, 3);
	assert_int_equal(first->model_count, 2);
	assert_string_equal(first->models[1], "prefork");
	assert_int_equal(first->concurrency_count, 3);
	assert_int_equal(first->concurrencies[0], 1);
	assert_int_equal(first->concurrencies[1], 10);
	assert_int_equal(first->concurrencies[2], 100);
	assert_non_null(group_cell(first, "threads", 100));
	assert_null(group_cell(first, "prefork", 100));
	assert_int_equal(groups.list[2].variant, 3);
	groups_free(&groups);
	json_decref(root);
}

static void assert_cell_is(const char *status, const char *first, const char *second)
{
	json_t *cell = json_pack("{s:[{s:s, s:n}, {s:s, s:n}]}", "trials", "status", first,
		"reason", "status", second, "reason");

	summary_update(cell);
	assert_string_equal(json_string_value(json_object_get(cell, "status")), status);
	json_decref(cell);
}

static void a_cell_is_as_bad_as_its_worst_trial(void **state)
{
	static const char *const failures[] = { "invalid", "failed", "timeout", "crashed" };

	(void)state;
	for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
		assert_cell_is(failures[i], failures[i], "unavailable");
		assert_cell_is(failures[i], "unavailable", failures[i]);
		assert_cell_is(failures[i], "ok", failures[i]);
	}
	assert_cell_is("unavailable", "ok", "unavailable");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(saves_new_and_old),
		cmocka_unit_test(follows_a_link),
		cmocka_unit_test(leaves_devices_in_place),
		cmocka_unit_test(refuses_folders),
		cmocka_unit_test(keeps_the_old_file_when_it_fails),
		cmocka_unit_test(loads_what_it_saved),
		cmocka_unit_test(sorts_cells_into_groups),
		cmocka_unit_test(a_cell_is_as_bad_as_its_worst_trial),
	};

	return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
