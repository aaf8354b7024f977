/* SPDX-License-Identifier: MIT */
/* The claims: each is fed data that confirm it, refute it, and tell nothing. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/claims/observe.h"
#include "../bench/claims/outcome.h"
#include "../bench/claims/quiz.h"
#include "claims_data.h"

/* A sample of the value, a little off by trial: some 1 %. */
static double around(double value, size_t trial)
{
	static const double off[CLAIM_ROUNDS] = { 0, 0.01, 0.009, 0.004, 0.006, 0.002, 0.001 };

	return value * (1 + off[trial]);
}

static const struct claim_data *data_of(const struct claim *claim)
{
	for (size_t i = 0; i < CLAIM_DATA; i++)
		if (strcmp(claim_data[i].name, claim->name) == 0)
			return &claim_data[i];
	fail_msg("claims_data.h has nothing for claim %s", claim->name);
	return NULL;
}

static const struct claim_row *row_of(
	const struct claim_data *data, const char *arm, const char *reads)
{
	for (const struct claim_row *row = data->rows;
		row < data->rows + CLAIM_ROWS_MAX && row->arm; row++)
		if (strcmp(row->arm, arm) == 0 && strcmp(row->reads, reads) == 0)
			return row;
	fail_msg("claims_data.h has no %s, %s for claim %s", arm, reads, data->name);
	return NULL;
}

/* Whether an arm is asked about under that regime. */
static bool is_of_regime(const struct claim *claim, const char *arm, const char *regime)
{
	for (const struct claim_question *row = claim->questions; row->label; row++)
		if (row->regime && strcmp(row->regime, regime) == 0 &&
			(strcmp(row->of, arm) == 0 || (row->to && strcmp(row->to, arm) == 0)))
			return true;
	return false;
}

enum kind { GOOD, BAD, MIXED, NOISE };

/* The first regime of which anything is asked. */
static const char *first_regime(const struct claim *claim)
{
	const struct claim_question *row = claim->questions;

	while (!(row->above > 0) && !(row->below > 0))
		row++;
	return row->regime;
}

/* Mixed: good under the first regime alone. Noise: every other trial is good. */
static bool is_good(
	const struct claim *claim, enum kind kind, const char *arm, size_t k, size_t trial)
{
	if (kind == MIXED)
		return is_of_regime(claim, arm, first_regime(claim));
	if (kind == NOISE)
		return (trial + k) % 2;
	return kind == GOOD;
}

static struct claim_observations observe(const struct claim *claim, enum kind kind, size_t trials)
{
	const struct claim_data *data = data_of(claim);
	struct claim_observations seen = { 0 };

	for (size_t k = 0; claim->arms[k].name; k++)
		for (size_t i = 0; claim_arm_reads(&claim->arms[k], i); i++) {
			const struct claim_arm *arm = &claim->arms[k];
			const struct claim_row *row = row_of(
				data, arm->name, claim_arm_reads(arm, i));
			struct claim_observation *to = &seen.list[seen.count++];
			*to = (struct claim_observation){ arm->name, row->reads,
				arm_unit(arm, row->reads) };
			for (; to->count < trials; to->count++)
				to->values[to->count] = around(
					is_good(claim, kind, arm->name, k, to->count) ? row->good
										      : row->bad,
					to->count);
		}
	return seen;
}

static struct claim_finding judge(const struct claim *claim, enum kind kind, size_t trials)
{
	struct claim_observations seen = observe(claim, kind, trials);
	struct claim_finding finding;

	assert_int_equal(claim_judge(claim, &seen, &finding), 0);
	return finding;
}

static void check_verdict(const struct claim *claim, const struct claim_finding *finding,
	enum claim_verdict expected, const char *of)
{
	if (finding->verdict != expected)
		fail_msg("claim %s on %s data: %s instead of %s", claim->name, of,
			claim_verdict_name(finding->verdict), claim_verdict_name(expected));
}

static void check_answers(const struct claim *claim, const struct claim_finding *finding,
	enum claim_answer expected, const char *of)
{
	size_t asked = 0;

