/* SPDX-License-Identifier: MIT */
#include "svg_tag.h"

#include <string.h>

bool svg_is(struct svg_text text, const char *word)
{
	return strlen(word) == text.length && memcmp(text.at, word, text.length) == 0;
}

bool svg_is_one_of(struct svg_text text, const char *const *words)
{
	for (; *words; words++)
		if (svg_is(text, *words))
			return true;
	return false;
}

const struct svg_text *svg_value(const struct svg_tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->count; i++)
		if (svg_is(tag->attributes[i].name, name))
			return &tag->attributes[i].value;
	return NULL;
}

const char *svg_skip_blank(const char *in)
{
	return in + strspn(in, " \t\r\n");
}

/* Read NAME = 'VALUE'; the end, or NULL where there is none. */
static const char *read_attribute(const char *in, struct svg_attribute *attribute)
{
	attribute->name = (struct svg_text){ in, strcspn(in, " \t\r\n=>/") };
	in = svg_skip_blank(in + attribute->name.length);
	if (*in != '=' || attribute->name.length == 0)
		return NULL;
	in = svg_skip_blank(in + 1);
	const char *end = *in == '"' || *in == '\'' ? strchr(in + 1, *in) : NULL;
	if (!end)
		return NULL;
	attribute->value = (struct svg_text){ in + 1, (size_t)(end - in - 1) };
	return end + 1;
}

const char *svg_read_tag(const char *in, struct svg_tag *tag)
{
	const char *next;

	*tag = (struct svg_tag){ .closing = in[1] == '/' };
	in += 1 + tag->closing;
	tag->name = (struct svg_text){ in, strcspn(in, " \t\r\n>/") };
	in = svg_skip_blank(in + tag->name.length);
	while (tag->count < SVG_ATTRIBUTES &&
		(next = read_attribute(in, &tag->attributes[tag->count])) != NULL) {
		tag->count++;
		in = svg_skip_blank(next);
	}
	tag->empty = *in == '/';
	in += strcspn(in, ">");
	return *in ? in + 1 : in;
}

const char *svg_skip_element(const char *in, struct svg_text name)
{
	struct svg_tag tag;

	while (*(in += strcspn(in, "<"))) {
		in = svg_read_tag(in, &tag);
		if (tag.closing && tag.name.length == name.length &&
			memcmp(tag.name.at, name.at, name.length) == 0)
			break;
	}
	return in;
}
