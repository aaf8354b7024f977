/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../bench/junit.h"

/* The document of one suite with this case; to be freed. */
static char *written(const struct junit_case *item, const char *started)
{
	const struct junit_suite suite = {
		.name = "echo", .started = started, .cases = item, .count = 1
	};
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	junit_write("concbench", &suite, 1, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

/* The message of a failure, as it is written. */
static void message_becomes(const char *message, const char *expected)
{
	const struct junit_case item = { .classname = "a",
		.name = "b",
		.time_s = NAN,
		.kind = JUNIT_FAILURE,
		.message = message };
	char *text = written(&item, NULL), quoted[256];

	snprintf(quoted, sizeof quoted, "<failure message=\"%s\"/>\n", expected);
	if (!strstr(text, quoted))
		fail_msg("no %s in %s", quoted, text);
	free(text);
}

static void a_document(void **state)
{
	(void)state;
	const struct junit_case items[] = {
		{ .classname = "echo.threads", .name = "p99 c=64", .time_s = 6.2454 },
		{ "echo.threads", "p50", 1.5, JUNIT_FAILURE, "regression", "+8 %" },
		{ "echo.threads", "cpu", NAN, JUNIT_ERROR, "crashed", NULL },
		{ "echo.threads", "memory", NAN, JUNIT_SKIPPED, NULL, "n too small" },
	};
	const struct junit_suite suites[] = {
		{ "echo", "2026-11-21T10:00:00Z", items, 4 },
		{ "none", NULL, NULL, 0 },
	};
	static const char expected[] =
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<testsuites name=\"concbench\" tests=\"4\" failures=\"1\" errors=\"1\" "
		"time=\"7.745\">\n"
		"  <testsuite name=\"echo\" tests=\"4\" failures=\"1\" errors=\"1\" time=\"7.745\""
		" skipped=\"1\" timestamp=\"2026-11-21T10:00:00\">\n"
		"    <testcase classname=\"echo.threads\" name=\"p99 c=64\" time=\"6.245\"/>\n"
		"    <testcase classname=\"echo.threads\" name=\"p50\" time=\"1.500\">\n"
		"      <failure type=\"regression\" message=\"+8 %\"/>\n"
		"    </testcase>\n"
		"    <testcase classname=\"echo.threads\" name=\"cpu\">\n"
		"      <error type=\"crashed\"/>\n"
		"    </testcase>\n"
		"    <testcase classname=\"echo.threads\" name=\"memory\">\n"
		"      <skipped message=\"n too small\"/>\n"
		"    </testcase>\n"
		"  </testsuite>\n"
		"  <testsuite name=\"none\" tests=\"0\" failures=\"0\" errors=\"0\" time=\"0.000\""
		" skipped=\"0\">\n"
		"  </testsuite>\n"
		"</testsuites>\n";
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	junit_write("concbench", suites, 2, out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, expected);
	free(text);
}

static void markup_is_escaped(void **state)
{
	(void)state;
	message_becomes("a<b & \"c\" > 'd'", "a&lt;b &amp; &quot;c&quot; &gt; 'd'");
	message_becomes("a\tb\nc\rd", "a&#9;b&#10;c&#13;d");
	message_becomes("]]>", "]]&gt;");
	message_becomes("", "");
}

static void what_xml_forbids_is_replaced(void **state)
{
	(void)state;
	message_becomes("a\x01\x1b[31m", "a\uFFFD\uFFFD[31m");
	message_becomes("\xef\xbf\xbe\xef\xbf\xbf", "\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD\uFFFD");
	message_becomes("\xed\xa0\x80", "\uFFFD\uFFFD\uFFFD"); /* a surrogate */
	message_becomes("\xc0\xaf", "\uFFFD\uFFFD");           /* longer than need be */
	message_becomes("\x80 \xff \xe2\x82", "\uFFFD \uFFFD \uFFFD\uFFFD");
	message_becomes("\xf4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"); /* beyond U+10FFFF */
	message_becomes("\x7f ± µs 日本 😀", "\x7f ± µs 日本 😀");
}

static void unknown_times_are_left_out(void **state)
{
	(void)state;
	const struct junit_case item = { .classname = "a", .name = "b", .time_s = INFINITY };
	char *text = written(&item, NULL);

	assert_non_null(strstr(text, "<testcase classname=\"a\" name=\"b\"/>"));
	assert_null(strstr(text, "timestamp"));
	assert_null(strstr(text, "inf"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_document),
		cmocka_unit_test(markup_is_escaped),
		cmocka_unit_test(what_xml_forbids_is_replaced),
		cmocka_unit_test(unknown_times_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
