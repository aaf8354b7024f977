/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SVG_COLOUR_H
#define REPORT_SVG_COLOUR_H

#include "svg_tag.h"

enum { SVG_COLOUR = 32 };

/*
 * What stands for a colour of plot/style.gp in plot/report/page.css, as "var(--ink)";
 * another colour is itself. Thread-safe.
 */
const char *svg_colour(struct svg_text value, char text[static SVG_COLOUR]);

#endif