	for (size_t i = 0; i < finding->number_count; i++) {
		const struct claim_number *number = &finding->numbers[i];
		bool is_asked = number->question->above > 0 || number->question->below > 0;
		assert_true(number->low <= number->value && number->value <= number->high);
		assert_true(is_asked == (number->answer != CLAIM_NOT_ASKED));
		asked += is_asked;
		if (is_asked && number->answer != expected)
			fail_msg("claim %s on %s data: '%s' of '%s' is %s: %g [%g, %g]",
				claim->name, of, number->question->label, number->question->of,
				claim_answer_name(number->answer), number->value, number->low,
				number->high);
	}
	assert_true(asked > 0);
}

static void data_that_confirm(void **state)
{
	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		struct claim_finding finding = judge(claims[i], GOOD, CLAIM_ROUNDS);
		check_answers(claims[i], &finding, CLAIM_YES, "confirming");
		check_verdict(claims[i], &finding, CLAIM_HOLDS, "confirming");
	}
}

/* Every question by itself says no, so each of them bites. */
static void data_that_refute(void **state)
{
	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		struct claim_finding finding = judge(claims[i], BAD, CLAIM_ROUNDS);
		check_answers(claims[i], &finding, CLAIM_NO, "refuting");
		check_verdict(claims[i], &finding, CLAIM_DOES_NOT_HOLD, "refuting");
	}
}

static void data_that_tell_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		struct claim_finding finding = judge(claims[i], NOISE, CLAIM_ROUNDS);
		check_verdict(claims[i], &finding, CLAIM_INCONCLUSIVE, "noisy");
	}
}

/* Three trials have no interval of 95 %, however clear they look. */
static void data_that_are_too_few(void **state)
{
	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		struct claim_finding finding = judge(claims[i], GOOD, 3);
		check_verdict(claims[i], &finding, CLAIM_INCONCLUSIVE, "few");
	}
}

static void data_that_differ_by_regime(void **state)
{
	size_t found = 0;

	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		if (!claims[i]->depends_on)
			continue;
		struct claim_finding finding = judge(claims[i], MIXED, CLAIM_ROUNDS);
		char told[256];
		claim_regimes(&finding, told, sizeof told);
		check_verdict(claims[i], &finding, CLAIM_DEPENDS, "mixed");
		assert_ptr_equal(strstr(told, "holds for "), told);
		assert_non_null(strstr(told, "; not for "));
		assert_non_null(strstr(told, first_regime(claims[i])));
		found++;
	}
	assert_true(found >= 5);
}

static void data_that_are_none(void **state)
{
	struct claim_finding finding;

	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		struct claim_observations seen = observe(claims[i], GOOD, CLAIM_ROUNDS);
		struct claim_observations none = { 0 };
		assert_int_equal(claim_judge(claims[i], &none, &finding), -EINVAL);
		for (size_t k = 0; k < seen.count; k++)
			seen.list[k].values[2] = NAN;
		assert_int_equal(claim_judge(claims[i], &seen, &finding), -EINVAL);
	}
	/* A ratio to 0 is none. */
	struct claim_observations seen = observe(claim_find("memory"), GOOD, CLAIM_ROUNDS);
	seen.list[1].values[0] = 0;
	assert_int_equal(claim_judge(claim_find("memory"), &seen, &finding), -EINVAL);
}

/* One outlier of seven does not turn a ratio, nor hide it. */
static void one_outlier_is_borne(void **state)
{
	const struct claim *claim = claim_find("contagion");
	struct claim_observations seen = observe(claim, GOOD, CLAIM_ROUNDS);
	struct claim_finding finding;

	(void)state;
	seen.list[0].values[3] /= 20;
	assert_int_equal(claim_judge(claim, &seen, &finding), 0);
	check_verdict(claim, &finding, CLAIM_HOLDS, "confirming but one");
}

static void check_arm(const struct claim *claim, const struct claim_arm *arm)
{
	struct trial_spec spec;

	if (arm_spec(arm, &spec) != 0)
		fail_msg("claim %s: %s is no cell", claim->name, arm->name);
	assert_true(spec.workload->kind == WORKLOAD_SERVICE ? arm->tasks == 0 : arm->tasks > 0);
	assert_true(spec.concurrency > 0);
	assert_non_null(arm->reads);
	for (size_t i = 0; claim_arm_reads(arm, i); i++)
		if (!arm_unit(arm, claim_arm_reads(arm, i)))
			fail_msg("claim %s: %s has no %s", claim->name, arm->name,
				claim_arm_reads(arm, i));
}

