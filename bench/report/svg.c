/* SPDX-License-Identifier: MIT */
#include "svg.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "svg_colour.h"
#include "svg_tag.h"

enum { DEPTH = 32 };

/* An element that is left out again where nothing is drawn in it. */
struct open {
	size_t begin, end; /* of its tag in what is written */
	bool bare;         /* it has no tag, as that would say nothing */
	bool resumed;      /* it goes on with the group before, whose tag was the same */
};

/* Something that may go on: its tag, or of a path what stands before its data, and its end. */
struct last {
	size_t begin, tag_end, end;
};

struct shrink {
	char *out; /* has room for whatever can be written */
	size_t length;
	struct open open[DEPTH];
	size_t depth;
	struct last group, path;
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

static void put_colour(struct shrink *shrink, struct svg_text value)
{
	char text[SVG_COLOUR];

	put_string(shrink, svg_colour(value, text));
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
	if (svg_is(own->name, "stroke") && svg_is(element, "g"))
		return true; /* whatever is drawn names its own */
	if (svg_is(own->name, "stroke") && svg_is(element, "path"))
		return svg_is(own->value, "rgb( 51,  51,  51)");
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
static bool goes_only(const struct svg_tag *tag)
{
	const struct svg_text *d = svg_value(tag, "d");
	size_t letters = 0;

	for (size_t i = 0; d && i < d->length; i++)
		letters += isalpha((unsigned char)d->at[i]) && d->at[i] != 'M';
	return d && letters == 0;
}

/* The background is the page's, and a white point only blanks what lies below another. */
static bool draws_nothing(const struct svg_tag *tag)
{
	const struct svg_text *fill = svg_value(tag, "fill"), *color = svg_value(tag, "color");

	if (svg_is(tag->name, "path"))
		return goes_only(tag);
	if (svg_is(tag->name, "rect"))
		return fill && svg_is(*fill, "#ffffff");
	return svg_is(tag->name, "use") && color && svg_is(*color, "#FFFFFF");
}

/* Whether what was just written, from begin to tag_end, follows something of the same. */
static bool goes_on(
	const struct shrink *shrink, const struct last *last, size_t begin, size_t tag_end)
{
	return last->end == begin && last->tag_end - last->begin == tag_end - begin &&
		last->end > last->begin &&
		memcmp(shrink->out + last->begin, shrink->out + begin, tag_end - begin) == 0;
}

/* Join a path just written, from begin on, to the one before where they differ in data alone. */
static void join_path(struct shrink *shrink, size_t begin)
{
	static const char data[] = " d=\"", end[] = "\"/>";
	char *at = memmem(shrink->out + begin, shrink->length - begin, data, strlen(data));
	size_t tag_end = at ? (size_t)(at - shrink->out) + strlen(data) : shrink->length;

	if (goes_on(shrink, &shrink->path, begin, tag_end)) {
		size_t size = shrink->length - tag_end;
		shrink->length = begin - strlen(end);
		shrink->out[shrink->length++] = ' ';
		memmove(shrink->out + shrink->length, shrink->out + tag_end, size);
		shrink->length += size;
	} else {
		shrink->path.begin = begin;
		shrink->path.tag_end = tag_end;
	}
	shrink->path.end = shrink->length;
}

static void open_tag(struct shrink *shrink, const struct svg_tag *tag)
{
	size_t begin = shrink->length, written = 0;
	struct open open = { .begin = begin };

	put(shrink, "<", 1);
	put(shrink, tag->name.at, tag->name.length);
	for (size_t i = 0; i < tag->count; i++) {
		if (is_usual(shrink, tag->name, &tag->attributes[i]))
			continue;
		put_attribute(shrink, &tag->attributes[i]);
		written++;
	}
	put_string(shrink, tag->empty ? "/>" : ">");
	if (tag->empty && svg_is(tag->name, "path") && !shrink->symbols)
		join_path(shrink, begin);
	if (tag->empty || shrink->depth == DEPTH)
		return;
	open.bare = svg_is(tag->name, "g") && written == 0;
	open.resumed = svg_is(tag->name, "g") && !open.bare &&
		goes_on(shrink, &shrink->group, begin, shrink->length);
	if (open.bare)
		shrink->length = begin;
	if (open.resumed) {
		open.begin = shrink->group.begin;
		shrink->length = begin - strlen("</g>");
	}
	open.end = shrink->length;
	shrink->open[shrink->depth++] = open;
}

static void close_tag(struct shrink *shrink, const struct svg_tag *tag)
{
	if (shrink->depth == 0)
		return;
	struct open open = shrink->open[--shrink->depth];
	if (shrink->length == open.end && !open.resumed) {
		shrink->length = open.begin;
		return;
	}
	if (open.bare)
		return;
	put_string(shrink, "</");
	put(shrink, tag->name.at, tag->name.length);
	put_string(shrink, ">");
	if (!svg_is(tag->name, "g"))
		return;
	const char *tag_end = memchr(shrink->out + open.begin, '>', shrink->length - open.begin);
	shrink->group = (struct last){ open.begin, (size_t)(tag_end - shrink->out) + 1,
		shrink->length };
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
	const struct svg_text *view = svg_value(&tag, "viewBox");
	if (view)
		snprintf(
			view_box, sizeof view_box, "viewBox=\"%.*s\"", (int)view->length, view->at);
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
