/* SPDX-License-Identifier: MIT */
#include "rank.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "measure.h"

/* What a model has, turned so that more is better. */
struct entry {
	const char *model;
	double median, low, high;
	bool ranks;
};

static bool has_figures(const json_t *cell)
{
	return json_object_get(json_object_get(cell, "summary"), "figures");
}

/* In an open loop the rate is asked for: who answers 99 % of it has not done worse. */
static bool rate_is_given(const struct group *group, const struct measure *measure)
{
	return strcmp(measure->key, "throughput_per_s") == 0 &&
		json_integer_value(json_object_get(group->params, "rate_per_s")) > 0;
}

/* False where there is no value. */
static bool entry_init(struct entry *entry, const json_t *cell, const struct measure *measure)
{
	struct estimate own = cell_estimate(cell, measure->key);
	bool lower = measure->better == MEASURE_LOWER;

	*entry = (struct entry){
		.model = text_at(cell, "model"),
		.median = lower ? -own.median : own.median,
		.low = lower ? -own.high : own.low,
		.high = lower ? -own.low : own.high,
		.ranks = own.confidence > RANK_CONFIDENCE && own.low <= own.high,
	};
	return cell && cell_ok(cell) && !isnan(own.median);
}

enum rank_mark rank_mark(const struct group *group, const json_t *cell)
{
	const struct measure *throughput = measure_find("throughput_per_s");
	json_int_t concurrency = json_integer_value(json_object_get(cell, "concurrency"));
	struct entry own, other;
	bool best = true, worst = true;
	size_t others = 0;

	if (!entry_init(&own, cell, throughput) || !own.ranks || group_demonstration(group) ||
		has_figures(cell) || rate_is_given(group, throughput))
		return MARK_NONE;
	for (size_t i = 0; i < group->model_count; i++) {
		const json_t *beside = group_cell(group, group->models[i], concurrency);
		if (!beside || beside == cell)
			continue;
		/* Its load or its origin may have been what was too slow. */
		if (strcmp(text_at(beside, "status"), "invalid") == 0)
			best = false;
		if (!cell_ok(beside))
			continue;
		if (!entry_init(&other, beside, throughput) || !other.ranks)
			return MARK_NONE;
		others++;
		best = best && own.low > other.high;
		worst = worst && own.high < other.low;
	}
	if (others == 0)
		return MARK_NONE;
	return best ? MARK_BEST : worst ? MARK_WORST : MARK_NONE;
}

static int by_median(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;

	return (a->median < b->median) - (a->median > b->median);
}

static enum standing stand(const struct group *group, const struct measure *measure,
	const struct entry *entries, size_t count, bool figures)
{
	if (count == 0)
		return STANDING_NONE;
	if (group_demonstration(group))
		return STANDING_DEMONSTRATION;
	if (figures)
		return STANDING_FIGURES;
	if (rate_is_given(group, measure))
		return STANDING_RATE_GIVEN;
	if (count == 1)
		return STANDING_ALONE;
	for (size_t i = 0; i < count; i++)
		if (!entries[i].ranks)
			return STANDING_TOO_FEW;
	for (size_t i = 1; i < count; i++)
		if (!(entries[0].low > entries[i].high))
			return STANDING_OPEN;
	return STANDING_FIRST;
}

int rank_models(const struct group *group, const struct measure *measure, json_int_t concurrency,
	struct ranking *ranking)
{
	struct entry *entries = calloc(group->model_count + 1, sizeof *entries);
	const char **names = calloc(group->model_count + 1, sizeof(const char *));
	bool figures = false;
	size_t count = 0;

	*ranking = (struct ranking){ .names = names };
	if (!entries || !names) {
		free(entries);
		rank_free(ranking);
		return -ENOMEM;
	}
	for (size_t i = 0; i < group->model_count; i++) {
		const json_t *cell = group_cell(group, group->models[i], concurrency);
		if (!entry_init(&entries[count], cell, measure))
			continue;
		figures = figures || has_figures(cell);
		count++;
	}
	qsort(entries, count, sizeof *entries, by_median);
	ranking->models = count;
	ranking->standing = stand(group, measure, entries, count, figures);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !(entries[0].low > entries[i].high))
			names[ranking->count++] = entries[i].model;
	free(entries);
	return 0;
}

void rank_free(struct ranking *ranking)
{
	free(ranking->names);
	*ranking = (struct ranking){ 0 };
}
