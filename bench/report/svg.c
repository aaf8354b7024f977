/* SPDX-License-Identifier: MIT */
#include "svg.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "svg_tag.h"

enum { DEPTH = 32 };

/* An element that is left out again where nothing is drawn in it. */
struct open {
	size_t begin, end; /* of its tag in what is written */
	bool bare;         /* it has no tag, as that would say nothing */
};

struct shrink {
	char *out; /* has room for whatever can be written */
	size_t length;
	struct open open[DEPTH];
	size_t depth;
	bool symbols;
};

static void put(struct shrink *shrink, const char *text, size_t length)
{
	memcpy(shrink->out + shrink->length, text, length);
	shrink->length += length;
}

static void put_string(struct shrink *shrink, const char *text)
{
	put(shrink, text, strlen(text));
}

/* The colours of plot/style.gp and their names in plot/report/page.css. */
static const struct {
	unsigned rgb;
	const char *name;
} colours[] = {
	{ 0x000000, "var(--c1)" },
	{ 0x0072B2, "var(--c2)" },
	{ 0x56B4E9, "var(--c3)" },
	{ 0xD55E00, "var(--c4)" },
	{ 0xE69F00, "var(--c5)" },
	{ 0x009E73, "var(--c6)" },
	{ 0xCC79A7, "var(--c7)" },
	{ 0x333333, "var(--ink)" },
	{ 0x888888, "var(--dim)" },
	{ 0xDDDDDD, "var(--hair)" },
	{ 0x9A3300, "var(--alarm)" },
	{ 0xF6F3EE, "var(--band)" },
	{ 0xFFFFFF, "var(--paper)" },
};

static bool read_colour(struct svg_text value, unsigned *rgb)
{
	char text[32];
	unsigned r, g, b;

	snprintf(text, sizeof text, "%.*s", (int)value.length, value.at);
	if (strcmp(text, "black") == 0)
		*rgb = 0;
	else if (value.length == 7 && sscanf(text, "#%6x", rgb) == 1)
		return true;
	else if (sscanf(text, "rgb(%u,%u,%u)", &r, &g, &b) == 3)
		*rgb = (r & 255) << 16 | (g & 255) << 8 | (b & 255);
	else
		return false;
	return true;
}

static void put_colour(struct shrink *shrink, struct svg_text value)
{
	unsigned rgb;
	char text[16];

	if (!read_colour(value, &rgb)) {
		put(shrink, value.at, value.length);
		return;
	}
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++) {
		if (colours[i].rgb == rgb) {
			put_string(shrink, colours[i].name);
			return;
		}
	}
	snprintf(text, sizeof text, "#%06x", rgb);
	put_string(shrink, text);
}

/* A number of the text with at most one decimal; what follows it. */
static const char *put_number(struct shrink *shrink, const char *in)
{
	char text[32], *end;
	double number = strtod(in, &end);

	if (end == in) {
		put(shrink, in, 1);
		return in + 1;
	}
	int length = snprintf(text, sizeof text, "%.1f", number);
	if (length > 2 && length < (int)sizeof text && strcmp(text + length - 2, ".0") == 0)
		length -= 2;
	if (length < 0 || length >= (int)sizeof text)
		put(shrink, in, (size_t)(end - in));
	else if (length == 2 && memcmp(text, "-0", 2) == 0)
		put(shrink, "0", 1);
	else
		put(shrink, text, (size_t)length);
	return end;
}

/* Numbers and letters of a path, points or a transformation, with one space between at most. */
static void put_numbers(struct shrink *shrink, struct svg_text value)
{
	const char *end = value.at + value.length;

	for (const char *in = svg_skip_blank(value.at); in < end;) {
		if (strchr("0123456789.-", *in)) {
			in = put_number(shrink, in);
		} else if (strchr(" \t\r\n", *in)) {
			in = svg_skip_blank(in);
			if (in < end)
				put(shrink, " ", 1);
		} else {
			put(shrink, in++, 1);
		}
	}
}

/* What every picture would repeat, and the page's style says once. */
static bool is_usual(
	const struct shrink *shrink, struct svg_text element, const struct svg_attribute *own)
{
	static const char *const dropped[] = { "class", "font-family", "stroke-linecap",
		"stroke-linejoin", "shape-rendering", NULL };
	static const struct {
		const char *name, *value;
	} usual[] = { { "fill", "none" }, { "color", "black" }, { "stroke-width", "1.00" },
		{ "font-size", "12.00" }, { "text-anchor", "start" } };

	if (svg_is_one_of(own->name, dropped))
		return true;
	if (svg_is(own->name, "id"))
		return !shrink->symbols;
	if (svg_is(element, "g") && svg_is(own->name, "stroke"))
		return true; /* whatever is drawn names its own */
	for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
		if (svg_is(element, "g") && svg_is(own->name, usual[i].name) &&
			svg_is(own->value, usual[i].value))
			return true;
	return false;
}

