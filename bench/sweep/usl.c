/* SPDX-License-Identifier: MIT */
#include "usl.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "../data.h"
#include "../launch.h"
#include "../workdir.h"

static const double rms_most = 0.15, time_limit_s = 30;

enum { PATH_SIZE = WORKDIR_MAX + 16 };

static int write_points(const char *path, const struct usl_point *points, size_t count)
{
	FILE *file = fopen(path, "wxe");

	if (!file)
		return -errno;
	for (size_t i = 0; i < count; i++)
		fprintf(file, "%.17g\t%.17g\n", points[i].n, points[i].per_s);
	return fclose(file) == 0 ? 0 : -errno;
}

/* 0, -EDOM where the fit did not converge, -EPROTO where gnuplot said nothing that makes sense. */
static int read_fit(const char *path, struct usl *usl)
{
	FILE *file = fopen(path, "re");
	int converged = 0;

	if (!file)
		return -EPROTO;
	int n = fscanf(file, "%d %lf %lf %lf %lf %lf %lf %lf", &converged, &usl->g_per_s,
		&usl->g_error, &usl->a, &usl->a_error, &usl->b, &usl->b_error, &usl->rms);
	fclose(file);
	if (n == 8 && !converged)
		return -EDOM;
	return n == 8 ? 0 : -EPROTO;
}

/* gnuplot's own words on what is wrong would go to the terminal; its status says enough. */
static int run_gnuplot(const char *folder, const volatile int *stop)
{
	static const char command[] = "cd \"$0\" && exec gnuplot --default-settings "
				      "-e \"table = 'points'; result = 'fit'\" \"$1\" 2>/dev/null";
	char script[DATA_PATH];
	char *argv[] = { "sh", "-c", (char *)command, (char *)folder,
		(char *)data_path("plot/usl.gp", script), NULL };
	struct launched launched;

	int err = launch(argv, time_limit_s, false, stop, &launched);
	if (err)
		return err;
	free(launched.output);
	if (launched.interrupted)
		return -EINTR;
	if (launched.timed_out)
		return -ETIMEDOUT;
	if (WIFEXITED(launched.status) && WEXITSTATUS(launched.status) == 127)
		return -ENOENT;
	return WIFEXITED(launched.status) && WEXITSTATUS(launched.status) == 0 ? 0 : -EDOM;
}

static int fit(
	const struct usl_point *points, size_t count, const volatile int *stop, struct usl *usl)
{
	char folder[WORKDIR_MAX], table[PATH_SIZE], result[PATH_SIZE];

	if (workdir_make(folder) != 0)
		return -errno;
	snprintf(table, sizeof table, "%s/points", folder);
	snprintf(result, sizeof result, "%s/fit", folder);
	int err = write_points(table, points, count);
	if (!err)
		err = run_gnuplot(folder, stop);
	if (!err)
		err = read_fit(result, usl);
	workdir_remove(folder);
	return err;
}

/* Whether the law holds; else why not. */
static int judge(const struct usl *usl, char *reason, size_t size)
{
	if (!(usl->g_per_s > 0) || !isfinite(usl->g_error + usl->a_error + usl->b_error))
		snprintf(reason, size, "the fit has no meaning: %g a second alone", usl->g_per_s);
	else if (usl->a < -usl->a_error)
		snprintf(reason, size, "contention is negative: a = %.3g ± %.2g", usl->a,
			usl->a_error);
	else if (usl->b < -usl->b_error)
		snprintf(reason, size, "coherency is negative: b = %.3g ± %.2g", usl->b,
			usl->b_error);
	else if (!(usl->rms <= rms_most))
		snprintf(reason, size, "the fit is off by %.0f %% (root mean square)",
			100 * usl->rms);
	else
		return 0;
	return -EINVAL;
}

int usl_fit(const struct usl_point *points, size_t count, const volatile int *stop, struct usl *usl,
	char *reason, size_t size)
{
	*reason = '\0';
	if (count < USL_POINTS_MIN) {
		snprintf(reason, size,
			"%zu numbers of connections have a throughput, and %d are "
			"needed",
			count, USL_POINTS_MIN);
		return -EINVAL;
	}
	int err = fit(points, count, stop, usl);
	if (err == -EDOM) {
		snprintf(reason, size, "the fit did not converge");
		return -EINVAL;
	}
	if (err) {
		snprintf(reason, size, "gnuplot: %s",
			err == -ENOENT           ? "it is not installed"
				: err == -EPROTO ? "it gave no result"
						 : strerror(-err));
		return err;
	}
	bool has_maximum = usl->b > usl->b_error && usl->a < 1;
	usl->n_max = has_maximum ? sqrt((1 - usl->a) / usl->b) : NAN;
	return judge(usl, reason, size);
}