static void the_table_is_right(void **state)
{
	struct claim_arm wrong = { "x", "threads", "sleep", 1, 1, "duration_us=1 nonsense",
		"elapsed_s" };
	struct trial_spec spec;
	size_t count = 0;

	(void)state;
	for (; claims[count]; count++) {
		const struct claim *claim = claims[count];
		struct claim_finding finding = judge(claim, GOOD, CLAIM_ROUNDS);
		char number[8];
		snprintf(number, sizeof number, "%zu", count + 1);
		assert_int_equal(claim->number, count + 1);
		assert_ptr_equal(claim_find(claim->name), claim);
		assert_ptr_equal(claim_find(number), claim);
		for (const struct claim_arm *arm = claim->arms; arm->name; arm++)
			check_arm(claim, arm);
		assert_in_range(claim_trials(claim), 1, CLAIM_ARMS_MAX * CLAIM_ROUNDS);
		assert_true((claim->depends_on != NULL) == (finding.regime_count > 1));
		for (const struct claim_question *row = claim->questions; row->label; row++) {
			assert_true(strlen(row->label) <= CLAIM_LABEL_MAX - 2);
			assert_true(row->above >= 0 && row->below >= 0);
			assert_false(row->above > 0 && row->below > 0);
			assert_ptr_equal(finding.numbers[row - claim->questions].question, row);
		}
		assert_true(claim->why && strlen(claim->why) > 80);
	}
	assert_int_equal(count, CLAIM_DATA);
	assert_null(claim_find("no such claim"));
	assert_null(claim_find(""));
	assert_null(claim_find("19"));
	assert_int_equal(arm_spec(&wrong, &spec), -EINVAL);
	wrong.params = "duration_us=1 no=2";
	assert_int_equal(arm_spec(&wrong, &spec), -EINVAL);
}

/* Bytes are columns here: all of it is ASCII. */
static void check_columns(const char *text)
{
	for (const char *line = text; *line; line += strcspn(line, "\n") + 1)
		if (strcspn(line, "\n") > 80)
			fail_msg("more than 80 columns: %.*s", (int)strcspn(line, "\n"), line);
}

static void the_text_fits_and_tells_all(void **state)
{
	static const enum kind kinds[] = { GOOD, BAD, NOISE };

	(void)state;
	for (size_t i = 0; claims[i]; i++)
		for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
			struct claim_outcome outcome = { .claim = claims[i],
				.seen = observe(claims[i], kinds[k], CLAIM_ROUNDS),
				.finding = judge(claims[i], kinds[k], CLAIM_ROUNDS) };
			char *text = NULL;
			size_t size;
			FILE *out = open_memstream(&text, &size);
			claim_put_heading(claims[i], out);
			claim_put(&outcome, out);
			claim_put_summary(&outcome, 1, out);
			fclose(out);
			check_columns(text);
			assert_non_null(strstr(text, "concbench run -m "));
			assert_non_null(strstr(text, claim_verdict_name(outcome.finding.verdict)));
			for (size_t n = 0; n < outcome.finding.number_count; n++)
				assert_non_null(
					strstr(text, outcome.finding.numbers[n].question->label));
			free(text);
		}
}

static void the_json_has_all_keys(void **state)
{
	static const char *const keys[] = { "number", "name", "title", "hypothesis", "commands",
		"why", "status", "reason", "verdict", "depends_on", "told", "numbers", "regimes",
		"observations", "dropped", "elapsed_s" };

	(void)state;
	for (size_t i = 0; claims[i]; i++) {
		struct claim_outcome outcome = { .claim = claims[i],
			.seen = observe(claims[i], GOOD, CLAIM_ROUNDS),
			.finding = judge(claims[i], GOOD, CLAIM_ROUNDS) };
		json_t *json = claim_json(&outcome);
		assert_non_null(json);
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			if (!json_object_get(json, keys[k]))
				fail_msg("claim %s has no %s", claims[i]->name, keys[k]);
		assert_int_equal(json_array_size(json_object_get(json, "numbers")),
			outcome.finding.number_count);
		assert_int_equal(
			json_array_size(json_object_get(json, "observations")), outcome.seen.count);
		json_decref(json);
	}
}

