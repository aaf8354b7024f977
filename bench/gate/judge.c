/* SPDX-License-Identifier: MIT */
/*
 * From samples to findings. In logarithms, where a ratio is a difference, and
 * turned so that above 0 is worse.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../hypothesis.h"
#include "../stats.h"
#include "gate.h"

/* Counts must stay within this; they do not wobble. */
static const double count_threshold = 0.01;

/* Instructions by which two runs of the same program differ under callgrind, at most. */
static const double callgrind_wobble = 30000;

/* A cell is looked at again where this chance is not met: loose, as the verdict is not yet made. */
static const double flag_p = 0.2;

/* The level of each look; they share the gate's. */
static const double look_alpha = GATE_ALPHA / GATE_LOOKS;

/* A metric of a cell, and room for what is worked out of it. */
struct view {
	const struct metric *metric;
	struct gate_cell *cell;
	const struct samples *samples;
	struct finding *finding;
	double sign; /* of what is worse */
	double *work;
};

static double logarithm(const struct view *view, enum side side, size_t i)
{
	return log(view->samples->values[side][i] + view->metric->floor);
}

/* How much worse head was in pair i. */
static double worse(const struct view *view, size_t i)
{
	return view->sign * (logarithm(view, HEAD, i) - logarithm(view, BASE, i));
}

/*
 * Three standard errors of the median of as many pairs as there are, had the
 * two sides been the same: from the launches of one side within a block, which
 * are. The median's is 1.2533 sigma / sqrt(n) of a normal distribution, and
 * sigma 1.4826 times the median deviation, which outliers hardly touch.
 */
static double own_noise(const struct view *view)
{
	size_t n = view->samples->count, known = 0;
	double deviation;

	for (size_t i = 0; i + 1 < n; i += 2)
		for (int side = 0; side < SIDES; side++)
			view->work[known++] = fabs(
				logarithm(view, side, i) - logarithm(view, side, i + 1));
	if (stats_median(view->work, known, &deviation) != 0)
		return NAN;
	return expm1(3 * 1.2533 * 1.4826 * deviation / sqrt((double)n));
}

static bool is_known(const struct view *view)
{
	bool known = view->samples->count > 0;

	for (int side = 0; side < SIDES; side++)
		for (size_t i = 0; i < view->samples->count; i++)
			known &= isfinite(logarithm(view, side, i));
	return known;
}

/* Medians, ratio and interval, of whatever is there. */
static void describe(const struct view *view)
{
	struct finding *finding = view->finding;
	size_t n = view->samples->count;
	struct interval interval;
	double middle;

	stats_median(view->samples->values[BASE], n, &finding->base);
	stats_median(view->samples->values[HEAD], n, &finding->head);
	for (size_t i = 0; i < n; i++)
		view->work[i] = view->sign * worse(view, i);
	if (stats_median(view->work, n, &middle) == 0)
		finding->ratio = exp(middle);
	if (hodges_lehmann(view->work, n, &middle) == 0)
		finding->hodges_lehmann = exp(middle);
	if (stats_median_interval(view->work, n, 0.95, &interval) == 0) {
		finding->low = exp(interval.low);
		finding->high = exp(interval.high);
		finding->confidence = interval.confidence;
	}
}

/*
 * The p of "head is not worse by more than the threshold", or with `turned` of
 * "not better by more": of pairs by the sign test, of counts by ranks,
 * of instructions by looking.
 */
static int test(const struct view *view, bool turned, double *p)
{
	double than = log1p(view->finding->threshold), sign = turned ? -1 : 1;
	size_t n = view->samples->count;
	double *base = view->work, *head = view->work + n;
	struct mann_whitney ranks;

	if (view->metric->source == FROM_PAIRS) {
		for (size_t i = 0; i < n; i++)
			view->work[i] = sign * worse(view, i);
		return sign_test_above(view->work, n, than, p);
	}
	if (view->metric->source == FROM_CALLGRIND) {
		*p = sign * worse(view, 0) > than ? 0 : 1; /* by more than it varies, or not */
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		base[i] = sign * view->sign * logarithm(view, BASE, i) + than;
		head[i] = sign * view->sign * logarithm(view, HEAD, i);
	}
	int err = mann_whitney(base, n, head, n, &ranks);
	*p = err ? NAN : ranks.p_greater;
	return err;
}

static const struct finding nothing = { NOT_GATED, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN,
	NAN, 0, "" };

static int examine(const struct gate *gate, const struct view *view)
{
	*view->finding = nothing;
	if (view->samples->count == 0 || strcmp(view->cell->status, "ok") != 0)
		return 0;
	if (!is_known(view)) {
		snprintf(view->finding->reason, sizeof view->finding->reason,
			"not every launch of both sides has it");
		return 0;
	}
	describe(view);
	view->finding->verdict = NO_REGRESSION; /* until the tests say otherwise */
	view->finding->threshold = count_threshold;
	if (view->metric->source == FROM_CALLGRIND)
		view->finding->threshold += 2 * callgrind_wobble /
			((double)view->cell->spec.tasks * view->finding->base);
	if (view->metric->source == FROM_PAIRS) {
		view->finding->noise = own_noise(view);
		view->finding->threshold = fmax(gate->threshold, view->finding->noise);
	}
	return test(view, false, &view->finding->p);
}

