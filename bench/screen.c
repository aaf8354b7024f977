/* SPDX-License-Identifier: MIT */
#include "screen.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

bool screen_is_terminal(FILE *stream)
{
	const char *terminal = getenv("TERM");

	return isatty(fileno(stream)) && terminal && strcmp(terminal, "dumb") != 0;
}

bool screen_has_colours(FILE *stream)
{
	const char *forbidden = getenv("NO_COLOR");

	return screen_is_terminal(stream) && !(forbidden && *forbidden);
}

static struct winsize size_now(void)
{
	struct winsize size = { 0 };

	ioctl(STDERR_FILENO, TIOCGWINSZ, &size);
	if (size.ws_col == 0)
		size.ws_col = 80;
	if (size.ws_row == 0)
		size.ws_row = 24;
	return size;
}

size_t screen_height(void)
{
	size_t rows = size_now().ws_row;

	return rows < SCREEN_LINES ? rows : SCREEN_LINES;
}

/*
 * Line by line, as some terminals keep what is cleared at once for scrolling back.
 * One that has become narrower has broken the lines that no longer fit.
 */
static void erase(const struct screen *screen, size_t columns, FILE *out)
{
	size_t up = 0;

	for (size_t i = 0; i < screen->lines; i++)
		up += 1 + (screen->widths[i] > 0 ? (screen->widths[i] - 1) / columns : 0);
	fputs("\r\033[K", out);
	while (up-- > 1)
		fputs("\033[A\033[K", out);
}

/* The bytes of a colour's escape sequence, or 0. */
static size_t escape_length(const char *text)
{
	size_t length = strcspn(text, "m\n");

	return text[0] == '\033' && text[length] == 'm' ? length + 1 : 0;
}

/* Print a line up to its end or so many columns, but all of its colours. Columns printed. */
static size_t put_line(const char *line, size_t most, FILE *out)
{
	size_t columns = 0, skip;

	for (; *line && *line != '\n'; line += skip) {
		skip = escape_length(line);
		bool is_new = !skip && (*line & 0xc0) != 0x80;
		bool fits = skip || columns + is_new <= most;
		columns += is_new;
		if (!skip)
			skip = 1;
		if (fits)
			fwrite(line, 1, skip, out);
	}
	return columns < most ? columns : most;
}

static void put_lines(
	struct screen *screen, const char *text, size_t most, size_t columns, FILE *out)
{
	while (*text && screen->lines < most) {
		if (screen->lines > 0)
			fputc('\n', out);
		screen->widths[screen->lines++] = put_line(text, columns, out);
		text += strcspn(text, "\n");
		text += *text == '\n';
	}
}

void screen_draw(struct screen *screen, const char *above, const char *last)
{
	const size_t columns = size_now().ws_col, height = screen_height();
	char *drawing = NULL;
	size_t bytes;
	FILE *out = open_memstream(&drawing, &bytes);

	if (!out)
		return;
	erase(screen, columns, out);
	screen->lines = 0;
	put_lines(screen, above, height - 1, columns - 1, out);
	put_lines(screen, last, height, columns - 1, out);
	fclose(out);
	fputs(drawing, stderr); /* at once, so that it does not flicker */
	free(drawing);
}

void screen_clear(struct screen *screen)
{
	if (screen->lines > 0)
		screen_draw(screen, "", "");
}
