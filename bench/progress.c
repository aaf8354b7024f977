/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdlib.h>
#include <string.h>

#include "../models/io.h"

enum { BAR_CELLS = 24 };

static const double bar_every_s = 0.05, table_every_s = 0.5, line_every_s = 15, page_s = 4;

void progress_start(struct progress *progress)
{
	*progress = (struct progress){
		.terminal = screen_is_terminal(stderr),
		.start_ns = io_now_ns(),
	};
}

static size_t count_lines(const char *text, const char *end)
{
	size_t lines = 0;

	for (; text < end; text++)
		lines += *text == '\n';
	return lines;
}

static const char *skip_lines(const char *text, size_t lines)
{
	while (lines-- > 0)
		text = strchr(text, '\n') + 1;
	return text;
}

/*
 * Lay text out in pages of that many lines, broken at its empty lines where that
 * can be, and print the wanted one, if any. How many pages there are.
 */
static size_t lay_out(const char *text, size_t height, size_t wanted, FILE *out)
{
	size_t page = 0, used = 0;

	while (*text) {
		const char *gap = strstr(text, "\n\n");
		const char *end = gap ? gap + 2 : text + strlen(text);
		size_t lines = count_lines(text, end);
		if (lines > height) {
			end = skip_lines(text, height);
			lines = height;
		}
		if (used > 0 && used + lines > height) {
			page++;
			used = 0;
		}
		used += lines;
		if (page == wanted)
			fwrite(text, 1, end - text, out);
		text = end;
	}
	return page + 1;
}

/* The table's page whose turn it is, to be freed; NULL without memory. */
static char *make_page(const struct progress *progress)
{
	double since_s = (double)(io_now_ns() - progress->start_ns) / 1e9;
	size_t size, rows = screen_height(), height = rows > 1 ? rows - 1 : 1;
	char *text = NULL, *page = NULL;
	FILE *table = open_memstream(&text, &size), *out = open_memstream(&page, &size);

	if (table) {
		progress->table(progress->arg, screen_has_colours(stderr), table);
		fclose(table);
	}
	if (text && out) {
		const char *first = text + strspn(text, "\n");
		size_t pages = lay_out(first, height, SIZE_MAX, NULL);
		lay_out(first, height, (size_t)(since_s / page_s) % pages, out);
	}
	if (out)
		fclose(out);
	free(text);
	return page;
}

static void draw(struct progress *progress, const char *bar)
{
	char *page = progress->table ? make_page(progress) : NULL;

	screen_draw(&progress->screen, page ? page : "", bar);
	free(page);
}

void progress_show(struct progress *progress, size_t done, size_t total, const char *what)
{
	double every_s = !progress->terminal ? line_every_s
		: progress->table            ? table_every_s
					     : bar_every_s;
	double share = total > 0 ? (double)done / total : 1;
	int64_t now_ns = io_now_ns();
	char left[32] = "", bar[BAR_CELLS + 1] = "", line[256];

	if (!progress->shown)
		progress->first = done;
	else if ((now_ns - progress->printed_ns) / 1e9 < every_s)
		return;
	progress->shown = true;
	progress->printed_ns = now_ns;
	if (done > progress->first) {
		double each_s = (now_ns - progress->start_ns) / 1e9 / (done - progress->first);
		int left_s = (int)(each_s * (total - done) + 0.5);
		snprintf(left, sizeof left, "  %d:%02d left", left_s / 60, left_s % 60);
	}
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < share * BAR_CELLS ? '#' : '.';
	if (progress->terminal) {
		snprintf(line, sizeof line, "[%s] %3.0f %%%s  %s", bar, share * 100, left, what);
		draw(progress, line);
	} else {
		fprintf(stderr, "%3.0f %%%s  %s\n", share * 100, left, what);
	}
}

void progress_end(struct progress *progress)
{
	if (progress->terminal)
		screen_clear(&progress->screen);
}
