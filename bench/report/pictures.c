/* SPDX-License-Identifier: MIT */
#include "pictures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../cli.h"
#include "../gnuplot.h"
#include "../stop.h"
#include "../workdir.h"
#include "file.h"
#include "svg.h"

static const char *const format = "svg";

/* One picture of throughput is enough: bars where there is no line to draw. */
static bool is_wanted(const struct group *group, enum plot_kind kind)
{
	size_t least, most;

	group_trials(group, &least, &most);
	if (most == 0)
		return false;
	if (kind == PLOT_BARS)
		return group->concurrency_count == 1;
	return kind != PLOT_THROUGHPUT || group->concurrency_count > 1;
}

static bool any_wanted(const struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		if (is_wanted(&groups->list[i], PLOT_COST))
			return true;
	return false;
}

/* 0 or -errno. */
static int take_picture(struct report *report, size_t i, enum plot_kind kind, const char *dir)
{
	char name[PLOT_NAME], path[WORKDIR_MAX + PLOT_NAME + 8], *svg;

	plot_picture_name(&report->groups->list[i], kind, name);
	snprintf(path, sizeof path, "%s/%s.%s", dir, name, format);
	int err = file_read(path, &svg);
	if (err)
		return err;
	report->pictures[i][kind] = svg_inline(svg, report->labels[i]);
	if (!report->symbols)
		report->symbols = svg_symbols(svg);
	free(svg);
	return report->pictures[i][kind] && report->symbols ? 0 : -ENOMEM;
}

static int take_pictures(struct report *report, const char *dir)
{
	int err = 0;

	for (size_t i = 0; i < report->groups->count; i++)
		for (enum plot_kind kind = 0; kind < PLOT_KINDS && !err; kind++)
			if (is_wanted(&report->groups->list[i], kind))
				err = take_picture(report, i, kind, dir);
	return err ? cli_error("report", "cannot read a picture in '%s': %s", dir, strerror(-err))
		   : EXIT_OK;
}

static int draw_in(struct report *report, const char *dir)
{
	struct gnuplot gnuplot;
	int status = gnuplot_open(&gnuplot, "report", dir, stop_on_signals());

	if (status)
		return status;
	status = plot_draw(&gnuplot, report->root, report->groups, &format, 1, is_wanted);
	gnuplot_close(&gnuplot, status);
	return status ? status : take_pictures(report, dir);
}

int pictures_draw(struct report *report)
{
	char dir[WORKDIR_MAX];

	report->pictures = calloc(report->groups->count + 1, sizeof *report->pictures);
	if (!report->pictures)
		return cli_error("report", "%s", strerror(ENOMEM));
	if (!any_wanted(report->groups))
		return EXIT_OK;
	int err = workdir_make(dir);
	if (err)
		return cli_error("report", "cannot make folder '%s': %s", dir, strerror(-err));
	int status = draw_in(report, dir);
	workdir_remove(dir);
	return status;
}

void pictures_free(struct report *report)
{
	for (size_t i = 0; report->pictures && i < report->groups->count; i++)
		for (enum plot_kind kind = 0; kind < PLOT_KINDS; kind++)
			free(report->pictures[i][kind]);
	free(report->pictures);
	free(report->symbols);
}
