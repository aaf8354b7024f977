/* SPDX-License-Identifier: MIT */
#include "compare_cells.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>

#include "../hypothesis.h"
#include "../measure.h"
#include "compare_match.h"

/* The values of a measure in a cell's trials, to be freed. */
struct sample {
	double *values;
	size_t count;
};

static int sample_init(struct sample *sample, const json_t *cell, const struct measure *measure)
{
	const json_t *trials = json_object_get(cell, "trials"), *trial;
	size_t i;

	*sample = (struct sample){ calloc(json_array_size(trials) + 1, sizeof(double)), 0 };
	if (!sample->values)
		return -ENOMEM;
	json_array_foreach(trials, i, trial)
	{
		double value = measure_of(measure, trial);
		if (isfinite(value))
			sample->values[sample->count++] = value;
	}
	return 0;
}

/* Whether all have logarithms, which then stand in their place. */
static bool take_logarithms(struct sample *sample)
{
	for (size_t i = 0; i < sample->count; i++)
		if (!(sample->values[i] > 0))
			return false;
	for (size_t i = 0; i < sample->count; i++)
		sample->values[i] = log(sample->values[i]);
	return true;
}

/* 2 / C(nx + ny, nx): of all arrangements, the two that are most extreme. */
static double least_p(size_t nx, size_t ny)
{
	double p = 2;

	for (size_t i = 1; i <= nx; i++)
		p *= (double)i / (double)(ny + i);
	return fmin(p, 1);
}

static int set_ratio(struct comparison *comparison, struct sample *old, struct sample *new)
{
	double shift;
	struct interval interval;

	comparison->ratio = NAN;
	comparison->interval = (struct interval){ NAN, NAN, NAN };
	if (!take_logarithms(old) || !take_logarithms(new))
		return 0;
	int err = hodges_lehmann_shift(old->values, old->count, new->values, new->count,
		COMPARE_CONFIDENCE, &shift, &interval);
	if (err)
		return err;
	comparison->ratio = exp(shift);
	comparison->interval = (struct interval){ exp(interval.low), exp(interval.high),
		interval.confidence };
	return 0;
}

/*
 * Which way it went, by how many pairs of an old and a new value went so. Where most
 * pairs are alike the ratio is 1, and still it went that way.
 */
static double harm_of(const struct comparison *comparison, double u)
{
	double pairs = (double)comparison->old_count * (double)comparison->new_count;
	double grown = 2 * u - pairs;
	double worse = comparison->measure->better == MEASURE_LOWER ? grown : -grown;

	if (worse == 0)
		return 0;
	double size = isnan(comparison->ratio) ? INFINITY : fabs(log(comparison->ratio));
	return copysign(fmax(size, DBL_MIN), worse);
}

static int test(struct comparison *comparison, struct sample *old, struct sample *new)
{
	struct mann_whitney result;

	comparison->old_count = old->count;
	comparison->new_count = new->count;
	comparison->old_median = comparison->new_median = NAN;
	comparison->ratio = comparison->p = comparison->adjusted = comparison->least = NAN;
	comparison->interval = (struct interval){ NAN, NAN, NAN };
	stats_median(old->values, old->count, &comparison->old_median);
	stats_median(new->values, new->count, &comparison->new_median);
	comparison->verdict = VERDICT_NO_VALUE;
	if (old->count == 0 || new->count == 0)
		return 0;
	int err = mann_whitney(old->values, old->count, new->values, new->count, &result);
	if (!err)
		err = set_ratio(comparison, old, new);
	if (err)
		return err;
	comparison->p = result.p;
	comparison->exact = result.exact;
	comparison->least = least_p(old->count, new->count);
	comparison->harm = harm_of(comparison, result.u);
	comparison->verdict = VERDICT_SAME; /* until all p are known */
	return 0;
}

static int compare_measure(struct cell_pair *pair, const struct measure *measure)
{
	struct comparison *comparison = &pair->comparisons[pair->count];
	struct sample old = { 0 }, new = { 0 };

	int err = sample_init(&old, pair->before, measure);
	if (!err)
		err = sample_init(&new, pair->after, measure);
	if (!err && old.count + new.count > 0) {
		*comparison = (struct comparison){ .measure = measure };
		err = test(comparison, &old, &new);
		pair->count++;
	}
	free(old.values);
	free(new.values);
	return err;
}

