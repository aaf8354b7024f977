/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "../measure.h"
#include "../plot_table.h"
#include "../rank.h"
#include "../table.h"
#include "../workloads/workload.h"
#include "page.h"

enum { NAMES_MAX = 4 }; /* that a sentence has room for */

/* "highest throughput", in words that fit all sentences. */
static void put_best(const struct group *group, const struct measure *measure, FILE *out)
{
	if (strcmp(measure->key, "throughput_per_s") == 0)
		fputs("the highest throughput", out);
	else if (strcmp(measure->key, "cpu_per_task_s") == 0)
		fprintf(out, "the least CPU time per %s", group_operation_short(group));
	else
		fprintf(out, "the lowest %s latency", measure->label);
}

static void put_value(
	const struct group *group, const struct measure *measure, double value, FILE *out)
{
	char text[24];

	if (strcmp(measure->key, "throughput_per_s") == 0)
		fprintf(out, "%s %s/s", format_number(value, text), group_operation(group));
	else
		fputs(measure_format(measure, value, text), out);
}

/* "a, b and c", or how many they are. */
static void put_names(const char *const *names, size_t count, FILE *out)
{
	if (count > NAMES_MAX) {
		fprintf(out, "%zu other models", count);
		return;
	}
	for (size_t i = 0; i < count; i++)
		fprintf(out, "%s%s", i == 0 ? "" : i + 1 == count ? " and " : ", ", names[i]);
}

static void put_first(const struct group *group, const struct measure *measure,
	json_int_t concurrency, const struct ranking *ranking, FILE *out)
{
	const json_t *cell = group_cell(group, ranking->names[0], concurrency);
	struct estimate own = cell_estimate(cell, measure->key);

	fprintf(out, "of the %zu models with a result, %s has ", ranking->models,
		ranking->names[0]);
	put_best(group, measure, out);
	fputs(", ", out);
	put_value(group, measure, own.median, out);
	fputs(": its interval, ", out);
	put_value(group, measure, own.low, out);
	fputs(" to ", out);
	put_value(group, measure, own.high, out);
	fprintf(out, ", lies %s those of all others.",
		measure->better == MEASURE_HIGHER ? "above" : "below");
}

static void put_open(const struct group *group, const struct measure *measure,
	json_int_t concurrency, const struct ranking *ranking, FILE *out)
{
	const json_t *cell = group_cell(group, ranking->names[0], concurrency);

	fprintf(out, "which of the %zu models with a result has ", ranking->models);
	put_best(group, measure, out);
	fprintf(out, " is not told apart: the interval of %s, whose median of ", ranking->names[0]);
	put_value(group, measure, cell_estimate(cell, measure->key).median, out);
	fprintf(out, " is the %s, overlaps with %s of ",
		measure->better == MEASURE_HIGHER ? "highest" : "lowest",
		ranking->count == 2 ? "that" : "those");
	put_names(ranking->names + 1, ranking->count - 1, out);
	putc('.', out);
}

static void put_figures(const struct group *group, FILE *out)
{
	const struct figure *figure = group_figures(group);

	fputs("not ranked: what counts here is what the tasks report", out);
	for (const char *between = " ("; figure && figure->name; figure++, between = ", ")
		fprintf(out, "%s%s", between, figure->name);
	fputs(group_figures(group) ? "), in the table of all cells."
				   : ", in the table of all cells.",
		out);
}

int report_sentence(const struct group *group, const char *key, FILE *out)
{
	const struct measure *measure = measure_find(key);
	json_int_t concurrency = plot_concurrency(group);
	struct ranking ranking;
	int err = rank_models(group, measure, concurrency, &ranking);

	if (err)
		return err;
	fprintf(out, "At concurrency %" JSON_INTEGER_FORMAT ": ", concurrency);
	switch (ranking.standing) {
	case STANDING_NONE:
		fputs("no model has this value.", out);
		break;
	case STANDING_DEMONSTRATION:
		fputs("not ranked: a demonstration, wrong on purpose, so its speed stands for "
		      "nothing.",
			out);
		break;
	case STANDING_FIGURES:
		put_figures(group, out);
		break;
	case STANDING_RATE_GIVEN:
		fputs("not ranked: so many requests were asked for, whatever the model.", out);
		break;
	case STANDING_ALONE:
		fprintf(out, "only %s has a result, so nothing is compared.", ranking.names[0]);
		break;
	case STANDING_TOO_FEW:
		fprintf(out,
			"not ranked: that takes an interval of more than %.0f %% for each model, "
			"which 5 trials give.",
			100 * RANK_CONFIDENCE);
		break;
	case STANDING_OPEN:
		put_open(group, measure, concurrency, &ranking, out);
		break;
	case STANDING_FIRST:
		put_first(group, measure, concurrency, &ranking, out);
		break;
	}
	rank_free(&ranking);
	return 0;
}
