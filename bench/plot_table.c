/* SPDX-License-Identifier: MIT */
#include "plot_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../models/model.h"

enum axis { THROUGHPUT, LATENCY, CPU, SWITCHES, AXES };

static const char *const axis_names[AXES] = { "throughput", "latency", "cpu", "switches" };

struct metric {
	const char *name; /* of the column */
	const char *key;  /* in a cell's summary */
	double unit;      /* what one of it is in the table */
	enum axis axis;   /* that it is drawn on */
};

static const struct metric metrics[] = {
	{ "throughput", "throughput_per_s", 1, THROUGHPUT },
	{ "p50", "latency_p50_ns", 1e-9, LATENCY },
	{ "p90", "latency_p90_ns", 1e-9, LATENCY },
	{ "p99", "latency_p99_ns", 1e-9, LATENCY },
	{ "p999", "latency_p99.9_ns", 1e-9, LATENCY },
	{ "max", "latency_max_ns", 1e-9, LATENCY },
	{ "cpu", "cpu_per_task_s", 1, CPU },
	{ "switches", "switches_per_task", 1, SWITCHES },
	{ NULL, NULL, 0, 0 },
};

enum { FIRST_METRIC = 5 }; /* its column, from 1 */

/* Of everything drawn on an axis. An axis in decades cannot show 0, so 0 is told apart. */
struct range {
	double min, max; /* of what is above 0; NAN when nothing is */
	bool zero;
};

/* Nobody measured what gnuplot could not even make an axis for. */
static double drawable(double value)
{
	return value == 0 || (value > 1e-15 && value < 1e15) ? value : NAN;
}

static struct estimate in_unit(const json_t *cell, const struct metric *metric)
{
	struct estimate interval = cell_estimate(cell, metric->key);

	interval.median = drawable(interval.median * metric->unit);
	interval.low = drawable(interval.low * metric->unit);
	interval.high = drawable(interval.high * metric->unit);
	return interval;
}

/* Whether a cell has a number to draw; others are drawn as a word. */
static bool has_value(const json_t *cell)
{
	return cell && cell_ok(cell) && !isnan(in_unit(cell, &metrics[0]).median);
}

/* What stands in the place of a number. */
static const char *word(const json_t *cell)
{
	if (!cell)
		return "not run";
	if (!cell_ok(cell))
		return text_at(cell, "status");
	return has_value(cell) ? "" : "no value";
}

void plot_put_columns(FILE *out)
{
	for (const struct metric *metric = metrics; metric->name; metric++)
		fprintf(out, "c_%s = %d\n", metric->name,
			(int)(FIRST_METRIC + 3 * (metric - metrics)));
}

/*
 * A text on its line and in its column, cut between characters of UTF-8 where
 * it is too long for a picture. gnuplot takes a column in double quotes apart.
 */
static void put_plain(const char *text, size_t size, FILE *out)
{
	for (size_t i = 0; text[i]; i++) {
		if (i >= size && (text[i] & 0xc0) != 0x80) {
			fputs("…", out);
			return;
		}
		putc((unsigned char)text[i] < ' ' ? ' ' : text[i] == '"' ? '\'' : text[i], out);
	}
}