/* All that was tested, in the order of the pairs; the caller frees *list. */
static int list_tests(struct compared *compared, struct comparison ***list)
{
	size_t most = compared->count * COMPARE_MEASURES_MAX;

	*list = calloc(most + 1, sizeof **list); /* NOLINT: an array of pointers */
	if (!*list)
		return -ENOMEM;
	for (size_t i = 0; i < compared->count; i++)
		for (size_t k = 0; k < compared->pairs[i].count; k++)
			if (compared->pairs[i].comparisons[k].verdict != VERDICT_NO_VALUE)
				(*list)[compared->tests++] = &compared->pairs[i].comparisons[k];
	return 0;
}

static int adjust(struct comparison *const *list, size_t count)
{
	double *p = calloc(count + 1, sizeof *p);

	if (!p)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		p[i] = list[i]->p; /* NOLINT: list_tests made it */
	int err = adjust_benjamini_hochberg(p, count, p);
	for (size_t i = 0; i < count && !err; i++)
		list[i]->adjusted = p[i];
	free(p);
	return err;
}

/* A difference counts as hidden by too few trials where it could not be shown as the only one. */
static void decide(struct comparison *comparison, size_t tests)
{
	if (comparison->adjusted <= COMPARE_ALPHA && comparison->harm != 0)
		comparison->verdict = comparison->harm > 0 ? VERDICT_WORSE : VERDICT_BETTER;
	else if (comparison->least * (double)tests > COMPARE_ALPHA)
		comparison->verdict = VERDICT_TOO_FEW;
}

static int decide_all(struct compared *compared)
{
	struct comparison **list;
	int err = list_tests(compared, &list);

	if (err)
		return err;
	err = adjust(list, compared->tests);
	compared->confidence = NAN;
	for (size_t i = 0; i < compared->tests && !err; i++) {
		decide(list[i], compared->tests);
		compared->confidence = fmin(compared->confidence, list[i]->interval.confidence);
	}
	free(list);
	compared->trials_needed = 1;
	while (least_p(compared->trials_needed, compared->trials_needed) * (double)compared->tests >
		COMPARE_ALPHA)
		compared->trials_needed++;
	return err;
}

static int by_harm(const void *left, const void *right)
{
	const struct comparison *a = left, *b = right;

	if (a->verdict != b->verdict)
		return a->verdict < b->verdict ? -1 : 1;
	if (a->harm != b->harm)
		return a->harm > b->harm ? -1 : 1;
	return (a->measure > b->measure) - (a->measure < b->measure);
}

/* Pairs whose comparisons are in order; those without any come last. */
static int by_state(const void *left, const void *right)
{
	const struct cell_pair *a = left, *b = right;

	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	if ((a->count == 0) != (b->count == 0))
		return a->count == 0 ? 1 : -1;
	if (a->count > 0) {
		const struct comparison *one = a->comparisons, *other = b->comparisons;
		if (one->verdict != other->verdict || one->harm != other->harm)
			return by_harm(one, other);
	}
	return (a->place > b->place) - (a->place < b->place);
}

static void put_in_order(struct compared *compared)
{
	for (size_t i = 0; i < compared->count; i++) {
		struct cell_pair *pair = &compared->pairs[i];
		qsort(pair->comparisons, pair->count, sizeof *pair->comparisons, by_harm);
		for (size_t k = 0; k < pair->count; k++)
			compared->verdicts[pair->comparisons[k].verdict]++;
	}
	qsort(compared->pairs, compared->count, sizeof *compared->pairs, by_state);
}

int compare_cells(const json_t *before, const json_t *after, const struct measure *const *keys,
	size_t count, struct compared *compared)
{
	int err = compare_match(before, after, compared);

	if (err)
		return err;
	for (size_t i = 0; i < compared->count && !err; i++)
		for (size_t k = 0; k < count && !err; k++)
			if (compared->pairs[i].state == CELL_COMPARED)
				err = compare_measure(&compared->pairs[i], keys[k]);
	if (!err)
		err = decide_all(compared);
	if (err)
		compared_free(compared);
	else
		put_in_order(compared);
	return err;
}

void compared_free(struct compared *compared)
{
	free(compared->pairs);
	*compared = (struct compared){ 0 };
}
