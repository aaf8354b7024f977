/* SPDX-License-Identifier: MIT */
#include "compare_view.h"

#include <math.h>
#include <string.h>

#include "../cells.h"

enum { NAMES_MAX = 12 }; /* of cells in a sentence, where not all are to be shown */

static const struct words {
	const char *text, *word;
} verdicts[VERDICTS] = {
	[VERDICT_WORSE] = { "worse", "worse" },
	[VERDICT_BETTER] = { "better", "better" },
	[VERDICT_SAME] = { "no difference shown", "no_difference_shown" },
	[VERDICT_TOO_FEW] = { "too few trials", "too_few_trials" },
	[VERDICT_NO_VALUE] = { "missing in one", "missing_in_one" },
};

static const struct words states[CELL_STATES] = {
	[CELL_FAILS] = { "Were ok and no longer are", "fails" },
	[CELL_COMPARED] = { "Compared", "compared" },
	[CELL_MENDED] = { "Were not ok and now are", "mended" },
	[CELL_DEMONSTRATION] = { "Not compared, as demonstrations, whose speed stands for nothing",
		"demonstration" },
	[CELL_NOT_OK] = { "Not ok in either run", "not_ok" },
	[CELL_ONLY_OLD] = { "Only in the old run", "only_old" },
	[CELL_ONLY_NEW] = { "Only in the new run", "only_new" },
};

const char *verdict_text(enum verdict verdict)
{
	return verdicts[verdict].text;
}

const char *verdict_word(enum verdict verdict)
{
	return verdicts[verdict].word;
}

const char *state_word(enum cell_state state)
{
	return states[state].word;
}

bool is_changed(const struct comparison *comparison)
{
	return comparison->verdict == VERDICT_WORSE || comparison->verdict == VERDICT_BETTER;
}

void view_run(const json_t *root, FILE *out)
{
	const char *git = text_at(json_object_get(root, "environment"), "git");

	fprintf(out, "git %s, %s", *git ? git : "unknown", text_at(root, "started"));
}

void view_builds(const struct comparison_view *view, FILE *out)
{
	static const char *const keys[] = { "compiler", "flags" };
	const char *between = "";

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const char *old = text_at(json_object_get(view->before, "environment"), keys[i]);
		const char *new = text_at(json_object_get(view->after, "environment"), keys[i]);
		if (strcmp(old, new) == 0)
			continue;
		fprintf(out, "%sanother %s: \"%s\", then \"%s\"", between, keys[i], old, new);
		between = "; ";
	}
}

void view_cell(const struct cell_pair *pair, const char *escaped, FILE *out)
{
	const json_t *cell = pair->after ? pair->after : pair->before;
	const json_t *params = json_object_get(cell, "params");

	fprintf(out, "%s %s c=%lld%s", text_at(cell, "workload"), text_at(cell, "model"),
		(long long)json_integer_value(json_object_get(cell, "concurrency")),
		json_object_size(params) > 0 ? " " : "");
	params_print(params, " ", escaped, out);
}

/* As wide for a half as for a fiftieth, so that the columns hold. */
static int ratio_text(double ratio, char *text, size_t size)
{
	return snprintf(text, size, ratio < 9.9995 ? "%.3f" : "%.4g", ratio);
}

const char *view_ratio(const struct comparison *comparison, char text[static 64])
{
	char ratio[20], low[20], high[20];

	if (isnan(comparison->ratio))
		return "-";
	ratio_text(comparison->ratio, ratio, sizeof ratio);
	ratio_text(comparison->interval.low, low, sizeof low);
	ratio_text(comparison->interval.high, high, sizeof high);
	snprintf(text, 64, "%s [%s, %s]", ratio, low, high);
	return text;
}

const char *view_p(double p, char text[static 16])
{
	if (isnan(p))
		return "-";
	snprintf(text, 16, p < 0.001 ? "<0.001" : "%.3f", p);
	return text;
}

void view_counts(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	fprintf(out, "Cells compared: %zu; verdicts:", compared->states[CELL_COMPARED]);
	for (enum verdict verdict = 0; verdict < VERDICT_NO_VALUE; verdict++)
		fprintf(out, "%s %zu %s", verdict ? "," : "", compared->verdicts[verdict],
			verdict_text(verdict));
	fputs(".", out);
	if (compared->verdicts[VERDICT_NO_VALUE] > 0)
		fprintf(out, " Missing in one of the runs: %zu.",
			compared->verdicts[VERDICT_NO_VALUE]);
	if (compared->verdicts[VERDICT_TOO_FEW] > 0)
		fprintf(out, " For so many verdicts %zu trials a cell in each run would do.",
			compared->trials_needed);
}

void view_legend(const struct comparison_view *view, FILE *out)
{
	const struct compared *compared = view->compared;

	if (!isnan(compared->confidence))
		fprintf(out,
			"Medians; ratio: new / old with its interval of %.0f %% or more; p: Mann "
			"and Whitney's, adjusted for the number of tests, %zu (Benjamini and "
			"Hochberg); worse or better where it is at most %.2f. ",
			floor(100 * compared->confidence), compared->tests, COMPARE_ALPHA);
	fputs("Runs made one after the other also differ by what the machine did meanwhile: "
	      "`concbench gate` runs both in pairs and is the stronger test.",
		out);
}

bool view_cells(const struct comparison_view *view, enum cell_state state, FILE *out)
{
	const struct compared *compared = view->compared;
	const char *between = ": ";

	if (compared->states[state] == 0)
		return false;
	fputs(states[state].text, out);
	if (compared->states[state] > NAMES_MAX && !view->all) {
		fprintf(out, ": %zu cells.", compared->states[state]);
		return true;
	}
	for (size_t i = 0; i < compared->count; i++) {
		const struct cell_pair *pair = &compared->pairs[i];
		if (pair->state != state)
			continue;
		fputs(between, out);
		view_cell(pair, "", out);
		between = "; ";
	}
	fputs(".", out);
	return true;
}
