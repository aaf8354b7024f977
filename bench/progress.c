/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../models/io.h"

enum { BAR_CELLS = 24, LINE_EVERY_S = 15 };

void progress_start(struct progress *progress, double total_s)
{
	const char *terminal = getenv("TERM");

	*progress = (struct progress){
		.terminal = isatty(STDERR_FILENO) && terminal && strcmp(terminal, "dumb") != 0,
		.total_s = total_s,
		.start_ns = io_now_ns(),
	};
}

/* What is left by the clock, if the rest goes as what was done. */
static double left_s(const struct progress *progress, double elapsed_s)
{
	if (progress->done_s <= 0)
		return progress->total_s;
	return elapsed_s * (progress->total_s - progress->done_s) / progress->done_s;
}

void progress_show(struct progress *progress, const char *what)
{
	int64_t now_ns = io_now_ns();
	double elapsed_s = (now_ns - progress->start_ns) / 1e9;
	double share = progress->total_s > 0 ? progress->done_s / progress->total_s : 1;
	double since_s = (now_ns - progress->printed_ns) / 1e9;
	char bar[BAR_CELLS + 1];

	if (since_s < (progress->terminal ? 0.05 : LINE_EVERY_S))
		return;
	progress->printed_ns = now_ns;
	for (int i = 0; i < BAR_CELLS; i++)
		bar[i] = i < share * BAR_CELLS ? '#' : '.';
	bar[BAR_CELLS] = '\0';
	int left = (int)(left_s(progress, elapsed_s) + 0.5);
	if (progress->terminal)
		fprintf(stderr, "\r\033[K[%s] %3.0f %%  %d:%02d left  %s", bar, share * 100,
			left / 60, left % 60, what);
	else
		fprintf(stderr, "%3.0f %%  %d:%02d left  %s\n", share * 100, left / 60, left % 60,
			what);
	fflush(stderr);
}

void progress_end(struct progress *progress)
{
	if (progress->terminal)
		fputs("\r\033[K", stderr);
}