static void put_attribute(struct shrink *shrink, const struct svg_attribute *own)
{
	static const char *const coloured[] = { "fill", "stroke", "color", NULL };
	static const char *const numbers[] = { "d", "points", "transform", "x", "y", "width",
		"height", "font-size", "stroke-width", NULL };
	bool href = svg_is(own->name, "xlink:href");

	put(shrink, " ", 1);
	put(shrink, own->name.at + (href ? 6 : 0), own->name.length - (href ? 6 : 0));
	put(shrink, "=\"", 2);
	if (svg_is_one_of(own->name, coloured))
		put_colour(shrink, own->value);
	else if (svg_is_one_of(own->name, numbers) && !shrink->symbols)
		put_numbers(shrink, own->value);
	else
		put(shrink, own->value.at, own->value.length);
	put(shrink, "\"", 1);
}

/* A path that only goes somewhere: all of its letters are M. */
static bool draws_nothing(const struct svg_tag *tag)
{
	for (size_t i = 0; i < tag->count && svg_is(tag->name, "path"); i++) {
		struct svg_text d = tag->attributes[i].value;
		size_t letters = 0;
		if (!svg_is(tag->attributes[i].name, "d"))
			continue;
		for (size_t k = 0; k < d.length; k++)
			letters += isalpha((unsigned char)d.at[k]) && d.at[k] != 'M';
		return letters == 0;
	}
	return false;
}

static void open_tag(struct shrink *shrink, const struct svg_tag *tag)
{
	size_t begin = shrink->length, written = 0;

	put(shrink, "<", 1);
	put(shrink, tag->name.at, tag->name.length);
	for (size_t i = 0; i < tag->count; i++) {
		if (is_usual(shrink, tag->name, &tag->attributes[i]))
			continue;
		put_attribute(shrink, &tag->attributes[i]);
		written++;
	}
	put_string(shrink, tag->empty ? "/>" : ">");
	if (tag->empty || shrink->depth == DEPTH)
		return;
	bool bare = svg_is(tag->name, "g") && written == 0;
	if (bare)
		shrink->length = begin;
	shrink->open[shrink->depth++] = (struct open){ begin, shrink->length, bare };
}

static void close_tag(struct shrink *shrink, const struct svg_tag *tag)
{
	if (shrink->depth == 0)
		return;
	struct open open = shrink->open[--shrink->depth];
	if (shrink->length == open.end) {
		shrink->length = open.begin;
	} else if (!open.bare) {
		put_string(shrink, "</");
		put(shrink, tag->name.at, tag->name.length);
		put_string(shrink, ">");
	}
}

/* Everything up to end, without the elements that do not show. */
static void shrink_body(struct shrink *shrink, const char *in, const char *end)
{
	static const char *const unseen[] = { "title", "desc", "defs", "filter", NULL };
	struct svg_tag tag;

	while (in < end) {
		size_t length = strcspn(in, "<");
		if (strspn(in, " \t\r\n") < length)
			put(shrink, in, length);
		in += length;
		if (in >= end)
			break;
		in = svg_read_tag(in, &tag);
		if (!tag.closing && svg_is_one_of(tag.name, unseen))
			in = tag.empty ? in : svg_skip_element(in, tag.name);
		else if (tag.closing)
			close_tag(shrink, &tag);
		else if (!draws_nothing(&tag))
			open_tag(shrink, &tag);
	}
}

/* The part between two marks, shrunk. NULL without memory. */
static char *shrink_part(const char *begin, const char *end, bool symbols)
{
	/* A colour's name is at most twice as long as the colour, and nothing else grows. */
	struct shrink shrink = { .out = malloc(3 * (size_t)(end - begin) + 64),
		.symbols = symbols };

	if (!shrink.out)
		return NULL;
	shrink_body(&shrink, begin, end);
	shrink.out[shrink.length] = '\0';
	return shrink.out;
}

static char *framed(const char *body, const char *view_box, const char *label)
{
	char *text = NULL;
	size_t size;
	struct html html;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	int err = html_open(&html, out);
	if (!err) {
		fprintf(out, "<svg %s role=\"img\" aria-label=\"", view_box);
		fputs(label, html.text);
		fprintf(out, "\">%s</svg>", body);
		err = html_close(&html);
	}
	if (fclose(out) == 0 && !err)
		return text;
	free(text);
	return NULL;
}

char *svg_inline(const char *svg, const char *label)
{
	const char *root = strstr(svg, "<svg"), *end = root ? strstr(root, "</svg>") : NULL;
	char view_box[96] = "";
	struct svg_tag tag;

	if (!end)
		return strdup("");
	const char *begin = svg_read_tag(root, &tag);
	for (size_t i = 0; i < tag.count; i++)
		if (svg_is(tag.attributes[i].name, "viewBox"))
			snprintf(view_box, sizeof view_box, "viewBox=\"%.*s\"",
				(int)tag.attributes[i].value.length, tag.attributes[i].value.at);
	char *body = shrink_part(begin, end, false);
	char *text = body ? framed(body, view_box, label) : NULL;
	free(body);
	return text;
}

char *svg_symbols(const char *svg)
{
	const char *begin = strstr(svg, "<defs>"), *end = begin ? strstr(begin, "</defs>") : NULL;
	char *text = NULL;

	if (!end)
		return strdup("");
	char *body = shrink_part(begin + strlen("<defs>"), end, true);
	if (body &&
		asprintf(&text, "<svg class=\"symbols\" aria-hidden=\"true\"><defs>%s</defs></svg>",
			body) < 0)
		text = NULL;
	free(body);
	return text;
}
