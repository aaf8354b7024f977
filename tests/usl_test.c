/* SPDX-License-Identifier: MIT */
/* The fit of the scalability law, through gnuplot, on points of a known law. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/sweep/usl.h"

static const double connections[] = { 1, 3, 10, 30, 100, 300, 1000, 3000, 10000 };

enum { POINTS = sizeof connections / sizeof *connections };

static const int go_on;
static struct usl_point points[POINTS];
static char reason[256];

static void make(double g_per_s, double a, double b)
{
	for (size_t i = 0; i < POINTS; i++) {
		double n = connections[i];
		points[i] = (struct usl_point){ n,
			g_per_s * n / (1 + a * (n - 1) + b * n * (n - 1)) };
	}
}

/* By so much up and down, in an order that has no trend. */
static void disturb(double share)
{
	static const int up[POINTS] = { 1, -1, -1, 1, 1, -1, 1, -1, 1 };

	for (size_t i = 0; i < POINTS; i++)
		points[i].per_s *= 1 + share * up[i];
}

static int fit(struct usl *usl, size_t count)
{
	return usl_fit(points, count, &go_on, usl, reason, sizeof reason);
}

static void refuses(size_t count, const char *why)
{
	struct usl usl;

	assert_int_equal(fit(&usl, count), -EINVAL);
	if (!strstr(reason, why))
		fail_msg("'%s' does not say '%s'", reason, why);
}

static void finds_an_exact_law(void **state)
{
	struct usl usl;

	(void)state;
	make(9876, 0.04, 3e-6);
	assert_int_equal(fit(&usl, POINTS), 0);
	assert_true(fabs(usl.g_per_s / 9876 - 1) < 1e-6);
	assert_true(fabs(usl.a / 0.04 - 1) < 1e-6);
	assert_true(fabs(usl.b / 3e-6 - 1) < 1e-6);
	assert_true(fabs(usl.n_max / sqrt(0.96 / 3e-6) - 1) < 1e-6);
	assert_true(usl.rms < 1e-6);
}

/* Laws of very different sizes, within three standard errors of what they are. */
static void finds_a_disturbed_law(void **state)
{
	static const double laws[][3] = { { 50000, 0.3, 2e-6 }, { 120, 0.02, 1e-4 },
		{ 8000, 0.9, 1e-5 }, { 1e6, 0.5, 1e-7 } };
	struct usl usl;

	(void)state;
	for (size_t i = 0; i < sizeof laws / sizeof *laws; i++) {
		make(laws[i][0], laws[i][1], laws[i][2]);
		disturb(0.02);
		assert_int_equal(fit(&usl, POINTS), 0);
		assert_true(fabs(usl.g_per_s - laws[i][0]) < 3 * usl.g_error);
		assert_true(fabs(usl.a - laws[i][1]) < 3 * usl.a_error);
		assert_true(fabs(usl.b - laws[i][2]) < 3 * usl.b_error);
		assert_true(usl.rms > 0.005 && usl.rms < 0.021);
	}
}

/* Without coherency throughput has no maximum. */
static void has_no_maximum_without_coherency(void **state)
{
	struct usl usl;

	(void)state;
	make(1000, 0.1, 0);
	disturb(0.02);
	int err = fit(&usl, POINTS);
	assert_true(err == 0 && isnan(usl.n_max));
}

static void refuses_what_is_no_such_law(void **state)
{
	(void)state;
	make(1000, 0.05, 1e-6);
	refuses(USL_POINTS_MIN - 1, "5 numbers of connections");
	disturb(0.4);
	refuses(POINTS, "off by");
	for (size_t i = 0; i < POINTS; i++) /* more than in proportion */
		points[i].per_s = 1000 * pow(connections[i], 1.02);
	refuses(POINTS, "negative");
	for (size_t i = 0; i < POINTS; i++)
		points[i].n = 1;
	refuses(POINTS, "");
	assert_true(strlen(reason) > 0);
}

static void heeds_a_stop(void **state)
{
	static const int stop = 1;
	struct usl usl;

	(void)state;
	make(1000, 0.05, 1e-6);
	assert_int_equal(usl_fit(points, POINTS, &stop, &usl, reason, sizeof reason), -EINTR);
}

static void names_a_missing_gnuplot(void **state)
{
	const char *path = getenv("PATH");
	char *before = strdup(path ? path : "");
	char bare[] = "/tmp/usl_test-XXXXXX", shell[64];
	struct usl usl;

	(void)state;
	assert_non_null(mkdtemp(bare));
	snprintf(shell, sizeof shell, "%s/sh", bare);
	assert_int_equal(symlink("/bin/sh", shell), 0);
	setenv("PATH", bare, 1);
	make(1000, 0.05, 1e-6);
	int err = fit(&usl, POINTS);
	setenv("PATH", before, 1);
	free(before);
	unlink(shell);
	rmdir(bare);
	assert_int_equal(err, -ENOENT);
	assert_non_null(strstr(reason, "not installed"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_an_exact_law),
		cmocka_unit_test(finds_a_disturbed_law),
		cmocka_unit_test(has_no_maximum_without_coherency),
		cmocka_unit_test(refuses_what_is_no_such_law),
		cmocka_unit_test(heeds_a_stop),
		cmocka_unit_test(names_a_missing_gnuplot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
