/* SPDX-License-Identifier: MIT */
/*
 * What a report says of numbers, and above all what it must not say: the sentences, the
 * marks of the scorecard, and that what stands in a file is never markup.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/rank.h"
#include "../bench/report/html.h"
#include "../bench/report/page.h"
#include "../bench/report/svg.h"

static const double sure = 0.96875, unsure = 0.75;

/* A result with one kind of cell after the other. */
struct made {
	json_t *root;
	struct groups groups;
	struct report report;
	char *(*pictures)[PLOT_KINDS];
};

static json_t *estimate(double low, double median, double high, double confidence)
{
	return json_pack("{s:f, s:f, s:f, s:f}", "median", median, "low", low, "high", high,
		"confidence", confidence);
}

/* An ok cell of sleep; its p99 and CPU time are as its throughput, in ns and in us. */
static json_t *cell(const char *model, int concurrency, double low, double median, double high,
	double confidence)
{
	return json_pack("{s:s, s:s, s:i, s:{s:i}, s:s, s:n, s:[{s:s}], s:{s:o, s:o, s:o}}",
		"workload", "sleep", "model", model, "concurrency", concurrency, "params",
		"duration_us", 1000, "status", "ok", "reason", "trials", "status", "ok", "summary",
		"throughput_per_s", estimate(low, median, high, confidence), "latency_p99_ns",
		estimate(low, median, high, confidence), "cpu_per_task_s",
		estimate(low * 1e-6, median * 1e-6, high * 1e-6, confidence));
}

static json_t *without(const char *model, int concurrency, const char *status, const char *reason)
{
	return json_pack("{s:s, s:s, s:i, s:{s:i}, s:s, s:s, s:[{s:s}], s:n}", "workload", "sleep",
		"model", model, "concurrency", concurrency, "params", "duration_us", 1000, "status",
		status, "reason", reason, "trials", "status", status, "summary");
}

/* Of cells up to a NULL. */
static void make(struct made *made, ...)
{
	json_t *cells = json_array(), *next;
	va_list list;

	va_start(list, made);
	while ((next = va_arg(list, json_t *)))
		json_array_append_new(cells, next);
	va_end(list);
	*made = (struct made){ .root = json_pack("{s:i, s:o}", "schema", 1, "cells", cells) };
	assert_int_equal(groups_init(&made->groups, made->root), 0);
	made->pictures = calloc(made->groups.count, sizeof *made->pictures);
	assert_non_null(made->pictures);
	made->report = (struct report){
		.name = "made.json",
		.root = made->root,
		.groups = &made->groups,
		.labels = report_labels(&made->groups),
		.pictures = made->pictures,
	};
	assert_non_null(made->report.labels);
}

static void discard(struct made *made)
{
	report_free_labels(made->report.labels, &made->groups);
	groups_free(&made->groups);
	json_decref(made->root);
	free(made->pictures);
}

