/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <string.h>

#include "../command.h"
#include "../table.h"
#include "outcome.h"

enum { WIDTH = 80, MARGIN = 4, INDENT = 16, MEASURED = 23 };

static const char *format_value(double value, const char *unit, char text[static 24])
{
	char number[16];

	if (strcmp(unit, "s") == 0)
		return format_time(value, text);
	if (strcmp(unit, "x") != 0)
		return format_figure(value, unit, text);
	if (value < 0.1)
		snprintf(text, 24, "%.2gx", value);
	else
		snprintf(text, 24, "%sx", format_number(value, number));
	return text;
}

static void put_field(const char *name, const char *text, FILE *out)
{
	int column = fprintf(out, "%*s%-*s", MARGIN, "", INDENT - MARGIN, name);

	command_wrap(text, column, INDENT, WIDTH, out);
}

/* In lines that a shell takes as they are: each but the last ends in a backslash. */
static void put_command(const char *name, const char *command, FILE *out)
{
	int column = fprintf(out, "%*s%-*s", MARGIN, "", INDENT - MARGIN, name);

	for (int length; *command; command += length) {
		const char *next = strstr(command + 1, " -");
		length = next ? (int)(next - command) : (int)strlen(command);
		if (column > INDENT && column + length > WIDTH - 2) {
			fprintf(out, " \\\n");
			column = fprintf(out, "%*s", INDENT + 1, "");
		}
		column += fprintf(out, "%.*s", length, command);
	}
	fputc('\n', out);
}

static void put_number(const struct claim_number *number, int indent, FILE *out)
{
	const struct claim_question *asked = number->question;
	double bound = asked->above > 0 ? asked->above : asked->below;
	char value[24], low[24], high[24], limit[24], measured[80];

	snprintf(measured, sizeof measured, "%s [%s, %s]",
		format_value(number->value, number->unit, value),
		format_value(number->low, number->unit, low),
		format_value(number->high, number->unit, high));
	fprintf(out, "%*s%-*s %s", indent, "", MARGIN + CLAIM_LABEL_MAX - indent, asked->label,
		measured);
	int left = MEASURED - (int)strlen(measured);
	if (number->answer != CLAIM_NOT_ASKED)
		fprintf(out, "%*s %c %s: %s", left > 0 ? left : 0, "", asked->above > 0 ? '>' : '<',
			format_value(bound, number->unit, limit),
			claim_answer_name(number->answer));
	fputc('\n', out);
}

static void put_numbers(const struct claim_finding *finding, FILE *out)
{
	for (size_t r = 0; r < finding->regime_count; r++) {
		const struct claim_regime *regime = &finding->regimes[r];
		if (regime->name)
			fprintf(out, "%*s%s%s%s\n", MARGIN, "", regime->name,
				regime->answer == CLAIM_NOT_ASKED ? "" : ": ",
				claim_answer_name(regime->answer));
		for (size_t i = 0; i < finding->number_count; i++)
			if (claim_same(finding->numbers[i].question->regime, regime->name))
				put_number(
					&finding->numbers[i], MARGIN + (regime->name ? 2 : 0), out);
	}
}

static void put_drops(const struct claim_observations *seen, FILE *out)
{
	char text[CLAIM_REASON_MAX + 96];

	for (size_t i = 0; i < seen->drop_count; i++) {
		const struct claim_drop *drop = &seen->drops[i];
		snprintf(text, sizeof text, "%s: %zu of %d trials did not hold: %s", drop->arm,
			drop->trials, CLAIM_ROUNDS, drop->reason);
		put_field(i == 0 ? "left out" : "", text, out);
	}
}

/* The regimes of that answer, after what is between them and what came before. */
static bool put_regimes(const struct claim_finding *finding, enum claim_answer answer,
	const char *before, const char *word, FILE *out)
{
	bool any = false;

	for (size_t i = 0; i < finding->regime_count; i++) {
		const struct claim_regime *regime = &finding->regimes[i];
		if (!regime->name || regime->answer != answer)
			continue;
		fprintf(out, "%s%s", any ? ", " : before, any ? "" : word);
		fputs(regime->name, out);
		any = true;
	}
	return any;
}

void claim_regimes(const struct claim_finding *finding, char *text, size_t size)
{
	FILE *out = fmemopen(text, size, "w");
	bool any;

	*text = '\0';
	if (!out)
		return;
	any = put_regimes(finding, CLAIM_YES, "", "holds for ", out);
	any |= put_regimes(finding, CLAIM_NO, any ? "; " : "", "not for ", out);
	put_regimes(finding, CLAIM_UNSURE, any ? "; " : "", "not told apart for ", out);
	fclose(out);
}

static void put_verdict(const struct claim_outcome *outcome, FILE *out)
{
	const struct claim_finding *finding = &outcome->finding;
	const char *verdict = claim_verdict_name(finding->verdict);
	char told[256], text[512];

	claim_regimes(finding, told, sizeof told);
	if (outcome->not_run)
		snprintf(text, sizeof text, "%s: %s", verdict, outcome->reason);
	else if (finding->verdict == CLAIM_DEPENDS)
		snprintf(text, sizeof text, "%s on %s: %s", verdict, outcome->claim->depends_on,
			told);
	else if (finding->verdict == CLAIM_INCONCLUSIVE)
		snprintf(text, sizeof text,
			"%s: an interval reaches over its bound; measure again on a quieter "
			"machine%s%s",
			verdict, *told ? "; " : "", told);
	else
		snprintf(text, sizeof text, "%s", verdict);
	put_field("verdict", text, out);
}

void claim_put_heading(const struct claim *claim, FILE *out)
{
	int column = fprintf(out, "%2u  %s:", claim->number, claim->name);

	command_wrap(claim->title, column, MARGIN, WIDTH, out);
	put_field("hypothesis", claim->hypothesis, out);
}

void claim_put(const struct claim_outcome *outcome, FILE *out)
{
	char command[CLAIM_COMMAND_MAX];

	for (size_t k = 0; claim_command(outcome->claim, k, command); k++)
		put_command(k == 0 ? "try" : "", command, out);
	if (outcome->failed) {
		put_field("failed", outcome->reason, out);
	} else {
		put_numbers(&outcome->finding, out);
		put_drops(&outcome->seen, out);
		put_verdict(outcome, out);
	}
	put_field("why", outcome->claim->why, out);
	fputc('\n', out);
}

/* What a line of the summary says after the verdict, or "". */
static void explain(const struct claim_outcome *outcome, char *text, size_t size)
{
	*text = '\0';
	if (outcome->failed || outcome->not_run)
		snprintf(text, size, "%s", outcome->reason);
	else if (outcome->finding.verdict == CLAIM_DEPENDS)
		claim_regimes(&outcome->finding, text, size);
}

void claim_put_summary(const struct claim_outcome *outcomes, size_t count, FILE *out)
{
	char why[256];

	for (size_t i = 0; i < count; i++) {
		const struct claim_outcome *outcome = &outcomes[i];
		explain(outcome, why, sizeof why);
		int column = fprintf(out, "%2u  %-10s  %s%s", outcome->claim->number,
			outcome->claim->name,
			outcome->failed ? "failed" : claim_verdict_name(outcome->finding.verdict),
			*why ? ":" : "");
		command_wrap(why, column, INDENT, WIDTH, out);
	}
}
