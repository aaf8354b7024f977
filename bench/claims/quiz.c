/* SPDX-License-Identifier: MIT */
#include "quiz.h"

#include <string.h>

static const struct {
	const char *word;
	enum claim_verdict verdict;
} words[] = {
	{ "h", CLAIM_HOLDS },
	{ "holds", CLAIM_HOLDS },
	{ "n", CLAIM_DOES_NOT_HOLD },
	{ "does not", CLAIM_DOES_NOT_HOLD },
	{ "does not hold", CLAIM_DOES_NOT_HOLD },
	{ "d", CLAIM_DEPENDS },
	{ "depends", CLAIM_DEPENDS },
};

static bool read_guess(const char *line, enum claim_verdict *guess)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(line, words[i].word) == 0) {
			*guess = words[i].verdict;
			return true;
		}
	return false;
}

bool quiz_ask(FILE *in, FILE *out, enum claim_verdict *guess)
{
	char line[80];

	for (;;) {
		fputs("    your guess: (h)olds, does (n)ot hold, (d)epends? ", out);
		fflush(out);
		if (!fgets(line, sizeof line, in)) {
			fputs("\n    no more answers: the quiz ends here\n", out);
			return false;
		}
		line[strcspn(line, "\r\n")] = '\0';
		if (read_guess(line, guess))
			return true;
		fputs("    no answer: say h, n or d\n", out);
	}
}

static bool is_told(const struct claim_outcome *outcome)
{
	return outcome->guessed && !outcome->failed &&
		outcome->finding.verdict != CLAIM_INCONCLUSIVE;
}

void quiz_tell(const struct claim_outcome *outcome, FILE *out)
{
	if (is_told(outcome))
		fprintf(out, "    you said: %s; %s\n", claim_verdict_name(outcome->guess),
			outcome->guess == outcome->finding.verdict ? "right" : "wrong");
}

void quiz_score(const struct claim_outcome *outcomes, size_t count, size_t *told, size_t *right)
{
	*told = *right = 0;
	for (size_t i = 0; i < count; i++) {
		*told += is_told(&outcomes[i]);
		*right += is_told(&outcomes[i]) && outcomes[i].guess == outcomes[i].finding.verdict;
	}
}
