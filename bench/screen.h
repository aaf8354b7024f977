/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SCREEN_H
#define BENCH_SCREEN_H

/*
 * Some lines at the end of what a terminal shows, drawn again and again in their
 * place. No mode of the terminal is changed, so however the program ends, the
 * terminal is as it was. One struct is of one thread.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { SCREEN_LINES = 200 };

/* Where there are colours: what to print before what is good, bad or missing, and after it. */
#define SCREEN_GOOD "\033[1;32m"
#define SCREEN_BAD "\033[31m"
#define SCREEN_DIM "\033[2m"
#define SCREEN_PLAIN "\033[0m"

struct screen {
	uint16_t widths[SCREEN_LINES]; /* in columns, of what is drawn */
	size_t lines;
};

/* Whether stream is a terminal on which lines can be drawn in place. */
bool screen_is_terminal(FILE *stream);

/* Whether stream is one, and the user has not forbidden colours by NO_COLOR. */
bool screen_has_colours(FILE *stream);

/* How many lines standard error has; 24 where it does not say. */
size_t screen_height(void);

/*
 * Draw on standard error, in the place of what was drawn before: as many of the
 * lines above as there is room for, and the last line. Each is cut off at the
 * terminal's width, which may have changed. They may have colours, which end
 * with their line.
 */
void screen_draw(struct screen *screen, const char *above, const char *last);

/* Take away what is drawn. */
void screen_clear(struct screen *screen);

#endif