static void assert_sentence(struct made *made, const char *measure, const char *expected)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(report_sentence(&made->groups.list[0], measure, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
}

static char *part(struct made *made, page_part *put)
{
	char *text = NULL;
	size_t size;
	struct html html;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	assert_int_equal(html_open(&html, out), 0);
	assert_int_equal(put(&made->report, &html), 0);
	assert_int_equal(html_close(&html), 0);
	assert_int_equal(fclose(out), 0);
	return text;
}

static size_t times(const char *text, const char *word)
{
	size_t count = 0;

	for (; (text = strstr(text, word)); text++)
		count++;
	return count;
}

/* The part has the words so many times. */
static void assert_times(struct made *made, page_part *put, const char *word, size_t expected)
{
	char *text = part(made, put);

	if (times(text, word) != expected)
		fail_msg("'%s' is there %zu times, not %zu, in:\n%s", word, times(text, word),
			expected, text);
	free(text);
}

static void assert_marks(struct made *made, const char *expected)
{
	static const char signs[] = { [MARK_NONE] = '-', [MARK_BEST] = 'b', [MARK_WORST] = 'w' };
	const struct group *group = &made->groups.list[0];
	char marks[16] = "";

	for (size_t i = 0; i < group->cell_count; i++)
		marks[i] = signs[rank_mark(group, group->cells[i])];
	assert_string_equal(marks, expected);
}

static void first_where_all_others_are_apart(void **state)
{
	struct made made;

	(void)state;
	make(&made, cell("threads", 10, 90, 100, 110, sure),
		cell("coroutine", 10, 300, 310, 320, sure),
		cell("prefork", 10, 120, 200, 299, sure), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 10: of the 3 models with a result, coroutine has the highest "
		"throughput, 310 tasks/s: its interval, 300 tasks/s to 320 tasks/s, lies above "
		"those "
		"of all others.");
	assert_sentence(&made, "latency_p99_ns",
		"At concurrency 10: of the 3 models with a result, threads has the lowest p99 "
		"latency, 100ns: its interval, 90.0ns to 110ns, lies below those of all others.");
	assert_sentence(&made, "cpu_per_task_s",
		"At concurrency 10: of the 3 models with a result, threads has the least CPU time "
		"per task, 100us: its interval, 90.0us to 110us, lies below those of all others.");
	assert_marks(&made, "wb-");
	discard(&made);
}

static void none_is_named_first_where_intervals_overlap(void **state)
{
	struct made made;

	(void)state;
	/* coroutine is above threads alone; with prefork it shares one value. */
	make(&made, cell("threads", 10, 90, 100, 110, sure),
		cell("coroutine", 10, 300, 310, 320, sure),
		cell("prefork", 10, 105, 200, 300, sure), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 10: which of the 3 models with a result has the highest throughput "
		"is not told apart: the interval of coroutine, whose median of 310 tasks/s is the "
		"highest, overlaps with that of prefork.");
	assert_sentence(&made, "latency_p99_ns",
		"At concurrency 10: which of the 3 models with a result has the lowest p99 latency "
		"is not told apart: the interval of threads, whose median of 100ns is the lowest, "
		"overlaps with that of prefork.");
	assert_marks(&made, "---");
	assert_times(&made, page_scorecard, "class=\"best\"", 0);
	assert_times(&made, page_scorecard, "class=\"worst\"", 0);
	discard(&made);
}

static void many_that_overlap_are_counted(void **state)
{
	struct made made;

	(void)state;
	make(&made, cell("a", 1, 90, 100, 110, sure), cell("b", 1, 91, 99, 110, sure),
		cell("c", 1, 92, 98, 110, sure), cell("d", 1, 93, 97, 110, sure), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: which of the 4 models with a result has the highest throughput "
		"is not told apart: the interval of a, whose median of 100 tasks/s is the highest, "
		"overlaps with those of b, c and d.");
	discard(&made);
	make(&made, cell("a", 1, 90, 100, 110, sure), cell("b", 1, 91, 99, 110, sure),
		cell("c", 1, 92, 98, 110, sure), cell("d", 1, 93, 97, 110, sure),
		cell("e", 1, 93, 96, 110, sure), cell("f", 1, 93, 95, 110, sure),
		cell("far", 1, 1, 2, 3, sure), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: which of the 7 models with a result has the highest throughput "
		"is not told apart: the interval of a, whose median of 100 tasks/s is the highest, "
		"overlaps with those of 5 other models.");
	assert_marks(&made, "------w");
	discard(&made);
}

/* However far apart they are: of few trials an interval is short for want of values. */
static void too_few_trials_rank_nothing(void **state)
{
	const char *refusal =
		"At concurrency 1: not ranked: that takes an interval of more than 90 % "
		"for each model, which 5 trials give.";
	struct made made;

	(void)state;
	make(&made, cell("a", 1, 990, 1000, 1010, unsure), cell("b", 1, 1, 2, 3, unsure), NULL);
	assert_sentence(&made, "throughput_per_s", refusal);
	assert_marks(&made, "--");
	discard(&made);
	make(&made, cell("a", 1, 990, 1000, 1010, sure), cell("b", 1, 1, 2, 3, unsure), NULL);
	assert_sentence(&made, "throughput_per_s", refusal);
	assert_marks(&made, "--");
	discard(&made);
	make(&made, cell("a", 1, 990, 1000, 1010, sure), cell("b", 1, 1, 2, 3, 0.9), NULL);
	assert_marks(&made, "--");
	discard(&made);
}

static void one_model_is_compared_with_nothing(void **state)
{
	struct made made;

	(void)state;
	make(&made, cell("a", 1, 990, 1000, 1010, sure), without("b", 1, "failed", "no"), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: only a has a result, so nothing is compared.");
	assert_marks(&made, "--");
	discard(&made);
	make(&made, without("a", 1, "crashed", "no"), without("b", 1, "failed", "no"), NULL);
	assert_sentence(&made, "throughput_per_s", "At concurrency 1: no model has this value.");
	assert_marks(&made, "--");
	discard(&made);
}

/* A cell that is not ok is never first, and one that is invalid may have been. */
static void what_failed_is_not_ranked(void **state)
{
	json_t *invalid = cell("b", 1, 9000, 9001, 9002, sure);
	struct made made;

	(void)state;
	json_object_set_new(invalid, "status", json_string("invalid"));
	make(&made, cell("a", 1, 990, 1000, 1010, sure), invalid, cell("c", 1, 1, 2, 3, sure),
		NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: of the 2 models with a result, a has the highest throughput, "
		"1.00k tasks/s: its interval, 990 tasks/s to 1.01k tasks/s, lies above those of "
		"all "
		"others.");
	assert_marks(&made, "--w");
	json_object_set_new(invalid, "status", json_string("failed"));
	assert_marks(&made, "b-w");
	discard(&made);
}

static void a_demonstration_is_not_ranked(void **state)
{
	json_t *wrong = cell("a", 1, 990, 1000, 1010, sure);
	struct made made;

	(void)state;
	json_object_set_new(
		json_array_get(json_object_get(wrong, "trials"), 0), "demonstration", json_true());
	make(&made, wrong, cell("b", 1, 1, 2, 3, sure), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: not ranked: a demonstration, wrong on purpose, so its speed "
		"stands for nothing.");
	assert_marks(&made, "--");
	assert_times(&made, page_scorecard, "class=\"best\"", 0);
	assert_times(&made, page_scorecard, "a demonstration", 1);
	discard(&made);
}

static json_t *with_figures(json_t *own)
{
	json_object_set_new(own, "workload", json_string("idle"));
	json_object_set_new(json_object_get(own, "summary"), "figures",
		json_pack("{s:o}", "bytes_per_child", estimate(1, 2, 3, sure)));
	return own;
}

static void what_reports_figures_is_not_ranked(void **state)
{
	struct made made;

	(void)state;
	make(&made, with_figures(cell("a", 1, 990, 1000, 1010, sure)),
		with_figures(cell("b", 1, 1, 2, 3, sure)), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: not ranked: what counts here is what the tasks report "
		"(bytes_per_child, alive), in the table of all cells.");
	assert_marks(&made, "--");
	discard(&made);
}

static json_t *at_rate(json_t *own, int rate)
{
	json_object_set_new(own, "params", json_pack("{s:i}", "rate_per_s", rate));
	return own;
}

/* Of an open loop the latency tells who is better. */
static void a_rate_that_was_given_is_not_ranked(void **state)
{
	struct made made;

	(void)state;
	make(&made, at_rate(cell("a", 1, 999, 1000, 1001, sure), 1000),
		at_rate(cell("b", 1, 990, 991, 992, sure), 1000), NULL);
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 1: not ranked: so many requests were asked for, whatever the "
		"model.");
	assert_marks(&made, "--");
	discard(&made);
	make(&made, at_rate(cell("a", 1, 999, 1000, 1001, sure), 0),
		at_rate(cell("b", 1, 990, 991, 992, sure), 0), NULL);
	assert_marks(&made, "bw");
	discard(&made);
}

/* Of a group at several concurrencies only cells of the same one are held against each other. */
static void concurrencies_are_apart(void **state)
{
	struct made made;

	(void)state;
	make(&made, cell("a", 1, 10, 11, 12, sure), cell("a", 100, 50, 60, 70, sure),
		cell("b", 1, 13, 14, 15, sure), cell("b", 100, 80, 90, 99, sure), NULL);
	assert_marks(&made, "wwbb");
	assert_sentence(&made, "throughput_per_s",
		"At concurrency 100: of the 2 models with a result, b has the highest throughput, "
		"90.0 tasks/s: its interval, 80.0 tasks/s to 99.0 tasks/s, lies above those of all "
		"others.");
	assert_times(&made, page_scorecard, "class=\"best\"", 1);
	assert_times(&made, page_scorecard, "class=\"worst\"", 1);
	assert_times(&made, page_scorecard, "tasks/s at 100", 1);
	discard(&made);
}

static const char hostile[] = "</script><img src=x onerror='alert(1)'>&\"\x01{{data}}";
static const char tamed[] =
	"&lt;/script&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;&amp;&quot; {{data}}";

static void texts_of_files_are_no_markup(void **state)
{
	page_part *const parts[] = { page_machine, page_scorecard, page_workloads, page_cells,
		page_reasons, page_reproduce };
	json_t *one = without("a", 1, "failed", hostile),
	       *other = without("b", 1, "failed", hostile);
	struct made made;

	(void)state;
	json_object_set_new(json_object_get(one, "params"), "url", json_string(hostile));
	json_object_set_new(json_object_get(other, "params"), "url", json_string("x"));
	make(&made, one, other, NULL);
	json_object_set_new(made.root, "environment",
		json_pack(
			"{s:s, s:s, s:[s]}", "cpu", hostile, "git", hostile, "warnings", hostile));
	json_object_set_new(
		made.root, "options", json_pack("{s:s, s:[]}", "profile", hostile, "arguments"));
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		char *text = part(&made, parts[i]);
		assert_null(strstr(text, "<img"));
		assert_null(strstr(text, "</script"));
		if (times(text, tamed) < 1)
			fail_msg("part %zu does not have the text:\n%s", i, text);
		free(text);
	}
	discard(&made);
}

