/* SPDX-License-Identifier: MIT */
#ifndef REPORT_HTML_H
#define REPORT_HTML_H

/*
 * HTML being written: markup goes to out, whatever comes from a file to text, in which no
 * character is markup, neither between tags nor in a quoted attribute. Both may be
 * written to in turns.
 */
#include <stddef.h>
#include <stdio.h>

struct html {
	FILE *out;
	FILE *text; /* of html_open */
};

/* Begin to write to out. 0 or -ENOMEM. html_close closes text alone. */
int html_open(struct html *html, FILE *out);

/* 0, or -EIO where something of text was not written. */
int html_close(struct html *html);

#endif
