/* SPDX-License-Identifier: MIT */
#include "junit.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct sums {
	size_t tests, failures, errors, skipped;
	double time_s;
};

static const char *const elements[] = {
	[JUNIT_FAILURE] = "failure",
	[JUNIT_ERROR] = "error",
	[JUNIT_SKIPPED] = "skipped",
};

/* What XML 1.0 calls a character. */
static bool is_character(uint32_t c)
{
	return c == '\t' || c == '\n' || c == '\r' || (c >= 0x20 && c < 0xd800) ||
		(c >= 0xe000 && c < 0xfffe) || (c >= 0x10000 && c < 0x110000);
}

/* How many bytes the character at text has in UTF-8; 0 where it is none that XML allows. */
static size_t character_bytes(const char *text)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = text[0];
	size_t bytes = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	uint32_t c = bytes == 1 ? first : first & (0x7f >> bytes);

	if (first >= 0xf8 || (first >= 0x80 && first < 0xc0))
		return 0;
	for (size_t i = 1; i < bytes; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	return c >= lowest[bytes] && is_character(c) ? bytes : 0;
}

/* White space is written as numbers, or a reader would make spaces of it. */
static void put_character(const char *text, size_t bytes, FILE *out)
{
	static const char marks[] = "&<>\"\t\n\r";
	static const char *const escapes[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&#9;", "&#10;",
		"&#13;" };
	const char *mark = strchr(marks, *text);

	if (bytes == 0)
		fputs("\xef\xbf\xbd", out);
	else if (mark)
		fputs(escapes[mark - marks], out);
	else
		fwrite(text, 1, bytes, out);
}

static void put_attribute(const char *name, const char *text, FILE *out)
{
	if (!text)
		return;
	fprintf(out, " %s=\"", name);
	while (*text) {
		size_t bytes = character_bytes(text);
		put_character(text, bytes, out);
		text += bytes > 0 ? bytes : 1;
	}
	putc('"', out);
}

static void put_time(double time_s, FILE *out)
{
	if (isfinite(time_s) && time_s >= 0)
		fprintf(out, " time=\"%.3f\"", time_s);
}

static struct sums sum_up(const struct junit_suite *suite)
{
	struct sums sums = { .tests = suite->count };

	for (size_t i = 0; i < suite->count; i++) {
		const struct junit_case *item = &suite->cases[i];
		sums.failures += item->kind == JUNIT_FAILURE;
		sums.errors += item->kind == JUNIT_ERROR;
		sums.skipped += item->kind == JUNIT_SKIPPED;
		sums.time_s += isfinite(item->time_s) ? item->time_s : 0;
	}
	return sums;
}

static struct sums sum_up_all(const struct junit_suite *suites, size_t count)
{
	struct sums all = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct sums sums = sum_up(&suites[i]);
		all.tests += sums.tests;
		all.failures += sums.failures;
		all.errors += sums.errors;
		all.time_s += sums.time_s;
	}
	return all;
}

static void put_sums(const struct sums *sums, FILE *out)
{
	fprintf(out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", sums->tests, sums->failures,
		sums->errors);
	put_time(sums->time_s, out);
}

static void put_case(const struct junit_case *item, FILE *out)
{
	fputs("    <testcase", out);
	put_attribute("classname", item->classname, out);
	put_attribute("name", item->name, out);
	put_time(item->time_s, out);
	if (item->kind == JUNIT_PASSED) {
		fputs("/>\n", out);
		return;
	}
	fprintf(out, ">\n      <%s", elements[item->kind]);
	put_attribute("type", item->type, out);
	put_attribute("message", item->message, out);
	fputs("/>\n    </testcase>\n", out);
}

static void put_suite(const struct junit_suite *suite, FILE *out)
{
	struct sums sums = sum_up(suite);
	char started[sizeof "2026-11-21T10:00:00"]; /* the zone is not part of it */

	fputs("  <testsuite", out);
	put_attribute("name", suite->name, out);
	put_sums(&sums, out);
	fprintf(out, " skipped=\"%zu\"", sums.skipped);
	if (suite->started) {
		snprintf(started, sizeof started, "%s", suite->started);
		put_attribute("timestamp", started, out);
	}
	fputs(">\n", out);
	for (size_t i = 0; i < suite->count; i++)
		put_case(&suite->cases[i], out);
	fputs("  </testsuite>\n", out);
}

void junit_write(const char *name, const struct junit_suite *suites, size_t count, FILE *out)
{
	struct sums all = sum_up_all(suites, count);

	fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites", out);
	put_attribute("name", name, out);
	put_sums(&all, out);
	fputs(">\n", out);
	for (size_t i = 0; i < count; i++)
		put_suite(&suites[i], out);
	fputs("</testsuites>\n", out);
}