static void the_whole_page_is_made_also_of_failures(void **state)
{
	struct made made;
	char *text = NULL;
	size_t size;

	(void)state;
	make(&made, without("a", 1, "failed", hostile), NULL);
	FILE *out = open_memstream(&text, &size);
	assert_non_null(out);
	assert_int_equal(page_write(&made.report, out), 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(times(text, "</html>"), 1);
	assert_int_equal(times(text, "<script>"), 1);
	assert_int_equal(times(text, "</script>"), 1);
	assert_int_equal(times(text, "{{"), times(text, "{{data}}")); /* of the file alone */
	assert_int_equal(times(text, "No cell of it has a result"), 1);
	assert_int_equal(times(text, "<figure>"), 0);
	free(text);
	discard(&made);
}

static void reasons_that_are_alike_stand_once(void **state)
{
	struct made made;

	(void)state;
	make(&made, without("a", 1, "unavailable", "cannot"),
		without("a", 10, "unavailable", "cannot"), without("b", 1, "unavailable", "cannot"),
		without("a", 100, "timeout", "late"), NULL);
	assert_times(&made, page_reasons, "sleep at 1, 10<", 1);
	assert_times(&made, page_reasons, "sleep at 1<", 1);
	assert_times(&made, page_reasons, "sleep at 100<", 1);
	assert_times(&made, page_reasons, "<tr>", 4);
	discard(&made);
	make(&made, cell("a", 1, 1, 2, 3, sure), NULL);
	assert_times(&made, page_reasons, "Every cell has a result", 1);
	discard(&made);
}

static void the_command_is_one_a_shell_can_read(void **state)
{
	struct made made;

	(void)state;
	make(&made, cell("a", 1, 1, 2, 3, sure), NULL);
	assert_times(&made, page_reproduce, "does not tell the command", 1);
	json_object_set_new(made.root, "options",
		json_pack("{s:i, s:[s, s, s, s]}", "seed", 42, "arguments", "-w", "sleep",
			"--param", "url=it's"));
	assert_times(&made, page_reproduce,
		"concbench run -w sleep --param &#39;url=it&#39;\\&#39;&#39;s&#39; --seed 42 -o "
		"made.json<",
		1);
	json_object_set_new(made.root, "options",
		json_pack("{s:[s, s]}", "arguments", "--target", "127.0.0.1:80"));
	assert_times(&made, page_reproduce, "concbench load --target 127.0.0.1:80<", 1);
	json_object_set_new(made.root, "imported", json_string("hyperfine"));
	assert_times(&made, page_reproduce, "concbench load", 0);
	assert_times(&made, page_reproduce, "imported from hyperfine", 1);
	discard(&made);
}

static void labels_tell_groups_apart(void **state)
{
	json_t *other = cell("a", 1, 1, 2, 3, sure);
	struct made made;

	(void)state;
	json_object_set_new(json_object_get(other, "params"), "duration_us", json_integer(5));
	make(&made, cell("a", 1, 1, 2, 3, sure), other, cell("a", 1, 4, 5, 6, sure), NULL);
	assert_string_equal(made.report.labels[0], "sleep duration_us=1000");
	assert_string_equal(made.report.labels[1], "sleep duration_us=5");
	assert_string_equal(made.report.labels[2], "sleep duration_us=1000 #3");
	discard(&made);
	make(&made, cell("a", 1, 1, 2, 3, sure), NULL);
	assert_string_equal(made.report.labels[0], "sleep");
	discard(&made);
}

static const char drawn[] =
	"<?xml version=\"1.0\"?>\n<svg \n viewBox=\"0 0 960 580\"\n xmlns=\"x\">\n"
	"<title>Gnuplot</title><g id=\"gnuplot_canvas\">\n"
	"<rect x=\"0\" y=\"0\" width=\"960\" height=\"580\" fill=\"#ffffff\"/><defs>\n"
	"<path id='gpPt0' stroke-width='0.222' d='M-1,0 h2'/>\n"
	"<filter id='grey'><feFlood flood-color='lightgrey'/></filter></defs>\n"
	"<g fill=\"none\" color=\"#FFFFFF\" stroke=\"rgb( 51,  51,  51)\">\n</g>\n"
	"<g fill=\"none\" color=\"black\" stroke=\"currentColor\" stroke-width=\"0.80\">\n"
	"\t<path stroke='rgb(  0, 114, 178)'  d='M96.00,476.79 L93.34,-0.01  '/>"
	"<path d='M1.00,2.00  '/>\n"
	"\t<g transform=\"translate(82.21,440.55)\" fill=\"rgb(1,2,3)\" font-size=\"12.00\" "
	"text-anchor=\"start\">\n\t\t<text>a &lt; b</text>\n\t</g>\n"
	"<use xlink:href='#gpPt0' transform='translate(1.00,1.00)' color='#FFFFFF'/>"
	"<use xlink:href='#gpPt0' transform='translate(5.00,-.50) scale(4.50)' "
	"color='rgb(  0, 114, 178)'/><g><text></text></g></g>\n"
	"<g stroke-width=\"0.80\"><path stroke='rgb( 51,  51,  51)' d='M1.00,2.00 L3.00,4.00 "
	"'/></g>\n"
	"<g stroke-width=\"0.80\"><path stroke='rgb( 51,  51,  51)' d='M5.00,6.00 L7.00,8.00 "
	"'/></g>\n"
	"<g stroke-width=\"0.60\"><path stroke='rgb( 51,  51,  51)' d='M9.00,6.00 L7.00,8.00 "
	"'/></g>\n"
	"</g></svg>\n";

static void pictures_are_shrunk_and_take_the_page_colours(void **state)
{
	char *inlined = svg_inline(drawn, "sleep \"<b>"), *symbols = svg_symbols(drawn);

	(void)state;
	assert_string_equal(inlined,
		"<svg viewBox=\"0 0 960 580\" role=\"img\" aria-label=\"sleep &quot;&lt;b&gt;\">"
		"<g stroke-width=\"0.8\"><path stroke=\"var(--c2)\" d=\"M96,476.8 L93.3,0\"/>"
		"<g transform=\"translate(82.2,440.6)\" fill=\"#010203\"><text>a &lt; b</text></g>"
		"<use href=\"#gpPt0\" transform=\"translate(5,-0.5) scale(4.5)\" "
		"color=\"var(--c2)\"/><path d=\"M1,2 L3,4 M5,6 L7,8\"/></g>"
		"<g stroke-width=\"0.6\"><path d=\"M9,6 L7,8\"/></g></svg>");
	assert_string_equal(symbols,
		"<svg class=\"symbols\" aria-hidden=\"true\"><defs>"
		"<path id=\"gpPt0\" stroke-width=\"0.222\" d=\"M-1,0 h2\"/></defs></svg>");
	free(inlined);
	free(symbols);
}

/* Whatever gnuplot breaks off, nothing is read beyond it. */
static void a_broken_picture_is_no_crash(void **state)
{
	(void)state;
	for (size_t size = 0; size < sizeof drawn; size++) {
		char *broken = calloc(1, size + sizeof "</svg>");
		assert_non_null(broken);
		memcpy(broken, drawn, size);
		strcpy(broken + size, "</svg>");
		char *inlined = svg_inline(broken, ""), *symbols = svg_symbols(broken);
		assert_non_null(inlined);
		assert_non_null(symbols);
		free(inlined);
		free(symbols);
		free(broken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_where_all_others_are_apart),
		cmocka_unit_test(none_is_named_first_where_intervals_overlap),
		cmocka_unit_test(many_that_overlap_are_counted),
		cmocka_unit_test(too_few_trials_rank_nothing),
		cmocka_unit_test(one_model_is_compared_with_nothing),
		cmocka_unit_test(what_failed_is_not_ranked),
		cmocka_unit_test(a_demonstration_is_not_ranked),
		cmocka_unit_test(what_reports_figures_is_not_ranked),
		cmocka_unit_test(a_rate_that_was_given_is_not_ranked),
		cmocka_unit_test(concurrencies_are_apart),
		cmocka_unit_test(texts_of_files_are_no_markup),
		cmocka_unit_test(the_whole_page_is_made_also_of_failures),
		cmocka_unit_test(reasons_that_are_alike_stand_once),
		cmocka_unit_test(the_command_is_one_a_shell_can_read),
		cmocka_unit_test(labels_tell_groups_apart),
		cmocka_unit_test(pictures_are_shrunk_and_take_the_page_colours),
		cmocka_unit_test(a_broken_picture_is_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
