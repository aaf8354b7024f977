/* SPDX-License-Identifier: MIT */
/*
 * For hypothesis.bats: a line of stdin is a function and what it is given, each list of values
 * after their number; a line of stdout is its result and what it stores.
 */
#include "../bench/hypothesis.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES_MAX = 10000 };

struct list {
	size_t n;
	double values[VALUES_MAX];
};

static double read_number(void)
{
	double number;

	if (scanf("%lf", &number) != 1)
		exit(2);
	return number;
}

static void read_list(struct list *list)
{
	list->n = (size_t)read_number();
	if (list->n > VALUES_MAX)
		exit(2);
	for (size_t i = 0; i < list->n; i++)
		list->values[i] = read_number();
}

static void do_sign(void)
{
	static struct list list;
	double than = read_number(), p = NAN;

	read_list(&list);
	int err = sign_test_above(list.values, list.n, than, &p);
	printf("%d %.17g\n", err, p);
}

static void do_mann_whitney(void)
{
	static struct list x, y;
	struct mann_whitney result = { NAN, NAN, NAN, false };

	read_list(&x);
	read_list(&y);
	int err = mann_whitney(x.values, x.n, y.values, y.n, &result);
	printf("%d %.17g %.17g %.17g %d\n", err, result.u, result.p, result.p_greater,
		result.exact);
}

static void do_shift(void)
{
	static struct list x, y;
	double wanted = read_number(), shift = NAN;
	struct interval interval = { NAN, NAN, NAN };

	read_list(&x);
	read_list(&y);
	int err = hodges_lehmann_shift(x.values, x.n, y.values, y.n, wanted, &shift, &interval);
	printf("%d %.17g %.17g %.17g %.17g\n", err, shift, interval.low, interval.high,
		interval.confidence);
}

static void do_center(void)
{
	static struct list list;
	double center = NAN;

	read_list(&list);
	int err = hodges_lehmann(list.values, list.n, &center);
	printf("%d %.17g\n", err, center);
}

static void do_adjust(int (*adjust)(const double *, size_t, double *))
{
	static struct list list;

	read_list(&list);
	int err = adjust(list.values, list.n, list.values);
	printf("%d", err);
	for (size_t i = 0; i < list.n; i++)
		printf(" %.17g", list.values[i]);
	putchar('\n');
}

static void do_rate(void)
{
	size_t hits = (size_t)read_number(), n = (size_t)read_number();
	double wanted = read_number();
	struct interval interval = { NAN, NAN, NAN };

	int err = rate_interval(hits, n, wanted, &interval);
	printf("%d %.17g %.17g\n", err, interval.low, interval.high);
}

int main(void)
{
	char what[32];

	while (scanf("%31s", what) == 1) {
		if (strcmp(what, "sign") == 0)
			do_sign();
		else if (strcmp(what, "mann_whitney") == 0)
			do_mann_whitney();
		else if (strcmp(what, "shift") == 0)
			do_shift();
		else if (strcmp(what, "center") == 0)
			do_center();
		else if (strcmp(what, "holm") == 0)
			do_adjust(adjust_holm);
		else if (strcmp(what, "benjamini_hochberg") == 0)
			do_adjust(adjust_benjamini_hochberg);
		else if (strcmp(what, "rate") == 0)
			do_rate();
		else
			return 2;
	}
	return 0;
}
