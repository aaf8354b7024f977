/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../markdown.h"
#include "../table.h"
#include "../workloads/workload.h"
#include "export.h"

/* The reasons of one table, numbered from 1 in the order of their cells. */
struct footnotes {
	const char **reasons;
	size_t count;
};

/* The number of a reason; 0 for none, or without memory: the status stands without it then. */
static size_t footnote(struct footnotes *notes, const char *reason)
{
	if (!*reason)
		return 0;
	for (size_t i = 0; i < notes->count; i++)
		if (strcmp(notes->reasons[i], reason) == 0)
			return i + 1;
	const char **reasons = realloc(notes->reasons, (notes->count + 1) * sizeof *reasons);
	if (!reasons)
		return 0;
	notes->reasons = reasons;
	reasons[notes->count++] = reason;
	return notes->count;
}

/* Three digits and a prefix, as in "12.3 k" or "450 µ": a unit can follow. */
static void put_si(double value, FILE *out)
{
	static const char *const prefixes[] = { "n", "µ", "m", "", "k", "M", "G", "T" };
	char digits[32];
	int place = 3;

	snprintf(digits, sizeof digits, "%.2e", value);
	value = strtod(digits, NULL); /* rounded first, so that 999.9 becomes 1 k */
	for (; fabs(value) >= 1000 && place < 7; place++)
		value /= 1000;
	for (; value != 0 && fabs(value) < 1 && place > 0; place--)
		value *= 1000;
	fprintf(out, *prefixes[place] ? "%.3g %s" : "%.3g%s", value, prefixes[place]);
}

static void put_interval(struct estimate interval, const char *unit, FILE *out)
{
	double percent = 50 * (interval.high - interval.low) / interval.median;

	if (isnan(interval.median)) {
		fputs("–", out);
		return;
	}
	put_si(interval.median, out);
	fputs(unit, out);
	if (isfinite(percent))
		fprintf(out, percent < 9.95 ? " ±%.1f%%" : " ±%.0f%%", percent);
}

static void put_seconds(struct estimate interval, double seconds_per_unit, FILE *out)
{
	interval.median *= seconds_per_unit;
	interval.low *= seconds_per_unit;
	interval.high *= seconds_per_unit;
	bool prefixed = interval.median != 0 &&
		(interval.median < 0.9995 || interval.median >= 999.5);
	put_interval(interval, prefixed ? "s" : " s", out);
}

/* As in the terminal's table, with half its interval. */
static void put_figure(struct estimate interval, const char *unit, FILE *out)
{
	double percent = 50 * (interval.high - interval.low) / interval.median;
	char text[16];

	fputs(isnan(interval.median) ? "–" : format_figure(interval.median, unit, text), out);
	if (isfinite(percent))
		fprintf(out, percent < 9.95 ? " ±%.1f%%" : " ±%.0f%%", percent);
}

static void put_throughput(const json_t *cell, struct footnotes *notes, FILE *out)
{
	if (!cell) {
		fputs("not run", out);
	} else if (cell_ok(cell)) {
		put_interval(cell_estimate(cell, "throughput_per_s"), "", out);
	} else {
		size_t number = footnote(notes, text_at(cell, "reason"));
		markdown_text(text_at(cell, "status"), out);
		if (number)
			fprintf(out, " <sup>%zu</sup>", number);
	}
}

static void put_row(
	const struct group *group, const char *model, struct footnotes *notes, FILE *out)
{
	json_int_t highest = group->concurrencies[group->concurrency_count - 1];
	const json_t *cell = group_cell(group, model, highest);

	fputs("| ", out);
	markdown_text(model, out);
	for (size_t i = 0; i < group->concurrency_count; i++) {
		fputs(" | ", out);
		put_throughput(group_cell(group, model, group->concurrencies[i]), notes, out);
	}
	if (!cell_ok(cell))
		cell = NULL;
	fputs(" | ", out);
	put_seconds(cell_estimate(cell, "latency_p99_ns"), 1e-9, out);
	fputs(" | ", out);
	put_seconds(cell_estimate(cell, "cpu_per_task_s"), 1, out);
	for (const struct figure *figure = group_figures(group); figure && figure->name; figure++) {
		fputs(" | ", out);
		put_figure(cell_figure(cell, figure->name), figure->unit, out);
	}
	fputs(" |\n", out);
}

