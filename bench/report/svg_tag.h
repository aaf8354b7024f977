/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SVG_TAG_H
#define REPORT_SVG_TAG_H

/* The tags of an SVG that gnuplot wrote, in place: nothing is copied. Thread-safe. */
#include <stdbool.h>
#include <stddef.h>

enum { SVG_ATTRIBUTES = 24 }; /* that are read; gnuplot writes fewer */

struct svg_text {
	const char *at;
	size_t length;
};

struct svg_attribute {
	struct svg_text name, value;
};

struct svg_tag {
	struct svg_text name;
	struct svg_attribute attributes[SVG_ATTRIBUTES];
	size_t count;
	bool closing, empty; /* </a>, <a/> */
};

bool svg_is(struct svg_text text, const char *word);

/* words is closed by NULL. */
bool svg_is_one_of(struct svg_text text, const char *const *words);

/* The value of a tag's attribute, or NULL. */
const struct svg_text *svg_value(const struct svg_tag *tag, const char *name);

/* Read a tag from its '<' on; what follows it, the end of the text where it is broken off. */
const char *svg_read_tag(const char *in, struct svg_tag *tag);

/* From what follows its tag, what follows an element; it holds no other of its name. */
const char *svg_skip_element(const char *in, struct svg_text name);

const char *svg_skip_blank(const char *in);

#endif
