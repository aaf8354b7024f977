/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plot_table.h"

static const double machine_gap = 1; /* runs' widths, left free where the machine changes */

/* What one of the measure's unit is in the picture's. */
static double unit_of(const struct measure *measure)
{
	return strcmp(measure->unit, "ns") == 0     ? 1e-9
		: strcmp(measure->unit, "KiB") == 0 ? 1024
						    : 1;
}

static const char *unit_name(const struct measure *measure)
{
	return strcmp(measure->unit, "ns") == 0     ? "s"
		: strcmp(measure->unit, "KiB") == 0 ? "B"
						    : measure->unit;
}

bool picture_has_both(const struct history_series *a, const struct history_series *b)
{
	const json_t *first = a->points[0]->cell, *second = b->points[0]->cell;

	return a->variant == b->variant &&
		strcmp(text_at(first, "workload"), text_at(second, "workload")) == 0 &&
		json_equal(json_object_get(first, "concurrency"),
			json_object_get(second, "concurrency"));
}

/* A panel for the series, if it has a value. */
static int add_panel(struct picture *picture, const struct history_series *series)
{
	struct picture_panel *panel = &picture->panels[picture->panel_count];
	int err = history_levels(series, picture->measure, &panel->levels, &panel->level_count);

	panel->series = series;
	picture->panel_count += panel->level_count > 0;
	return err;
}

/* Runs stand side by side, whatever the time between them. */
static void place_runs(struct picture *picture, const struct history *history)
{
	const struct history_run *before = NULL;
	double place = 0;

	for (size_t i = 0; i < picture->panel_count; i++)
		for (size_t k = 0; k < picture->panels[i].series->count; k++)
			picture->places[picture->panels[i].series->points[k]->run->rank] = 0;
	for (size_t i = 0; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		if (isnan(picture->places[i]))
			continue;
		if (before)
			place += run->machine == before->machine ? 1 : 1 + machine_gap;
		picture->places[i] = place;
		before = run;
	}
}

int picture_init(struct picture *picture, const struct history *history,
	const struct history_view *view, const struct history_series *of)
{
	int err = 0;

	*picture = (struct picture){
		.measure = view->measure,
		.panels = calloc(history->series_count, sizeof *picture->panels),
		.places = malloc(history->run_count * sizeof *picture->places),
	};
	if (!picture->panels || !picture->places)
		err = -ENOMEM;
	for (size_t i = 0; i < history->run_count && !err; i++)
		picture->places[i] = NAN;
	for (size_t i = 0; i < history->series_count && !err; i++)
		if (history_selected(view, &history->series[i]) &&
			picture_has_both(&history->series[i], of))
			err = add_panel(picture, &history->series[i]);
	if (err) {
		picture_free(picture);
		return err;
	}
	place_runs(picture, history);
	return 0;
}

void picture_free(struct picture *picture)
{
	for (size_t i = 0; i < picture->panel_count; i++)
		free(picture->panels[i].levels);
	free(picture->panels);
	free(picture->places);
	*picture = (struct picture){ 0 };
}

static double place_of(const struct picture *picture, const struct history_point *point)
{
	return picture->places[point->run->rank];
}

static void put_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, "\t%.9g", value);
	else
		fputs("\tNaN", out);
}

void picture_put_points(const struct picture *picture, FILE *out)
{
	double unit = unit_of(picture->measure);

	for (size_t i = 0; i < picture->panel_count; i++) {
		const struct history_series *series = picture->panels[i].series;
		for (size_t k = 0; k < series->count; k++) {
			const struct history_point *point = series->points[k];
			const struct estimate *estimate =
				&point->measures[picture->measure - measures];
			fprintf(out, "%g", place_of(picture, point));
			put_number(estimate->median * unit, out);
			put_number(estimate->low * unit, out);
			put_number(estimate->high * unit, out);
			fprintf(out, "\t%d\n",
				history_failed(point)       ? 2
					: point->run->dirty ? 1
							    : 0);
		}
		fputs("\n\n", out);
	}
}

/* Halfway to what joins the level on that side, or a little beyond its own point. */
static double edge(const struct picture *picture, const struct picture_panel *panel, size_t from,
	size_t to, double beyond)
{
	double place = place_of(picture, panel->series->points[from]);

	if (to == from)
		return place + beyond;
	return (place + place_of(picture, panel->series->points[to])) / 2;
}

void picture_put_levels(const struct picture *picture, FILE *out)
{
	double unit = unit_of(picture->measure);

	for (size_t i = 0; i < picture->panel_count; i++) {
		const struct picture_panel *panel = &picture->panels[i];
		for (size_t k = 0; k < panel->level_count; k++) {
			const struct history_level *level = &panel->levels[k];
			size_t first = level->from, last = level->to - 1;
			bool joined = k + 1 < panel->level_count && level[1].change;
			fprintf(out, "%g\t%.9g\n",
				edge(picture, panel, first,
					level->change ? level[-1].to - 1 : first, -0.4),
				level->value * unit);
			fprintf(out, "%g\t%.9g\n%s",
				edge(picture, panel, last, joined ? level[1].from : last, 0.4),
				level->value * unit, joined ? "" : "\n");
		}
		fputs("\n", out);
	}
}