/* Trials that cost no time: what the n-th comes to. */
static struct {
	unsigned count, stop_at;
	const char *status_of_first;
} fake;

static json_t *fake_trial(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	(void)time_limit_s;
	(void)stop;
	if (++fake.count == fake.stop_at)
		return NULL;
	const char *status = fake.count == 1 ? fake.status_of_first : "ok";
	return json_pack("{s:s, s:s, s:f}", "status", status, "reason", "why", "elapsed_s",
		spec->concurrency == 1 ? 0.2 : 0.04);
}

static int observe_fake(const char *status_of_first, unsigned stop_at, struct observer *observer,
	struct claim_observations *seen)
{
	*observer = (struct observer){ .trial = fake_trial };
	fake.count = 0;
	fake.stop_at = stop_at;
	fake.status_of_first = status_of_first;
	return claim_observe(claim_find("waits"), observer, seen);
}

static size_t values_of(const struct claim_observations *seen)
{
	size_t count = 0;

	for (size_t i = 0; i < seen->count; i++)
		count += seen->list[i].count;
	return count;
}

static void trials_become_observations(void **state)
{
	struct claim_observations seen;
	struct observer observer;

	(void)state;
	assert_int_equal(observe_fake("ok", 0, &observer, &seen), 0);
	assert_int_equal(fake.count, claim_trials(claim_find("waits")));
	assert_int_equal(observer.done, fake.count);
	assert_int_equal(seen.count, 3);
	for (size_t i = 0; i < seen.count; i++) {
		assert_int_equal(seen.list[i].count, CLAIM_ROUNDS);
		for (size_t k = 0; k < CLAIM_ROUNDS; k++)
			assert_true(seen.list[i].values[k] == (i == 0 ? 0.2 : 0.04));
	}
}

static void trials_that_go_wrong(void **state)
{
	struct claim_observations seen;
	struct observer observer;

	(void)state;
	assert_int_equal(observe_fake("invalid", 0, &observer, &seen), 0);
	assert_int_equal(values_of(&seen), 3 * CLAIM_ROUNDS - 1);
	assert_int_equal(seen.drop_count, 1);
	assert_int_equal(seen.drops[0].trials, 1);
	assert_string_equal(seen.drops[0].reason, "why");
	assert_string_equal(observer.reason, ""); /* what was left out is no failure */
	assert_int_equal(observe_fake("crashed", 0, &observer, &seen), -EIO);
	assert_non_null(strstr(observer.reason, ": crashed: why"));
	assert_int_equal(fake.count, 1);
	assert_int_equal(observe_fake("ok", 5, &observer, &seen), -EINTR);
	assert_int_equal(fake.count, 5);
}

/* What a fault leaves behind: in a process of its own, and in the one that is shared. */
static json_t *own_fault(void)
{
	return json_pack("{s:s, s:s, s:i, s:i}", "status", "failed", "reason",
		"task 3: its process died", "tasks", 8, "errors", 1);
}

static json_t *shared_fault(void)
{
	return json_pack("{s:s, s:s, s:n}", "status", "crashed", "reason",
		"killed by signal 11 (Segmentation fault)", "tasks");
}

static json_t *crashing_trial(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	(void)time_limit_s;
	(void)stop;
	return strcmp(spec->model_name, "processes") == 0 ? own_fault() : shared_fault();
}

/* What goes wrong otherwise: it says nothing of who survives a fault. */
static const char *const other_faults[] = {
	"{'status': 'failed', 'reason': 'no memory', 'tasks': null}",
	"{'status': 'failed', 'reason': 'task 3: its process died', 'tasks': null}",
	"{'status': 'failed', 'reason': 'task 0: no memory', 'tasks': 8, 'errors': 8}",
	"{'status': 'crashed', 'reason': 'killed by signal 9 (Killed)', 'tasks': null}",
	"{'status': 'crashed', 'reason': 'ended with status 1 and no result', 'tasks': null}",
	"{'status': 'timeout', 'reason': 'killed after 20 s', 'tasks': null}",
};

static size_t fault_told;

