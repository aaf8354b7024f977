/* SPDX-License-Identifier: MIT */
/*
 * What is made of a gate's document: of tests/data/gate.json, which has one of everything, just
 * what lies beside it; of changed ones, what a reader must not be misled about.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../bench/cells.h"
#include "../bench/cli.h"
#include "../bench/gate/gate_rows.h"
#include "../bench/gate/gate_words.h"
#include "../bench/gate/outputs.h"

typedef void (*writer)(const json_t *gate, FILE *out);

static const int go_on;

static void junit(const json_t *gate, FILE *out)
{
	assert_int_equal(gate_junit(gate, out), 0);
}

static json_t *sample(void)
{
	json_error_t error;
	json_t *gate = json_load_file(DATADIR "/tests/data/gate.json", 0, &error);

	if (!gate)
		fail_msg("%s", error.text);
	return gate;
}

static char *written(writer write, const json_t *gate)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	write(gate, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static char *golden(const char *path)
{
	char *text = calloc(1, 1 << 20);
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	assert_non_null(text);
	fread(text, 1, (1 << 20) - 1, file);
	fclose(file);
	return text;
}

static void assert_is_golden(writer write, const char *path)
{
	json_t *gate = sample();
	char *text = written(write, gate), *expected = golden(path);

	assert_string_equal(text, expected);
	free(text);
	free(expected);
	json_decref(gate);
}

/* What is written of a document has the part, or has not. */
static void assert_part(writer write, const json_t *gate, const char *part, bool there)
{
	char *text = written(write, gate);

	if (!strstr(text, part) == there)
		fail_msg("%s '%s' in:\n%s", there ? "no" : "unexpected", part, text);
	free(text);
}

static json_t *cell_at(const json_t *gate, size_t i)
{
	json_t *cell = json_array_get(json_object_get(gate, "cells"), i);

	assert_non_null(cell);
	return cell;
}

static json_t *metric_at(const json_t *gate, size_t cell, size_t i)
{
	json_t *metric = json_array_get(json_object_get(cell_at(gate, cell), "metrics"), i);

	assert_non_null(metric);
	return metric;
}

static void set_text(json_t *object, const char *key, const char *text)
{
	assert_int_equal(json_object_set_new(object, key, json_string(text)), 0);
}

static void set_number(json_t *object, const char *key, double number)
{
	assert_int_equal(json_object_set_new(object, key, json_real(number)), 0);
}

static void writes_what_is_stored(void **state)
{
	(void)state;
	assert_is_golden(gate_table, DATADIR "/tests/data/gate.txt");
	assert_is_golden(gate_markdown, DATADIR "/tests/data/gate.md");
	assert_is_golden(junit, DATADIR "/tests/data/gate.xml");
}

static void fits_a_terminal(void **state)
{
	json_t *gate = sample();
	char *text = written(gate_table, gate);

	(void)state;
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
		if (strlen(line) > 79)
			fail_msg("%zu columns: %s", strlen(line), line);
	free(text);
	json_decref(gate);
}

/* Where more is better, a ratio below 1 is worse, and the interval's ends change places. */
static void worse_has_one_direction(void **state)
{
	json_t *gate = sample();
	struct gate_rows rows;

	(void)state;
	json_t *throughput = metric_at(gate, 3, 0), *p99 = metric_at(gate, 3, 2);
	set_number(throughput, "ratio", 0.5);
	set_number(throughput, "low", 0.4);
	set_number(throughput, "high", 0.8);
	set_number(p99, "ratio", 1.5);
	set_number(p99, "low", 1.25);
	set_number(p99, "high", 2);
	assert_int_equal(gate_rows_init(&rows, gate), 0);
	struct gate_worse less = gate_rows_find(&rows, throughput)->worse;
	assert_true(fabs(less.middle - 1) < 1e-12);
	assert_true(fabs(less.low - 0.25) < 1e-12);
	assert_true(fabs(less.high - 1.5) < 1e-12);
	struct gate_worse more = gate_rows_find(&rows, p99)->worse;
	assert_true(fabs(more.middle - 0.5) < 1e-12);
	assert_true(fabs(more.low - 0.25) < 1e-12);
	assert_true(fabs(more.high - 1) < 1e-12);
	gate_rows_free(&rows);
	json_decref(gate);
}

