/* SPDX-License-Identifier: MIT */
#include "edivisive.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../rng.h"

/*
 * Q is a sum of the same distances in another order for each permutation: those
 * that differ by less than this share are the same number, and a tie counts
 * against the change.
 */
static const double rounding = 1e-9;

/* A part of the series between two changes, and its best cut. */
struct part {
	size_t from, to;
	size_t at;
	double statistic; /* -1 where it is too short */
};

struct work {
	const double *values;
	size_t n, least;
	size_t *order; /* the values' places, permuted within each part */
	double *sums;  /* n rows of n + 1: see sum_distances */
	struct part *parts;
	size_t part_count;
};

static void work_free(struct work *work)
{
	free(work->order);
	free(work->sums);
	free(work->parts);
}

static int work_init(struct work *work, const double *values, size_t n, size_t least)
{
	*work = (struct work){ .values = values, .n = n, .least = least };
	if (least < 2)
		return -EINVAL;
	for (size_t i = 0; i < n; i++)
		if (!isfinite(values[i]))
			return -EINVAL;
	work->order = malloc((n + 1) * sizeof *work->order);
	work->sums = malloc((n + 1) * (n + 1) * sizeof *work->sums);
	work->parts = malloc((n / least + 1) * sizeof *work->parts);
	if (!work->order || !work->sums || !work->parts) {
		work_free(work);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		work->order[i] = i;
	work->parts[0] = (struct part){ .to = n };
	work->part_count = 1;
	return 0;
}

/* sums[j][i] becomes the distances from value j of the part to its values 0 .. i - 1, i <= j. */
static void sum_distances(const struct work *work, const struct part *part)
{
	const size_t *order = work->order + part->from;

	for (size_t j = 0; j < part->to - part->from; j++) {
		double *row = work->sums + j * (work->n + 1);
		double value = work->values[order[j]];
		row[0] = 0;
		for (size_t i = 0; i < j; i++)
			row[i + 1] = row[i] + fabs(work->values[order[i]] - value);
	}
}

/* Equations (5) and (6) of the paper: m values before the cut, k after it. */
static double scaled_distance(double left, double cross, double right, size_t m, size_t k)
{
	double before = (double)m, after = (double)k;
	double energy = 2 / (before * after) * cross - 2 / (before * (before - 1)) * left -
		2 / (after * (after - 1)) * right;

	return before * after / (before + after) * energy;
}

/* The best of the cuts before value m of a part, its end running from there on. */
static void try_cut(const struct work *work, struct part *part, size_t m, double left)
{
	double cross = 0, right = 0;

	for (size_t j = m; j < part->to - part->from; j++) {
		const double *row = work->sums + j * (work->n + 1);
		cross += row[m];
		right += row[j] - row[m];
		if (j + 1 - m < work->least)
			continue;
		double statistic = scaled_distance(left, cross, right, m, j + 1 - m);
		if (statistic > part->statistic) {
			part->statistic = statistic;
			part->at = part->from + m;
		}
	}
}

/* Find the best cut of a part in its present order. */
static void cut(const struct work *work, struct part *part)
{
	size_t length = part->to - part->from;
	double left = 0;

	part->statistic = -1;
	if (length < 2 * work->least)
		return;
	sum_distances(work, part);
	for (size_t m = 0; m + work->least <= length; m++) {
		if (m >= work->least)
			try_cut(work, part, m, left);
		left += work->sums[m * (work->n + 1) + m];
	}
}

int edivisive_split(const double *values, size_t n, size_t least, size_t *at, double *statistic)
{
	struct work work;
	int err = work_init(&work, values, n, least);

	if (err)
		return err;
	cut(&work, &work.parts[0]);
	*at = work.parts[0].at;
	*statistic = work.parts[0].statistic;
	work_free(&work);
	return 0;
}

/* Whether a permutation within each part has a cut as good as that. */
static bool reached(const struct work *work, struct rng *rng, double statistic)
{
	for (size_t i = 0; i < work->n; i++)
		work->order[i] = i;
	for (size_t i = 0; i < work->part_count; i++) {
		struct part part = work->parts[i];
		rng_shuffle(rng, work->order + part.from, part.to - part.from, sizeof(size_t));
		cut(work, &part);
		if (part.statistic >= statistic * (1 - rounding))
			return true;
	}
	return false;
}

/* The p of that cut; any above the significance where it is no change, which shows early. */
static double test(const struct work *work, const struct edivisive_options *options,
	struct rng *rng, double statistic)
{
	double all = options->permutations + 1.0, hits = 1;

	for (unsigned i = 0; i < options->permutations; i++) {
		hits += reached(work, rng, statistic);
		if (hits / all > options->significance)
			break;
	}
	for (size_t i = 0; i < work->n; i++)
		work->order[i] = i;
	return hits / all;
}

/* Divide parts[place] at its cut. The parts stay in their order. */
static void divide(struct work *work, size_t place)
{
	struct part *part = &work->parts[place];

	memmove(part + 1, part, (work->part_count - place) * sizeof *part);
	work->part_count++;
	part[0].to = part[1].from = part[0].at;
	cut(work, &part[0]);
	cut(work, &part[1]);
}

/* Keep the changes in their order too. */
static void insert(
	struct edivisive_change *changes, size_t count, const struct edivisive_change *change)
{
	size_t place = count;

	while (place > 0 && changes[place - 1].at > change->at) {
		changes[place] = changes[place - 1];
		place--;
	}
	changes[place] = *change;
}

int edivisive(const double *values, size_t n, const struct edivisive_options *options,
	struct edivisive_change *changes, size_t *count)
{
	struct work work;
	struct rng rng;
	int err = work_init(&work, values, n, options->least);

	*count = 0;
	if (err)
		return err;
	rng_seed(&rng, options->seed);
	cut(&work, &work.parts[0]);
	for (;;) {
		size_t best = 0;
		for (size_t i = 1; i < work.part_count; i++)
			if (work.parts[i].statistic > work.parts[best].statistic)
				best = i;
		struct edivisive_change change = { .at = work.parts[best].at,
			.statistic = work.parts[best].statistic };
		if (change.statistic <= 0)
			break;
		change.p = test(&work, options, &rng, change.statistic);
		if (change.p > options->significance)
			break;
		insert(changes, (*count)++, &change);
		divide(&work, best);
	}
	work_free(&work);
	return 0;
}