static json_t *otherwise_failing_trial(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	char text[256];

	(void)spec;
	(void)time_limit_s;
	(void)stop;
	snprintf(text, sizeof text, "%s", other_faults[fault_told]);
	for (char *c = text; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return json_loads(text, 0, NULL);
}

static void only_the_fault_is_a_crash(void **state)
{
	(void)state;
	for (fault_told = 0; fault_told < sizeof other_faults / sizeof *other_faults;
		fault_told++) {
		struct observer observer = { .trial = otherwise_failing_trial };
		struct claim_observations seen;
		int err = claim_observe(claim_find("crash"), &observer, &seen);
		if (err != -EIO || !*observer.reason)
			fail_msg("%s is taken for a crash", other_faults[fault_told]);
	}
}

static void a_crash_is_read_off(void **state)
{
	const struct claim *claim = claim_find("crash");
	struct observer observer = { .trial = crashing_trial };
	struct claim_observations seen;
	struct claim_finding finding;

	(void)state;
	assert_int_equal(claim_observe(claim, &observer, &seen), 0);
	assert_true(seen.list[0].values[0] == 7 && seen.list[1].values[0] == 0);
	assert_int_equal(claim_judge(claim, &seen, &finding), 0);
	check_verdict(claim, &finding, CLAIM_HOLDS, "a crash's");
}

static json_t *invalid_trial(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	(void)spec;
	(void)time_limit_s;
	(void)stop;
	return json_pack("{s:s, s:s}", "status", "invalid", "reason", "the load was late");
}

static void what_never_holds_is_a_failure(void **state)
{
	struct observer observer = { .trial = invalid_trial };
	struct claim_observations seen;

	(void)state;
	assert_int_equal(claim_observe(claim_find("queue"), &observer, &seen), -EIO);
	assert_non_null(strstr(observer.reason, "the load was late"));
}

/* So many of the trials of threads do not hold. */
static unsigned late;

static json_t *late_trial(
	const struct trial_spec *spec, unsigned time_limit_s, const volatile int *stop)
{
	(void)time_limit_s;
	(void)stop;
	if (strcmp(spec->model_name, "threads") != 0 || fake.count >= late)
		return json_pack("{s:s, s:f}", "status", "ok", "elapsed_s",
			spec->concurrency == 1 ? 0.2 : 0.04);
	fake.count++;
	return json_pack("{s:s, s:s}", "status", "invalid", "reason", "the load was late");
}

/* Five values of a median have no interval of 95 %: six must hold. */
static void what_is_left_out_is_told(void **state)
{
	const struct claim *claim = claim_find("waits");
	struct observer observer = { .trial = late_trial };
	struct claim_outcome outcome = { .claim = claim };
	char *text = NULL;
	size_t size;

	(void)state;
	fake.count = 0;
	late = 1;
	assert_int_equal(claim_observe(claim, &observer, &outcome.seen), 0);
	assert_int_equal(claim_judge(claim, &outcome.seen, &outcome.finding), 0);
	check_verdict(claim, &outcome.finding, CLAIM_HOLDS, "all but one");
	FILE *out = open_memstream(&text, &size);
	claim_put(&outcome, out);
	fclose(out);
	assert_non_null(strstr(text, "threads: 1 of 7 trials did not hold: the load was late\n"));
	free(text);
	json_t *json = claim_json(&outcome), *dropped = json_object_get(json, "dropped");
	assert_int_equal(json_array_size(dropped), 1);
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(dropped, 0), "trials")), 1);
	json_decref(json);
	fake.count = 0;
	late = 2;
	assert_int_equal(claim_observe(claim, &observer, &outcome.seen), -EIO);
	assert_string_equal(
		observer.reason, "threads: 2 of 7 trials did not hold: the load was late");
}

static void what_takes_two_cpus_is_not_run_on_one(void **state)
{
	static const char *const names[] = { "cpu", "locks", "mixed" };

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct observer observer = { .trial = fake_trial, .cpus = 1 };
		struct claim_observations seen;
		fake.count = 0;
		assert_int_equal(claim_observe(claim_find(names[i]), &observer, &seen), -ENOTSUP);
		assert_string_equal(observer.reason, "it takes 2 CPUs, and there is 1");
		assert_int_equal(fake.count, 0);
		assert_int_equal(observer.done, claim_trials(claim_find(names[i])));
	}
}

