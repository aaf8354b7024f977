/* SPDX-License-Identifier: MIT */
/* A timeline for a terminal: at most 20 lines of 80 columns. */
#include <string.h>

#include "../table.h"
#include "outputs.h"
#include "timeline.h"

enum { WIDTH = 80, ROWS = 13, STEPS = 4 };

static const char signs[CELLS] = {
	[CELL_NONE] = ' ',
	[CELL_QUEUED] = '.',
	[CELL_WAITING] = '-',
	[CELL_PARTLY] = '+',
	[CELL_RUNNING] = '#',
};

/* As a terminal is told: faint, yellow, green, and green the other way round. */
static const char *const colours[CELLS] = {
	[CELL_NONE] = "",
	[CELL_QUEUED] = "\033[2m",
	[CELL_WAITING] = "\033[33m",
	[CELL_PARTLY] = "\033[32m",
	[CELL_RUNNING] = "\033[7;32m",
};

struct gantt {
	const struct timeline *timeline;
	size_t rows;
	int left, columns; /* of the names, and of the bars */
	bool colour;
	FILE *out;
};

static void lay_out(struct gantt *gantt)
{
	const struct timeline *timeline = gantt->timeline;
	char text[TIMELINE_NAME];
	int right = 0;

	gantt->rows = timeline->count > ROWS ? ROWS : timeline->count;
	for (size_t i = 0; i < gantt->rows; i++) {
		const struct strand *strand = &timeline->strands[i];
		int name = strlen(strand_name(strand, text));
		int places = strlen(strand_places(timeline, strand, text));
		gantt->left = name > gantt->left ? name : gantt->left;
		right = places > right ? places : right;
	}
	gantt->columns = WIDTH - gantt->left - right - 4;
}

static void put_cells(const struct gantt *gantt, const unsigned char *cells)
{
	for (int c = 0; c < gantt->columns; c++) {
		bool changes = c == 0 || cells[c] != cells[c - 1];
		if (gantt->colour && changes)
			fprintf(gantt->out, "\033[m%s", colours[cells[c]]);
		fputc(signs[cells[c]], gantt->out);
	}
	if (gantt->colour)
		fputs("\033[m", gantt->out);
}

static void put_row(const struct gantt *gantt, const struct strand *strand)
{
	unsigned char cells[RASTER_MAX];
	char name[TIMELINE_NAME], places[TIMELINE_NAME];

	raster(gantt->timeline, strand, gantt->columns, cells);
	fprintf(gantt->out, "%-*s |", gantt->left, strand_name(strand, name));
	put_cells(gantt, cells);
	fprintf(gantt->out, "| %s\n", strand_places(gantt->timeline, strand, places));
}

/* The axis, and below it its times. */
static void put_axis(const struct gantt *gantt)
{
	int64_t length_ns = gantt->timeline->length_ns, step_ns = raster_step_ns(length_ns, STEPS);
	char axis[WIDTH + 1], times[WIDTH + 16], text[16];

	memset(axis, '-', sizeof axis);
	memset(times, ' ', sizeof times);
	for (int64_t at_ns = 0; at_ns <= length_ns; at_ns += step_ns) {
		int column = length_ns > 0 ? (int)(at_ns * gantt->columns / length_ns) : 0;
		format_time(at_ns / 1e9, text);
		axis[column] = '+';
		if (gantt->left + 2 + column + strlen(text) <= WIDTH)
			memcpy(times + column, at_ns ? text : "0", at_ns ? strlen(text) : 1);
	}
	int last = WIDTH - gantt->left - 2;
	while (times[last - 1] == ' ')
		last--;
	fprintf(gantt->out, "%*s%.*s\n", gantt->left + 2, "", gantt->columns, axis);
	fprintf(gantt->out, "%*s%.*s\n", gantt->left + 2, "", last, times);
}

static void put_legend(const struct gantt *gantt)
{
	for (int cell = CELLS - 1; cell > CELL_NONE; cell--)
		fprintf(gantt->out, "%s%s%c%s %s", cell == CELLS - 1 ? "" : "   ",
			gantt->colour ? colours[cell] : "", signs[cell],
			gantt->colour ? "\033[m" : "", raster_words[cell]);
	fputc('\n', gantt->out);
}

void timeline_text(const struct timeline *timeline, bool colour, FILE *out)
{
	struct gantt gantt = { .timeline = timeline, .colour = colour, .out = out };

	lay_out(&gantt);
	timeline_title(timeline, out);
	fputc('\n', out);
	timeline_sums(timeline, out);
	fputc('\n', out);
	for (size_t i = 0; i < gantt.rows; i++)
		put_row(&gantt, &timeline->strands[i]);
	if (timeline->count > gantt.rows)
		fprintf(out, "%*s and %zu more, which an SVG or JSON file shows\n", gantt.left, "",
			timeline->count - gantt.rows);
	put_axis(&gantt);
	put_legend(&gantt);
}
