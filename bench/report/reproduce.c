/* SPDX-License-Identifier: MIT */
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "../map/map.h"
#include "page.h"

/* A word as a shell reads it. */
static void put_word(const char *word, FILE *out)
{
	bool plain = *word;

	for (const char *c = word; *c; c++)
		plain = plain && (isalnum((unsigned char)*c) || strchr("_-+=.,:/%@", *c));
	if (plain) {
		fputs(word, out);
		return;
	}
	putc('\'', out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, 0 }, out);
	putc('\'', out);
}

static bool is_argument(const json_t *arguments, const char *word)
{
	const json_t *argument;
	size_t i;

	json_array_foreach(arguments, i, argument)
	{
		if (json_is_string(argument) && strcmp(json_string_value(argument), word) == 0)
			return true;
	}
	return false;
}

static void put_command(const struct report *report, const json_t *options, FILE *out)
{
	const json_t *arguments = json_object_get(options, "arguments"), *argument;
	const json_t *seed = json_object_get(options, "seed");
	bool load = is_argument(arguments, "--target"); /* of which every load has one */
	size_t i;

	fprintf(out, "concbench %s", load ? "load" : is_map(report->root) ? "map" : "run");
	json_array_foreach(arguments, i, argument)
	{
		putc(' ', out);
		put_word(json_is_string(argument) ? json_string_value(argument) : "", out);
	}
	if (json_is_integer(seed) && !is_argument(arguments, "--seed"))
		fprintf(out, " --seed %" JSON_INTEGER_FORMAT, json_integer_value(seed));
	if (!load)
		fputs(" -o ", out);
	if (!load)
		put_word(report->name, out);
}

int page_reproduce(const struct report *report, struct html *html)
{
	const json_t *options = json_object_get(report->root, "options");
	const char *git = text_at(json_object_get(report->root, "environment"), "git");

	if (*text_at(report->root, "imported")) {
		fputs("<p>These results were imported from ", html->out);
		fputs(text_at(report->root, "imported"), html->text);
		fputs(", whose files do not tell how they were made.</p>\n", html->out);
		return 0;
	}
	if (!json_is_array(json_object_get(options, "arguments"))) {
		fputs("<p>The results file does not tell the command.</p>\n", html->out);
		return 0;
	}
	fputs("<p>With the same seed the trials come in the same order.", html->out);
	if (*git) {
		fputs(" The program was built of commit <code>", html->out);
		fputs(git, html->text);
		fputs(strstr(git, "-dirty") ? "</code>, changed since." : "</code>.", html->out);
	}
	fputs("</p>\n<pre><code>", html->out);
	put_command(report, options, html->text);
	fputs("</code></pre>\n", html->out);
	return 0;
}
