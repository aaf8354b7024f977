/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_USL_H
#define SWEEP_USL_H

/*
 * The universal scalability law: throughput against concurrency,
 *
 *	X(N) = g N / (1 + a (N - 1) + b N (N - 1)),
 *
 * g what one alone reaches, a the share that is serial (contention), b what
 * keeping in step costs (coherency). N. J. Gunther, Guerrilla Capacity
 * Planning, 2007, chapters 4 to 6.
 */
#include <stddef.h>

enum { USL_POINTS_MIN = 6 };

struct usl_point {
	double n, per_s; /* both above 0 */
};

struct usl {
	double g_per_s, a, b;
	double g_error, a_error, b_error; /* asymptotic standard errors */
	double rms;                       /* root mean square of the relative errors: 0.05 is 5 % */
	double n_max; /* where throughput is highest; NAN where b does not stand out from 0 */
};

/*
 * Fit it by least squares of the relative errors, so that few connections count
 * as much as many. gnuplot does it, by plot/usl.gp; *stop ends it. 0; -EINVAL
 * with a reason where there are fewer than USL_POINTS_MIN points or the law does
 * not hold for them; another -errno with a reason where gnuplot cannot be run.
 */
int usl_fit(const struct usl_point *points, size_t count, const volatile int *stop, struct usl *usl,
	char *reason, size_t size);

#endif
