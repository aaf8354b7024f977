/* SPDX-License-Identifier: MIT */
#ifndef BENCH_MARKDOWN_H
#define BENCH_MARKDOWN_H

#include <stdio.h>

/* What Markdown takes for markup, within a line or a table. */
#define MARKDOWN_MARKS "\\`*_{}[]<>#|~&"

/* Write a text of unknown origin: no character of it is markup and it stays on its line. */
void markdown_text(const char *text, FILE *out);

#endif
