/* SPDX-License-Identifier: MIT */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

/*
 * gnuplot's SVG as a part of a page: without what does not show, with one decimal, and
 * with the page's colours (plot/report/page.css) in place of those of plot/style.gp, so
 * that it is light or dark as the page is. Thread-safe. Texts are as gnuplot wrote them,
 * which escapes what is markup.
 */

/*
 * A picture, with label, plain text, as its name for a screen reader. It has no id of its
 * own, and refers to the symbols of svg_symbols. To be freed; NULL without memory.
 */
char *svg_inline(const char *svg, const char *label);

/* The symbols that points are drawn with: the same in all pictures, so a page has them once. */
char *svg_symbols(const char *svg);

#endif
