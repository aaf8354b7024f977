/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "../hypothesis.h"
#include "../stats.h"
#include "claim.h"

static const double wanted = 0.95;

static const struct claim_observation *find(
	const struct claim_observations *seen, const char *arm, const char *reads)
{
	for (size_t i = 0; i < seen->count; i++)
		if (strcmp(seen->list[i].arm, arm) == 0 && strcmp(seen->list[i].reads, reads) == 0)
			return &seen->list[i];
	return NULL;
}

static int logarithms(const struct claim_observation *of, double *logs)
{
	for (size_t i = 0; i < of->count; i++) {
		logs[i] = log(of->values[i]);
		if (!isfinite(logs[i]))
			return -EINVAL;
	}
	return 0;
}

/* In logarithms, where a ratio is a difference and has the interval of one. */
static int take_ratio(const struct claim_observation *of, const struct claim_observation *to,
	struct claim_number *number)
{
	double over[CLAIM_ROUNDS], under[CLAIM_ROUNDS], shift;
	struct interval interval;
	int err = logarithms(of, over);

	if (!err)
		err = logarithms(to, under);
	if (!err)
		err = hodges_lehmann_shift(
			under, to->count, over, of->count, wanted, &shift, &interval);
	if (err)
		return err;
	number->unit = "x";
	number->value = exp(shift);
	number->low = exp(interval.low);
	number->high = exp(interval.high);
	number->confidence = interval.confidence;
	return 0;
}

static int take_median(const struct claim_observation *of, struct claim_number *number)
{
	struct interval interval;
	int err = stats_median(of->values, of->count, &number->value);

	if (!err)
		err = stats_median_interval(of->values, of->count, wanted, &interval);
	if (err)
		return err;
	number->unit = of->unit;
	number->low = interval.low;
	number->high = interval.high;
	number->confidence = interval.confidence;
	return 0;
}

static enum claim_answer answer_of(const struct claim_number *number)
{
	const struct claim_question *question = number->question;
	double bound = question->above > 0 ? question->above : question->below;

	if (bound <= 0)
		return CLAIM_NOT_ASKED;
	if (number->confidence < wanted || (number->low <= bound && number->high >= bound))
		return CLAIM_UNSURE;
	return (number->low > bound) == (question->above > 0) ? CLAIM_YES : CLAIM_NO;
}

static int answer(const struct claim_question *question, const struct claim_observations *seen,
	struct claim_number *number)
{
	const struct claim_observation *of = find(seen, question->of, question->reads), *to = NULL;

	*number = (struct claim_number){ .question = question };
	if (question->to)
		to = find(seen, question->to, question->reads);
	if (!of || (question->to && !to))
		return -EINVAL;
	int err = to ? take_ratio(of, to, number) : take_median(of, number);
	if (!err)
		number->answer = answer_of(number);
	return err;
}

static enum claim_answer worst_of(enum claim_answer a, enum claim_answer b)
{
	if (a == CLAIM_NOT_ASKED || b == CLAIM_NOT_ASKED)
		return a == CLAIM_NOT_ASKED ? b : a;
	if (a == CLAIM_NO || b == CLAIM_NO)
		return CLAIM_NO;
	return a == CLAIM_UNSURE ? a : b;
}

static int add_to_regime(struct claim_finding *finding, const struct claim_number *number)
{
	const char *name = number->question->regime;
	size_t i = 0;

	while (i < finding->regime_count && !claim_same(finding->regimes[i].name, name))
		i++;
	if (i == CLAIM_REGIMES_MAX)
		return -E2BIG;
	if (i == finding->regime_count)
		finding->regimes[finding->regime_count++] = (struct claim_regime){ name,
			CLAIM_NOT_ASKED };
	finding->regimes[i].answer = worst_of(finding->regimes[i].answer, number->answer);
	return 0;
}

static enum claim_verdict conclude(const struct claim_finding *finding)
{
	size_t count[CLAIM_UNSURE + 1] = { 0 };

	for (size_t i = 0; i < finding->regime_count; i++)
		count[finding->regimes[i].answer]++;
	if (count[CLAIM_YES] > 0 && count[CLAIM_NO] > 0)
		return CLAIM_DEPENDS;
	if (count[CLAIM_UNSURE] > 0)
		return CLAIM_INCONCLUSIVE;
	return count[CLAIM_YES] > 0 ? CLAIM_HOLDS : CLAIM_DOES_NOT_HOLD;
}

int claim_judge(const struct claim *claim, const struct claim_observations *seen,
	struct claim_finding *finding)
{
	const struct claim_question *question = claim->questions;

	*finding = (struct claim_finding){ .verdict = CLAIM_INCONCLUSIVE };
	for (; question->label; question++) {
		if (finding->number_count == CLAIM_QUESTIONS_MAX)
			return -E2BIG;
		struct claim_number *number = &finding->numbers[finding->number_count++];
		int err = answer(question, seen, number);
		if (!err)
			err = add_to_regime(finding, number);
		if (err)
			return err;
	}
	finding->verdict = conclude(finding);
	return 0;
}

const char *claim_verdict_name(enum claim_verdict verdict)
{
	static const char *const names[] = { "holds", "does not hold", "depends", "inconclusive" };

	return names[verdict];
}

const char *claim_answer_name(enum claim_answer answer)
{
	static const char *const names[] = { "", "yes", "no", "unsure" };

	return names[answer];
}