static void the_worst_comes_first(void **state)
{
	json_t *gate = sample(), *mild = metric_at(gate, 1, 0), *bad = metric_at(gate, 5, 3);
	struct gate_rows rows;

	(void)state;
	set_text(mild, "verdict", "regression");
	set_number(mild, "ratio", 0.96);
	set_text(bad, "verdict", "regression");
	set_number(bad, "ratio", 3);
	assert_int_equal(gate_rows_init(&rows, gate), 0);
	assert_int_equal(rows.counts.regressions, 6);
	assert_int_equal(rows.counts.regressed_cells, 3);
	assert_string_equal(text_at(rows.list[0].metric, "name"), "allocations_per_task");
	assert_ptr_equal(rows.list[3].cell, rows.list[0].cell); /* a cell's stand together */
	assert_ptr_equal(rows.list[4].metric, bad);
	assert_ptr_equal(rows.list[5].metric, mild);
	assert_int_equal(rows.list[6].verdict, GATE_INCONCLUSIVE);
	assert_int_equal(rows.list[rows.count - 1].verdict, GATE_NOT_GATED);
	gate_rows_free(&rows);
	json_decref(gate);
}

/* A control that differs is the machine's fault, and none of head's regressions. */
static void the_control_counts_apart(void **state)
{
	json_t *gate = sample(), *metric = metric_at(gate, 0, 1);
	struct gate_rows rows;

	(void)state;
	set_text(metric, "verdict", "regression");
	assert_int_equal(gate_rows_init(&rows, gate), 0);
	assert_int_equal(rows.counts.regressions, 4);
	gate_rows_free(&rows);
	assert_part(junit, gate, "<error type=\"control\"", true);
	set_text(metric, "verdict", "improvement");
	assert_part(junit, gate, "<error type=\"control\"", true);
	set_text(metric, "verdict", "no regression");
	assert_part(junit, gate, "<error type=\"control\"", false);
	json_decref(gate);
}

/* What its trials were worth before it broke was not judged. */
static void a_broken_cell_has_not_passed(void **state)
{
	json_t *gate = sample(), *cell = cell_at(gate, 5);

	(void)state;
	set_text(cell, "status", "failed");
	set_text(cell, "arm", "head");
	set_text(cell, "reason", "task 3: wrong digest");
	assert_part(junit, gate, "name=\"throughput_per_s c=16\"", false);
	assert_part(junit, gate,
		"<error type=\"failed\" message=\"failed in head: task 3: wrong digest\"/>", true);
	assert_part(gate_markdown, gate, "2 cells broken", true);
	assert_part(gate_table, gate, "Improvements", false);
	assert_part(gate_markdown, gate, "failed in head: task 3: wrong digest", true);
	json_decref(gate);
}

static void says_the_verdict_first(void **state)
{
	static const char *const words[][2] = { { "pass", "Pass: " },
		{ "regression", "Regression: " }, { "inconclusive", "Inconclusive: " } };
	json_t *gate = sample();

	(void)state;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		set_text(gate, "verdict", words[i][0]);
		char *text = written(gate_table, gate);
		assert_memory_equal(text, words[i][1], strlen(words[i][1]));
		free(text);
		text = written(gate_markdown, gate);
		assert_memory_equal(text, "<!-- concbench gate -->\n## concbench gate: ", 43);
		assert_memory_equal(text + 43, words[i][1], strlen(words[i][1]) - 2);
		free(text);
	}
	json_decref(gate);
}

/* Names come from a command line or another's tree. */
static void names_are_no_markup(void **state)
{
	json_t *gate = sample();

	(void)state;
	set_text(cell_at(gate, 8), "model", "a|b <img> \"&\n#c");
	set_text(json_object_get(gate, "base"), "name", "<script>|");
	set_text(metric_at(gate, 8, 0), "verdict", "regression");
	set_number(metric_at(gate, 8, 0), "p_adjusted", 0);
	assert_part(gate_markdown, gate, "| a\\|b \\<img\\> \"\\& \\#c | elapsed |", true);
	assert_part(gate_markdown, gate, " | \\<0.0001 | regression |", true);
	assert_part(gate_markdown, gate, "<script>", false);
	assert_part(junit, gate, "command.a|b &lt;img&gt; &quot;&amp;&#10;#c", true);
	json_decref(gate);
}

static void a_comment_has_an_end(void **state)
{
	json_t *gate = sample(), *cells = json_object_get(gate, "cells");

	(void)state;
	for (size_t i = 0; i < 200; i++)
		json_array_append_new(cells, json_deep_copy(cell_at(gate, 3)));
	assert_part(gate_markdown, gate, "And 707 more, in gate.json.", true);
	char *text = written(gate_markdown, gate);
	assert_true(strlen(text) < 65536);
	free(text);
	json_decref(gate);
}

static void bears_what_is_missing(void **state)
{
	json_t *gate = json_pack("{s:[{}, {s:[{}]}]}", "cells", "metrics");

	(void)state;
	assert_part(gate_table, gate, "Inconclusive: ", true);
	assert_part(gate_markdown, gate, "Inconclusive", true);
	assert_part(junit, gate, "tests=\"2\" failures=\"0\" errors=\"2\"", true);
	assert_int_equal(gate_plot(gate, "/nonexistent/folder", &go_on), EXIT_OK);
	json_decref(gate);
}