void plot_put_quoted(const char *text, FILE *out)
{
	putc('\'', out);
	for (; *text; text++) {
		if (*text == '\'')
			putc('\'', out);
		putc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
	putc('\'', out);
}

static void put_fact(const char *name, const char *text, FILE *out)
{
	fprintf(out, "%s = ", name);
	plot_put_quoted(text, out);
	putc('\n', out);
}

static void put_number(double value, FILE *out)
{
	if (isfinite(value))
		fprintf(out, "\t%.9g", value);
	else
		fputs("\tNaN", out);
}

size_t plot_style(const char *const *names, const char *model)
{
	size_t place = 0;

	for (; models[place]; place++)
		if (strcmp(models[place]->name, model) == 0)
			return place + 1;
	for (size_t i = 0; strcmp(names[i], model) != 0; i++)
		place += !model_find(names[i]);
	return place + 1;
}

static void put_row(const struct group *group, const char *model, json_int_t concurrency, FILE *out)
{
	const json_t *cell = group_cell(group, model, concurrency);

	fprintf(out, "%s\t%zu\t%" JSON_INTEGER_FORMAT "\t%s", model,
		plot_style(group->models, model), concurrency, word(cell));
	for (const struct metric *metric = metrics; metric->name; metric++) {
		struct estimate interval = in_unit(has_value(cell) ? cell : NULL, metric);
		put_number(interval.median, out);
		put_number(interval.low, out);
		put_number(interval.high, out);
	}
	putc('\n', out);
}

void plot_put_table(const struct group *group, FILE *out)
{
	fputs("# model\tstyle\tconcurrency\tword", out);
	for (const struct metric *metric = metrics; metric->name; metric++)
		fprintf(out, "\t%s\t%s_low\t%s_high", metric->name, metric->name, metric->name);
	putc('\n', out);
	for (size_t m = 0; m < group->model_count; m++) {
		fputs(m > 0 ? "\n\n" : "", out);
		for (size_t c = 0; c < group->concurrency_count; c++)
			put_row(group, group->models[m], group->concurrencies[c], out);
	}
}

static size_t count_values(const struct group *group, const char *model)
{
	size_t count = 0;

	for (size_t c = 0; c < group->concurrency_count; c++)
		count += has_value(group_cell(group, model, group->concurrencies[c]));
	return count;
}

/* Whether the model has a cell that ran, or should have, and has no value. */
static bool has_words(const struct group *group, const char *model)
{
	for (size_t i = 0; i < group->cell_count; i++)
		if (strcmp(text_at(group->cells[i], "model"), model) == 0 &&
			!has_value(group->cells[i]))
			return true;
	return false;
}

/* The one word and reason of every cell that the model has, or NULL if they differ. */
static const json_t *same_everywhere(const struct group *group, const char *model)
{
	const json_t *first = NULL;

	for (size_t i = 0; i < group->cell_count; i++) {
		const json_t *cell = group->cells[i];
		if (strcmp(text_at(cell, "model"), model) != 0)
			continue;
		if (!first)
			first = cell;
		if (has_value(cell) || strcmp(word(first), word(cell)) != 0 ||
			strcmp(text_at(first, "reason"), text_at(cell, "reason")) != 0)
			return NULL;
	}
	return first;
}

/* A word a cell; or, where every cell says the same, that once and with its reason. */
static void put_model_words(const struct group *group, const char *model, size_t row, FILE *out)
{
	const json_t *same = same_everywhere(group, model);
	const json_int_t *concurrencies = group->concurrencies;

	if (same) {
		const char *reason = text_at(same, "reason");
		double ends = (double)concurrencies[0] *
			concurrencies[group->concurrency_count - 1];
		fprintf(out, "%zu\t%.9g\t%s%s", row, sqrt(ends), word(same), *reason ? ": " : "");
		put_plain(reason, 75, out);
		putc('\n', out);
		return;
	}
	for (size_t c = 0; c < group->concurrency_count; c++) {
		const json_t *cell = group_cell(group, model, concurrencies[c]);
		if (cell && !has_value(cell))
			fprintf(out, "%zu\t%" JSON_INTEGER_FORMAT "\t%s\n", row, concurrencies[c],
				word(cell));
	}
}

void plot_put_words(const struct group *group, FILE *out)
{
	size_t row = 0;

	fputs("# row\tx\ttext\n", out);
	for (size_t m = 0; m < group->model_count; m++)
		if (has_words(group, group->models[m]))
			put_model_words(group, group->models[m], ++row, out);
}

static void widen(struct range *range, double value)
{
	if (value <= 0)
		range->zero = true;
	if (!(value > 0) || !isfinite(value))
		return;
	range->min = fmin(range->min, value);
	range->max = fmax(range->max, value);
}

/* What is drawn on an axis, at one concurrency or, with 0, at all. */
static struct range axis_range(const struct group *group, enum axis axis, json_int_t concurrency)
{
	struct range range = { NAN, NAN, false };

	for (size_t i = 0; i < group->cell_count; i++) {
		const json_t *cell = group->cells[i];
		json_int_t here = json_integer_value(json_object_get(cell, "concurrency"));
		if (!has_value(cell) || (concurrency != 0 && here != concurrency))
			continue;
		for (const struct metric *metric = metrics; metric->name; metric++) {
			struct estimate interval = in_unit(cell, metric);
			if (metric->axis != axis)
				continue;
			widen(&range, interval.median);
			widen(&range, interval.low);
			widen(&range, interval.high);
		}
	}
	return range;
}

static size_t count_models_ok(const struct group *group, json_int_t concurrency)
{
	size_t count = 0;

	for (size_t m = 0; m < group->model_count; m++)
		count += has_value(group_cell(group, group->models[m], concurrency));
	return count;
}

json_int_t plot_concurrency(const struct group *group)
{
	json_int_t best = group->concurrencies[group->concurrency_count - 1];
	size_t most = 0;

	for (size_t c = group->concurrency_count; c-- > 0;) {
		size_t count = count_models_ok(group, group->concurrencies[c]);
		if (2 * count > group->model_count)
			return group->concurrencies[c];
		if (count > most) {
			most = count;
			best = group->concurrencies[c];
		}
	}
	return best;
}

static void put_ranges(const struct group *group, FILE *out)
{
	json_int_t concurrency = plot_concurrency(group);

	fprintf(out, "latency_concurrency = %" JSON_INTEGER_FORMAT "\n", concurrency);
	for (enum axis axis = 0; axis < AXES; axis++) {
		struct range range = axis_range(group, axis, axis == LATENCY ? concurrency : 0);
		fprintf(out, "%s_min = %.9g\n", axis_names[axis], isnan(range.min) ? 0 : range.min);
		fprintf(out, "%s_max = %.9g\n", axis_names[axis], isnan(range.max) ? 0 : range.max);
		fprintf(out, "%s_zero = %d\n", axis_names[axis], range.zero);
	}
	fputs("highest = '", out);
	for (size_t c = 0; c < group->concurrency_count; c++) {
		double max = axis_range(group, THROUGHPUT, group->concurrencies[c]).max;
		fprintf(out, "%.9g ", isnan(max) ? 0 : max);
	}
	fputs("'\n", out);
}

static void put_lists(const struct group *group, FILE *out)
{
	fputs("models = '", out);
	for (size_t m = 0; m < group->model_count; m++)
		fprintf(out, "%s ", group->models[m]);
	fputs("'\nstyles = '", out);
	for (size_t m = 0; m < group->model_count; m++)
		fprintf(out, "%zu ", plot_style(group->models, group->models[m]));
	fputs("'\nvalues = '", out);
	for (size_t m = 0; m < group->model_count; m++)
		fprintf(out, "%zu ", count_values(group, group->models[m]));
	fputs("'\nwordy = '", out);
	for (size_t m = 0; m < group->model_count; m++)
		if (has_words(group, group->models[m]))
			fprintf(out, "%s ", group->models[m]);
	fputs("'\nconcurrencies = '", out);
	for (size_t c = 0; c < group->concurrency_count; c++)
		fprintf(out, "%" JSON_INTEGER_FORMAT " ", group->concurrencies[c]);
	fputs("'\n", out);
}

/* How many trials stand behind a point and what its bar means. */
static void put_note(const struct group *group, const json_t *root, FILE *out)
{
	double confidence = group_confidence(group, "throughput_per_s");
	size_t least, most;

	group_trials(group, &least, &most);
	fputs("note = '", out);
	if (most == 0)
		fputs("no cell is ok", out);
	else if (most == 1)
		fputs("a single trial each, so without intervals", out);
	else if (least == most)
		fprintf(out, "medians of %zu trials", most);
	else
		fprintf(out, "medians of %zu to %zu trials", least, most);
	if (most > 1 && !isnan(confidence))
		fprintf(out, ", with %.3g %% intervals", 100 * confidence);
	if (group_demonstration(group))
		fputs("; a demonstration, wrong on purpose", out);
	if (json_is_false(json_object_get(root, "complete")))
		fputs("; the run was not finished", out);
	fputs("'\n", out);
}

void plot_put_parameters(const json_t *params, FILE *out)
{
	enum { LINE = 110 };
	char *text = NULL;
	size_t size = 0;
	FILE *stream = open_memstream(&text, &size);

	if (stream) {
		params_print(params, ", ", "", stream);
		fclose(stream);
	}
	char *rest = text ? text : "";
	char *end = rest + strlen(rest), *cut = NULL;
	for (char *comma = strstr(rest, ", "); comma && end - rest > LINE;
		comma = strstr(comma + 1, ", "))
		if (comma - rest < LINE)
			cut = comma;
	if (cut)
		cut[1] = '\0';
	put_fact("parameters", rest, out);
	put_fact("parameters_more", cut ? cut + 2 : "", out);
	free(text);
}

void plot_put_facts(const struct group *group, const json_t *root, FILE *out)
{
	put_fact("workload", group->workload, out);
	put_fact("operation", group_operation(group), out);
	put_fact("operation_short", group_operation_short(group), out);
	plot_put_parameters(group->params, out);
	put_note(group, root, out);
	put_lists(group, out);
	put_ranges(group, out);
}