/* A claim of so many questions, each under a regime of its own or under one of all. */
static int judge_many(size_t count, bool regimes)
{
	static const char *const names[] = { "1", "2", "3", "4", "5" };
	static const struct claim_arm arms[] = {
		{ "a", "threads", "sleep", 1, 1, NULL, "elapsed_s" }, { 0 }
	};
	struct claim_question questions[CLAIM_QUESTIONS_MAX + 2] = { 0 };
	struct claim claim = { .arms = arms, .questions = questions };
	struct claim_observations seen = {
		.list = { { "a", "elapsed_s", "s", { 1, 1, 1, 1, 1, 1, 1 }, CLAIM_ROUNDS } },
		.count = 1
	};
	struct claim_finding finding;

	for (size_t i = 0; i < count; i++)
		questions[i] = (struct claim_question){ "b", regimes ? names[i] : NULL, "a", NULL,
			"elapsed_s" };
	return claim_judge(&claim, &seen, &finding);
}

static void what_does_not_fit_is_refused(void **state)
{
	(void)state;
	assert_int_equal(judge_many(CLAIM_REGIMES_MAX, true), 0);
	assert_int_equal(judge_many(CLAIM_REGIMES_MAX + 1, true), -E2BIG);
	assert_int_equal(judge_many(CLAIM_QUESTIONS_MAX, false), 0);
	assert_int_equal(judge_many(CLAIM_QUESTIONS_MAX + 1, false), -E2BIG);
}

static bool ask(const char *typed, enum claim_verdict *guess)
{
	char asked[512] = "";
	FILE *in = fmemopen((char *)typed, strlen(typed), "r");
	FILE *out = fmemopen(asked, sizeof asked, "w");
	bool answered = quiz_ask(in, out, guess);

	fclose(in);
	fclose(out);
	assert_non_null(strstr(asked, "your guess"));
	return answered;
}

static void the_quiz_reads_guesses(void **state)
{
	enum claim_verdict guess;

	(void)state;
	assert_true(ask("h\n", &guess) && guess == CLAIM_HOLDS);
	assert_true(ask("does not hold\n", &guess) && guess == CLAIM_DOES_NOT_HOLD);
	assert_true(ask("perhaps\nd\r\n", &guess) && guess == CLAIM_DEPENDS);
	assert_false(ask("perhaps\n", &guess));
}

static void the_quiz_keeps_the_score(void **state)
{
	struct claim_outcome outcomes[5] = { 0 };
	size_t told, right;

	(void)state;
	for (int i = 0; i < 5; i++)
		outcomes[i] = (struct claim_outcome){
			.guessed = true, .guess = CLAIM_HOLDS, .finding.verdict = CLAIM_HOLDS
		};
	outcomes[1].guess = CLAIM_DEPENDS;
	outcomes[2].finding.verdict = CLAIM_INCONCLUSIVE;
	outcomes[3].failed = true;
	outcomes[4].guessed = false;
	quiz_score(outcomes, 5, &told, &right);
	assert_int_equal(told, 2);
	assert_int_equal(right, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_right),
		cmocka_unit_test(data_that_confirm),
		cmocka_unit_test(data_that_refute),
		cmocka_unit_test(data_that_tell_nothing),
		cmocka_unit_test(data_that_are_too_few),
		cmocka_unit_test(data_that_differ_by_regime),
		cmocka_unit_test(data_that_are_none),
		cmocka_unit_test(one_outlier_is_borne),
		cmocka_unit_test(the_text_fits_and_tells_all),
		cmocka_unit_test(the_json_has_all_keys),
		cmocka_unit_test(trials_become_observations),
		cmocka_unit_test(trials_that_go_wrong),
		cmocka_unit_test(a_crash_is_read_off),
		cmocka_unit_test(only_the_fault_is_a_crash),
		cmocka_unit_test(what_never_holds_is_a_failure),
		cmocka_unit_test(what_is_left_out_is_told),
		cmocka_unit_test(what_takes_two_cpus_is_not_run_on_one),
		cmocka_unit_test(what_does_not_fit_is_refused),
		cmocka_unit_test(the_quiz_reads_guesses),
		cmocka_unit_test(the_quiz_keeps_the_score),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