void picture_put_changes(const struct picture *picture, FILE *out)
{
	double unit = unit_of(picture->measure);

	for (size_t i = 0; i < picture->panel_count; i++) {
		const struct picture_panel *panel = &picture->panels[i];
		fputs("NaN\tNaN\tNaN\t\t0\n", out); /* so that each panel has a block */
		for (size_t k = 1; k < panel->level_count; k++) {
			const struct history_level *level = &panel->levels[k];
			double from = level[-1].value, to = level->value;
			if (!level->change)
				continue;
			fprintf(out, "%g\t%.9g\t%.9g\t%+.1f %%\t%d\n",
				edge(picture, panel, level->from, level[-1].to - 1, 0), from * unit,
				to * unit, 100 * (to - from) / from,
				history_better(picture->measure, from, to));
		}
		fputs("\n\n", out);
	}
}

/* Of all that a panel shows of its points. */
static void panel_range(
	const struct picture *picture, const struct picture_panel *panel, double *low, double *high)
{
	*low = *high = NAN;
	for (size_t i = 0; i < panel->series->count; i++) {
		const struct estimate *estimate =
			&panel->series->points[i]->measures[picture->measure - measures];
		*low = fmin(*low, fmin(estimate->median, estimate->low));
		*high = fmax(*high, fmax(estimate->median, estimate->high));
	}
}

static void put_panels(const struct picture *picture, FILE *out)
{
	double unit = unit_of(picture->measure), low, high;

	fprintf(out,
		"panels_n = %zu\narray names[panels_n]\narray lows[panels_n]\n"
		"array highs[panels_n]\n",
		picture->panel_count);
	for (size_t i = 0; i < picture->panel_count; i++) {
		const struct picture_panel *panel = &picture->panels[i];
		panel_range(picture, panel, &low, &high);
		fprintf(out, "lows[%zu] = %.9g\nhighs[%zu] = %.9g\nnames[%zu] = ", i + 1,
			low * unit, i + 1, high * unit, i + 1);
		plot_put_quoted(text_at(panel->series->points[0]->cell, "model"), out);
		putc('\n', out);
	}
}

/* The date and commit of the runs that the picture has. */
static void put_runs(const struct picture *picture, const struct history *history, FILE *out)
{
	char label[64];
	size_t count = 0;

	for (size_t i = 0; i < history->run_count; i++)
		count += !isnan(picture->places[i]);
	fprintf(out, "runs_n = %zu\narray run_places[runs_n]\narray run_names[runs_n]\n", count);
	count = 0;
	for (size_t i = 0; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		if (isnan(picture->places[i]))
			continue;
		snprintf(label, sizeof label, "%.10s %.12s%s", run->started, run->commit,
			run->dirty ? "*" : "");
		fprintf(out, "run_places[%zu] = %g\nrun_names[%zu] = ", count + 1,
			picture->places[i], count + 1);
		plot_put_quoted(label, out);
		putc('\n', out);
		count++;
	}
}

/* Where a break is between runs that the picture has, and what is new after it. */
static void put_breaks(const struct picture *picture, const struct history *history, FILE *out)
{
	const struct history_run *before = NULL;
	size_t count = 0;
	char label[128], text[128];

	fprintf(out, "array break_places[%zu]\narray break_names[%zu]\n", history->run_count,
		history->run_count);
	for (size_t i = 0; i < history->run_count; i++) {
		const struct history_run *run = &history->runs[i];
		if (isnan(picture->places[i]))
			continue;
		if (before && before->machine != run->machine) {
			const char *fact = history_break(before, run, text);
			if (fact)
				snprintf(label, sizeof label, "another %s: %.60s", fact, text);
			else
				strcpy(label, "others in between");
			count++;
			fprintf(out, "break_places[%zu] = %g\nbreak_names[%zu] = ", count,
				picture->places[i] - (1 + machine_gap) / 2, count);
			plot_put_quoted(label, out);
			putc('\n', out);
		}
		before = run;
	}
	fprintf(out, "breaks_n = %zu\n", count);
}

void picture_put_facts(const struct picture *picture, const struct history *history, FILE *out)
{
	static const char *const betters[] = { "", "higher is better", "lower is better" };
	const json_t *cell = picture->panels[0].series->points[0]->cell;

	fputs("workload = ", out);
	plot_put_quoted(text_at(cell, "workload"), out);
	fprintf(out, "\nconcurrency = %lld\ntasks = %lld\n",
		(long long)json_integer_value(json_object_get(cell, "concurrency")),
		(long long)json_integer_value(json_object_get(cell, "tasks")));
	plot_put_parameters(json_object_get(cell, "params"), out);
	fprintf(out, "metric = '%s'\nunit = '%s'\nbetter = '%s'\n", picture->measure->key,
		unit_name(picture->measure), betters[picture->measure->better]);
	put_panels(picture, out);
	put_runs(picture, history, out);
	put_breaks(picture, history, out);
}
