/* SPDX-License-Identifier: MIT */
#include "svg_colour.h"

#include <stdio.h>
#include <string.h>

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

static bool read_colour(const char *text, unsigned *rgb)
{
	unsigned r, g, b;

	if (strcmp(text, "black") == 0)
		*rgb = 0;
	else if (strlen(text) == 7 && sscanf(text, "#%6x", rgb) == 1)
		return true;
	else if (sscanf(text, "rgb(%u,%u,%u)", &r, &g, &b) == 3)
		*rgb = (r & 255) << 16 | (g & 255) << 8 | (b & 255);
	else
		return false;
	return true;
}

const char *svg_colour(struct svg_text value, char text[static SVG_COLOUR])
{
	unsigned rgb;

	snprintf(text, SVG_COLOUR, "%.*s", (int)value.length, value.at);
	if (!read_colour(text, &rgb))
		return text;
	for (size_t i = 0; i < sizeof colours / sizeof *colours; i++)
		if (colours[i].rgb == rgb)
			return colours[i].name;
	snprintf(text, SVG_COLOUR, "#%06x", rgb & 0xffffff);
	return text;
}