/* Better by as much as would be too much for the worse. */
static bool is_better(const struct view *view, size_t tests)
{
	double p;

	return test(view, true, &p) == 0 && p * (double)tests <= look_alpha;
}

/* Ten launches a side have a least p too, of one arrangement in all. */
static bool count_tests_out(const struct view *view, size_t tests)
{
	double least_p = 1;
	size_t n = view->samples->count;

	for (size_t i = 1; i <= n; i++)
		least_p *= (double)i / (double)(n + i);
	if (least_p * (double)tests <= look_alpha)
		return false;
	snprintf(view->finding->reason, sizeof view->finding->reason,
		"%zu launches a side can show nothing among %zu tests: name fewer cells", n, tests);
	return true;
}

/* Whether so few or so uneven pairs can show anything. */
static bool is_inconclusive(const struct gate *gate, const struct view *view, size_t tests)
{
	struct finding *finding = view->finding;
	size_t n = view->samples->count, least = sign_test_least(look_alpha / (double)tests);
	double widest = fmax(view->metric->widest, 2 * gate->threshold);

	if (view->metric->source == FROM_CALLGRIND)
		return false;
	if (view->metric->source == FROM_COUNTING)
		return count_tests_out(view, tests);
	if (n < least) {
		finding->pairs_needed = least;
		snprintf(finding->reason, sizeof finding->reason,
			"%zu pairs can show nothing among %zu tests", n, tests);
		return true;
	}
	if (!(finding->noise > widest))
		return false;
	finding->pairs_needed = ceil((double)n * pow(finding->noise / widest, 2));
	snprintf(finding->reason, sizeof finding->reason,
		"identical launches differ so much that less than %.0f %% cannot be told apart",
		100 * finding->noise);
	return true;
}

/*
 * Whether more pairs could change the verdict: nothing was to be said, or much
 * speaks for a regression, or it looks like one and noise had raised the limit,
 * which more pairs lower.
 */
static bool is_in_doubt(const struct gate *gate, const struct view *view)
{
	const struct finding *finding = view->finding;
	double worse_by = exp(view->sign * log(finding->ratio)) - 1;

	return finding->verdict == INCONCLUSIVE ||
		(finding->verdict == NO_REGRESSION &&
			(finding->p < flag_p ||
				(finding->noise > gate->threshold && worse_by > gate->threshold)));
}

/* The verdict; whether more pairs could change it. */
static bool decide(const struct gate *gate, const struct view *view, size_t tests)
{
	struct finding *finding = view->finding;

	if (finding->p_adjusted <= look_alpha)
		finding->verdict = REGRESSION;
	else if (is_better(view, tests))
		finding->verdict = IMPROVEMENT;
	else if (is_inconclusive(gate, view, tests))
		finding->verdict = INCONCLUSIVE;
	return view->metric->source == FROM_PAIRS && is_in_doubt(gate, view);
}

/* Adjust the p of all tests for their number, which is returned. */
static size_t adjust(const struct view *views, size_t count, double *p)
{
	size_t tests = 0;

	for (size_t i = 0; i < count; i++)
		if (views[i].finding->verdict != NOT_GATED)
			p[tests++] = views[i].finding->p;
	adjust_holm(p, tests, p);
	tests = 0;
	for (size_t i = 0; i < count; i++)
		if (views[i].finding->verdict != NOT_GATED)
			views[i].finding->p_adjusted = p[tests++];
	return tests;
}

static size_t make_views(struct gate *gate, struct view *views, double *work)
{
	size_t count = 0;

	for (size_t i = 0; i < gate->cell_count; i++)
		for (int m = 0; m < METRICS; m++) {
			struct gate_cell *cell = &gate->cells[i];
			const struct measure *measure = measure_find(gated_metrics[m].key);
			views[count++] = (struct view){ &gated_metrics[m], cell, &cell->samples[m],
				&cell->findings[m], measure->better == MEASURE_HIGHER ? -1 : 1,
				work };
		}
	return count;
}

static int judge(const struct gate *gate, const struct view *views, size_t count, double *work)
{
	for (size_t i = 0; i < count; i++) {
		int err = examine(gate, &views[i]);
		if (err)
			return err;
	}
	size_t tests = adjust(views, count, work);
	for (size_t i = 0; i < gate->cell_count; i++)
		gate->cells[i].open = false;
	for (size_t i = 0; i < count; i++)
		if (views[i].finding->verdict != NOT_GATED)
			views[i].cell->open |= decide(gate, &views[i], tests);
	return 0;
}

int gate_judge(struct gate *gate)
{
	size_t views_most = gate->cell_count * METRICS;
	size_t numbers = 2 * (gate_pairs_most(gate) + GATE_COUNTED) + views_most;
	struct view *views = calloc(views_most, sizeof *views);
	double *work = calloc(numbers, sizeof *work);
	int err = views && work ? 0 : -ENOMEM;

	if (!err)
		err = judge(gate, views, make_views(gate, views, work), work);
	free(views);
	free(work);
	return err;
}