static void formats_changes(void **state)
{
	static const struct {
		double base, head, ratio;
		const char *text;
	} cases[] = {
		{ 1, 1, 1, "+0.00%" },
		{ 1, 1, 0.99999, "+0.00%" },
		{ 1, 1, 1.0025, "+0.25%" },
		{ 1, 1, 1.0996, "+10%" },
		{ 1, 1, 0.5, "-50%" },
		{ 1, 1, 2, "x2" },
		{ 1, 1, 12.34, "x12.3" },
		{ 0, 3, NAN, "from 0" },
		{ 0, 0, NAN, "-" },
	};
	char text[GATE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *metric = json_pack(
			"{s:f, s:f}", "base", cases[i].base, "head", cases[i].head);
		struct gate_row row = { .metric = metric,
			.worse = { cases[i].ratio - 1, NAN, NAN } };
		assert_string_equal(gate_row_change(&row, text), cases[i].text);
		json_decref(metric);
	}
}

static void an_interval_is_written_as_its_middle_is(void **state)
{
	char text[GATE_TEXT_MAX];
	struct gate_row twice = { .worse = { 1.19, 0.98, 1.26 } };
	struct gate_row nearly = { .worse = { 0.99, 0.96, 1.04 } };

	(void)state;
	assert_string_equal(gate_row_change(&twice, text), "x2.19 [x1.98, x2.26]");
	assert_string_equal(gate_row_change(&nearly, text), "+99% [+96, +104]");
}

static void assert_drawn(const char *path, const char *mark, const char *part)
{
	char *text = golden(path);

	assert_non_null(strstr(text, mark));
	assert_true(!part || strstr(text, part));
	free(text);
	assert_int_equal(unlink(path), 0);
}

/* Its forest, in both formats and nothing else; mark and part are texts of the picture. Frees gate.
 */
static void assert_forest(json_t *gate, const char *mark, const char *part)
{
	char folder[] = "/tmp/gate_outputs_test.XXXXXX", path[64];

	assert_non_null(mkdtemp(folder));
	assert_int_equal(gate_plot(gate, folder, &go_on), EXIT_OK);
	snprintf(path, sizeof path, "%s/forest.svg", folder);
	assert_drawn(path, mark, part);
	snprintf(path, sizeof path, "%s/forest.png", folder);
	assert_drawn(path, "PNG", NULL);
	assert_int_equal(rmdir(folder), 0);
	json_decref(gate);
}

static void draws_a_forest(void **state)
{
	(void)state;
	assert_forest(sample(), "echo prefork:accept=lock c=100", "crashed in head");
}

/* One cell, and a metric that nobody limits and that did not change: a scale of no width is none.
 */
static void draws_what_is_all_the_same(void **state)
{
	json_t *gate = sample(), *cells = json_object_get(gate, "cells");
	json_t *metrics = json_object_get(json_array_get(cells, 0), "metrics");
	json_t *metric = json_array_get(metrics, 0);

	(void)state;
	while (json_array_size(cells) > 1)
		assert_int_equal(json_array_remove(cells, 1), 0);
	while (json_array_size(metrics) > 1)
		assert_int_equal(json_array_remove(metrics, 1), 0);
	set_text(metric, "verdict", "not gated");
	set_number(metric, "ratio", 1);
	set_number(metric, "low", 1);
	set_number(metric, "high", 1);
	assert_forest(gate, "primes blocking c=1", ">0.99<");
}

static void a_stop_ends_drawing(void **state)
{
	static const int stop = 1;
	char folder[] = "/tmp/gate_outputs_test.XXXXXX";
	json_t *gate = sample();

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(gate_plot(gate, folder, &stop), EXIT_INTERRUPTED);
	assert_int_equal(rmdir(folder), 0);
	json_decref(gate);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_what_is_stored),
		cmocka_unit_test(fits_a_terminal),
		cmocka_unit_test(worse_has_one_direction),
		cmocka_unit_test(the_worst_comes_first),
		cmocka_unit_test(the_control_counts_apart),
		cmocka_unit_test(a_broken_cell_has_not_passed),
		cmocka_unit_test(says_the_verdict_first),
		cmocka_unit_test(names_are_no_markup),
		cmocka_unit_test(a_comment_has_an_end),
		cmocka_unit_test(bears_what_is_missing),
		cmocka_unit_test(formats_changes),
		cmocka_unit_test(an_interval_is_written_as_its_middle_is),
		cmocka_unit_test(draws_a_forest),
		cmocka_unit_test(draws_what_is_all_the_same),
		cmocka_unit_test(a_stop_ends_drawing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
