/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../models/io.h"

enum { BAR_CELLS = 24 };

static const double bar_every_s = 0.05, line_every_s = 15;

void progress_start(struct progress *progress)
{
	const char *terminal = getenv("TERM");

	*progress = (struct progress){
		.terminal = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0,
		.start_ns = io_now_ns(),
	};
}

static void draw(const struct progress *progress, double share, const char *left, const char *what)
{
	char bar[BAR_CELLS + 1] = "";

	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < share * BAR_CELLS ? '#' : '.';
	if (progress->terminal)
		fprintf(stderr, "\r\033[K[%s] %3.0f %%%s  %s", bar, share * 100, left, what);
	else
		fprintf(stderr, "%3.0f %%%s  %s\n", share * 100, left, what);
}

void progress_show(struct progress *progress, size_t done, size_t total, const char *what)
{
	int64_t now_ns = io_now_ns();
	char left[32] = "";

	if (!progress->shown)
		progress->first = done;
	else if ((now_ns - progress->printed_ns) / 1e9 <
		(progress->terminal ? bar_every_s : line_every_s))
		return;
	progress->shown = true;
	progress->printed_ns = now_ns;
	if (done > progress->first) {
		double each_s = (now_ns - progress->start_ns) / 1e9 / (done - progress->first);
		int left_s = (int)(each_s * (total - done) + 0.5);
		snprintf(left, sizeof left, "  %d:%02d left", left_s / 60, left_s % 60);
	}
	draw(progress, total > 0 ? (double)done / total : 1, left, what);
}

void progress_end(const struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}
