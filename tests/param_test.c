/* SPDX-License-Identifier: MIT */
#include "../models/param.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct param table[] = {
	{ "delay_ms", "ms", "a number with a unit", "10", 0, 1000 },
	{ "offset", "", "a plain number", "-5", -7, 7 },
	{ "wide", "", "any number", "0", INT64_MIN, INT64_MAX },
	{ "path", NULL, "a text", "/a b", 0, 0 },
	{ .name = NULL },
};

static struct params params;

static int fresh(void **state)
{
	(void)state;
	memset(&params, 0xa5, sizeof params);
	params_init(&params, table);
	return 0;
}

static void defaults(void **state)
{
	(void)state;
	assert_ptr_equal(params.table, table);
	assert_int_equal(param_number(&params, "delay_ms"), 10);
	assert_string_equal(param_text(&params, "delay_ms"), "10");
	assert_int_equal(param_number(&params, "offset"), -5);
	assert_int_equal(param_number(&params, "wide"), 0);
	assert_string_equal(param_text(&params, "path"), "/a b");
}

static void set_changes_that_value_only(void **state)
{
	(void)state;
	assert_int_equal(params_set(&params, "delay_ms", "250"), 0);
	assert_int_equal(params_set(&params, "path", "42"), 0);
	assert_int_equal(param_number(&params, "delay_ms"), 250);
	assert_string_equal(param_text(&params, "delay_ms"), "250");
	assert_string_equal(param_text(&params, "path"), "42");
	assert_int_equal(param_number(&params, "offset"), -5);
	assert_int_equal(params_set(&params, "path", ""), 0);
	assert_string_equal(param_text(&params, "path"), "");
}

static void unknown_name(void **state)
{
	(void)state;
	assert_int_equal(params_set(&params, "delay", "1"), -ENOENT);
	assert_int_equal(params_set(&params, "delay_ms2", "1"), -ENOENT);
	assert_int_equal(params_set(&params, "", "1"), -ENOENT);
	assert_null(param_find(table, "delay"));
	assert_ptr_equal(param_find(table, "offset"), &table[1]);
}

static void no_table_has_no_names(void **state)
{
	static const struct param empty[] = { { .name = NULL } };

	(void)state;
	assert_null(param_find(NULL, "offset"));
	params_init(&params, NULL);
	assert_int_equal(params_set(&params, "offset", "1"), -ENOENT);
	params_init(&params, empty);
	assert_int_equal(params_set(&params, "offset", "1"), -ENOENT);
}

static void check_refused(const char *name, const char *value, int err)
{
	assert_int_equal(params_set(&params, name, value), err);
	assert_int_equal(param_number(&params, "delay_ms"), 10);
	assert_string_equal(param_text(&params, "delay_ms"), "10");
	assert_int_equal(param_number(&params, "wide"), 0);
	assert_string_equal(param_text(&params, "path"), "/a b");
}

static void not_a_whole_number(void **state)
{
	static const char *const bad[] = { "", "ten", "10ms", "10 ", "1.5", "1e3", "0x10", "-", "+",
		"--1", "1,000", "99999999999999999999x" };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check_refused("delay_ms", bad[i], -EINVAL);
}

static void both_ends_of_the_range(void **state)
{
	(void)state;
	check_refused("delay_ms", "-1", -ERANGE);
	check_refused("delay_ms", "1001", -ERANGE);
	assert_int_equal(params_set(&params, "delay_ms", "0"), 0);
	assert_int_equal(param_number(&params, "delay_ms"), 0);
	assert_int_equal(params_set(&params, "delay_ms", "1000"), 0);
	assert_int_equal(param_number(&params, "delay_ms"), 1000);
	assert_int_equal(params_set(&params, "offset", "-8"), -ERANGE);
	assert_int_equal(params_set(&params, "offset", "8"), -ERANGE);
	assert_int_equal(params_set(&params, "offset", "-7"), 0);
	assert_int_equal(params_set(&params, "offset", "7"), 0);
	assert_int_equal(param_number(&params, "offset"), 7);
}

/* Where the range ends with the type, only strtoll's own word tells. */
static void more_than_64_bits(void **state)
{
	(void)state;
	check_refused("wide", "9223372036854775808", -ERANGE);
	check_refused("wide", "-9223372036854775809", -ERANGE);
	check_refused("wide", "99999999999999999999999999", -ERANGE);
	assert_int_equal(params_set(&params, "wide", "9223372036854775807"), 0);
	assert_true(param_number(&params, "wide") == INT64_MAX);
	assert_int_equal(params_set(&params, "wide", "-9223372036854775808"), 0);
	assert_true(param_number(&params, "wide") == INT64_MIN);
	errno = ERANGE; /* left over from another call */
	assert_int_equal(params_set(&params, "wide", "3"), 0);
}

static void too_long_a_text(void **state)
{
	char text[257];

	(void)state;
	memset(text, 'x', sizeof text);
	text[256] = 0;
	check_refused("path", text, -EINVAL);
	memset(text, '0', sizeof text - 1);
	check_refused("delay_ms", text, -EINVAL);
	memset(text, 'x', sizeof text);
	text[255] = 0;
	assert_int_equal(params_set(&params, "path", text), 0);
	assert_string_equal(param_text(&params, "path"), text);
}

/* PARAMS_MAX rows and one more, of which the first `rows` are used. */
static void init_rows(int rows)
{
	static const char names[PARAMS_MAX + 1][2] = { "a", "b", "c", "d", "e", "f", "g", "h",
		"i" };
	struct param many[PARAMS_MAX + 2] = { { .name = NULL } };

	for (int i = 0; i < rows; i++)
		many[i] = (struct param){ names[i], "", "", "1", 0, 9 };
	params_init(&params, many);
	assert_int_equal(params_set(&params, names[rows - 1], "9"), 0);
	assert_int_equal(param_number(&params, names[rows - 1]), 9);
	assert_int_equal(param_number(&params, names[0]), 1);
}

static void init_too_many(void)
{
	init_rows(PARAMS_MAX + 1);
}

static void init_bad_default(void)
{
	static const struct param bad[] = { { "a", "", "", "10", 0, 9 }, { .name = NULL } };

	params_init(&params, bad);
}

static void ask_misspelt(void)
{
	param_number(&params, "dealy_ms");
}

/* In a child, without a core file. */
static int ends_with(void (*call)(void))
{
	int status;
	pid_t child = fork();

	assert_true(child >= 0);
	if (child == 0) {
		setrlimit(RLIMIT_CORE, &(struct rlimit){ 0 });
		call();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

static void as_many_rows_as_fit(void **state)
{
	(void)state;
	init_rows(PARAMS_MAX);
	assert_int_equal(ends_with(init_too_many), SIGABRT);
}

static void bugs_in_the_code_abort(void **state)
{
	(void)state;
	assert_int_equal(ends_with(init_bad_default), SIGABRT);
	assert_int_equal(ends_with(ask_misspelt), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(defaults, fresh),
		cmocka_unit_test_setup(set_changes_that_value_only, fresh),
		cmocka_unit_test_setup(unknown_name, fresh),
		cmocka_unit_test_setup(no_table_has_no_names, fresh),
		cmocka_unit_test_setup(not_a_whole_number, fresh),
		cmocka_unit_test_setup(both_ends_of_the_range, fresh),
		cmocka_unit_test_setup(more_than_64_bits, fresh),
		cmocka_unit_test_setup(too_long_a_text, fresh),
		cmocka_unit_test_setup(as_many_rows_as_fit, fresh),
		cmocka_unit_test_setup(bugs_in_the_code_abort, fresh),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