static void put_head(const struct group *group, FILE *out)
{
	json_int_t highest = group->concurrencies[group->concurrency_count - 1];
	size_t columns = group->concurrency_count + 2;

	fputs("| model", out);
	for (size_t i = 0; i < group->concurrency_count; i++)
		fprintf(out, " | %s%sat %" JSON_INTEGER_FORMAT,
			i == 0 ? group_operation(group) : "", i == 0 ? "/s " : "",
			group->concurrencies[i]);
	fprintf(out, " | p99 at %" JSON_INTEGER_FORMAT " | CPU/%s at %" JSON_INTEGER_FORMAT,
		highest, group_operation_short(group), highest);
	for (const struct figure *figure = group_figures(group); figure && figure->name; figure++) {
		fprintf(out, " | %s", figure->name);
		columns++;
	}
	fputs(" |\n|:--", out);
	for (size_t i = 0; i < columns; i++)
		fputs("|--:", out);
	fputs("|\n", out);
}

static void put_params(const json_t *params, FILE *out)
{
	char *text = NULL;
	size_t size = 0;
	FILE *plain = open_memstream(&text, &size);

	if (!plain)
		return;
	params_print(params, ", ", "", plain);
	if (fclose(plain) == 0)
		markdown_text(text, out);
	free(text);
}

/* The workload, its parameters, and what the numbers of its table are. */
static void put_caption(const struct group *group, FILE *out)
{
	size_t least, most;
	double confidence = group_confidence(group, "throughput_per_s");

	fputs("### ", out);
	markdown_text(group->workload, out);
	fputs("\n\n", out);
	if (json_object_size(group->params) > 0) {
		put_params(group->params, out);
		fputs("; ", out);
	}
	if (group_demonstration(group))
		fputs("a demonstration: wrong on purpose, so its speed stands for nothing; ", out);
	group_trials(group, &least, &most);
	if (most == 0) {
		fputs("no cell is ok.\n\n", out);
		return;
	}
	fprintf(out, "throughput by concurrency, median of %zu", least);
	if (least != most)
		fprintf(out, " to %zu", most);
	fputs(most == 1 ? " trial" : " trials", out);
	if (!isnan(confidence))
		fprintf(out, " ± half the %.3g%% interval", 100 * confidence);
	fputs(".\n\n", out);
}

static void put_group(const struct group *group, FILE *out)
{
	struct footnotes notes = { 0 };

	put_caption(group, out);
	put_head(group, out);
	for (size_t i = 0; i < group->model_count; i++)
		put_row(group, group->models[i], &notes, out);
	putc('\n', out);
	for (size_t i = 0; i < notes.count; i++) {
		fprintf(out, "%zu. ", i + 1);
		markdown_text(notes.reasons[i], out);
		putc('\n', out);
	}
	if (notes.count > 0)
		putc('\n', out);
	free(notes.reasons);
}

/* Where the numbers come from, and what was odd about it. */
static void put_machine(const json_t *root, FILE *out)
{
	static const char *const facts[] = { "cpu", "kernel", "os", "compiler", "flags" };
	const json_t *machine = json_object_get(root, "environment");
	json_t *warning;
	size_t i;

	fputs("Measured", out);
	if (*text_at(root, "started")) {
		fputs(" ", out);
		markdown_text(text_at(root, "started"), out);
	}
	if (*text_at(root, "imported")) {
		fputs(" by ", out);
		markdown_text(text_at(root, "imported"), out);
		fputs(", imported", out);
	}
	fputs(" by concbench ", out);
	markdown_text(text_at(root, "version"), out);
	if (!isnan(number_at(machine, "cores")))
		fprintf(out, " on %g cores", number_at(machine, "cores"));
	for (i = 0; i < sizeof facts / sizeof facts[0]; i++) {
		fputs(*text_at(machine, facts[i]) ? ", " : "", out);
		markdown_text(text_at(machine, facts[i]), out);
	}
	fputs(".\n", out);
	if (json_is_false(json_object_get(root, "complete")))
		fputs("\n**The run was not finished: cells may be missing.**\n", out);
	if (json_array_size(json_object_get(machine, "warnings")) > 0)
		fputs("\nWarnings:\n\n", out);
	json_array_foreach(json_object_get(machine, "warnings"), i, warning)
	{
		fputs("- ", out);
		markdown_text(json_is_string(warning) ? json_string_value(warning) : "?", out);
		putc('\n', out);
	}
}

int export_markdown(const json_t *root, FILE *out, FILE *notes)
{
	struct groups groups;
	int err = groups_init(&groups, root);

	(void)notes; /* nothing is left out */
	if (err)
		return err;
	for (size_t i = 0; i < groups.count; i++)
		put_group(&groups.list[i], out);
	put_machine(root, out);
	groups_free(&groups);
	return 0;
}
