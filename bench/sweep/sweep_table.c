/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "../cells.h"
#include "../table.h"
#include "../workloads/workload.h"
#include "sweep.h"
#include "view.h"

static const double half = 0.5;

/* Whether the interval of the row's peak lies above that of every other. */
static bool is_best(const json_t *root, const json_t *row)
{
	struct estimate own = cell_estimate(sweep_peak_cell(root, row), "throughput_per_s");
	const json_t *other;
	size_t i, others = 0;

	if (!(own.confidence > 0.9))
		return false; /* too few trials to rank anything */
	json_array_foreach(sweep_rows(root), i, other)
	{
		const json_t *cell = sweep_peak_cell(root, other);
		if (other == row || !cell)
			continue;
		others++;
		if (!(own.low > cell_estimate(cell, "throughput_per_s").high))
			return false;
	}
	return others > 0;
}

static void put_peak(const json_t *root, const json_t *row, FILE *out)
{
	struct estimate peak = cell_estimate(sweep_peak_cell(root, row), "throughput_per_s");
	char text[48] = "-", number[16];

	if (!isnan(peak.median)) {
		int n = snprintf(text, sizeof text, "%s", format_number(peak.median, number));
		if (!isnan(peak.low))
			n += snprintf(text + n, sizeof text - n, " ±%.0f%%",
				100 * (peak.high - peak.low) / 2 / peak.median);
		if (is_best(root, row))
			snprintf(text + n, sizeof text - n, "*");
	}
	table_put(out, text, 12);
	double connections = number_at(row, "peak_connections");
	snprintf(text, sizeof text, isnan(connections) ? "-" : "%.0f", connections);
	table_put(out, text, 6);
}

static void put_slo(const json_t *row, FILE *out)
{
	char text[24], number[16];
	double rate_per_s = number_at(row, "slo_rate_per_s");
	bool confirmed = json_is_true(json_object_get(row, "confirmed"));

	snprintf(text, sizeof text, "%s%s", format_number(rate_per_s, number),
		isnan(rate_per_s) || confirmed ? "" : "?");
	table_put(out, text, 10);
}

static void put_row(const json_t *root, const json_t *row, FILE *out)
{
	const json_t *cell = sweep_cell_near(root, row, half);
	char text[16];

	table_put(out, text_at(row, "model"), 12);
	put_peak(root, row, out);
	put_slo(row, out);
	table_put(out, format_time(cell_estimate(cell, "latency_p50_ns").median / 1e9, text), 8);
	table_put(out, format_time(cell_estimate(cell, "latency_p99_ns").median / 1e9, text), 8);
	table_put(out, format_time(cell_estimate(cell, "cpu_per_task_s").median, text), 8);
	table_put(out, format_number(cell_estimate(cell, "switches_per_task").median, text), 8);
	fprintf(out, "%s\n", format_number(number_at(json_object_get(row, "usl"), "n_max"), text));
}

static void print_head(const json_t *root, FILE *out)
{
	const json_t *sweep = json_object_get(root, "sweep");
	const struct workload *service = workload_find(text_at(sweep, "service"));

	fprintf(out, "\n%s: %s\n", text_at(sweep, "service"), service ? service->summary : "");
	table_put(out, "", 12);
	table_put(out, "closed loop", 12);
	table_put(out, "", 6);
	table_put(out, "highest", 10);
	table_put(out, "at about half the peak rate", 32);
	fputs("USL\n", out);
	table_put(out, "requests/s", 12);
	table_put(out, "peak", 12);
	table_put(out, "c", 6);
	table_put(out, text_at(sweep, "slo"), 10);
	table_put(out, "p50", 8);
	table_put(out, "p99", 8);
	table_put(out, "CPU", 8);
	table_put(out, "switch", 8);
	fputs("Nmax\n", out);
}

static void print_slo_reasons(const json_t *root, FILE *out)
{
	const char *slo = text_at(json_object_get(root, "sweep"), "slo");
	const json_t *row;
	bool head = false;
	size_t i;

	json_array_foreach(sweep_rows(root), i, row)
	{
		if (!*text_at(row, "reason"))
			continue;
		if (!head)
			fprintf(out, "\nWithout a confirmed rate of %s:\n", slo);
		head = true;
		fprintf(out, "  %s: %s\n", text_at(row, "model"), text_at(row, "reason"));
	}
}

static void print_usl_reasons(const json_t *root, FILE *out)
{
	const json_t *row;
	bool head = false;
	size_t i;

	json_array_foreach(sweep_rows(root), i, row)
	{
		if (!*text_at(row, "usl_reason"))
			continue;
		if (!head)
			fputs("\nWithout a fit of the scalability law:\n", out);
		head = true;
		fprintf(out, "  %s: %s\n", text_at(row, "model"), text_at(row, "usl_reason"));
	}
}

/* Every point of a long sweep on a line of its own would hide the table. */
static void print_row_failures(const json_t *root, const json_t *row, bool *head, FILE *out)
{
	const json_t *first = NULL, *cell;
	size_t i, all = 0, bad = 0;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (!is_of_row(row, cell))
			continue;
		all++;
		if (cell_ok(cell))
			continue;
		bad++;
		first = first ? first : cell;
	}
	if (!first)
		return;
	if (!*head)
		fputs("\nPoints that do not hold, and the first of them:\n", out);
	*head = true;
	fprintf(out, "  %s: %zu of %zu: c=%.0f", text_at(row, "model"), bad, all,
		number_at(first, "concurrency"));
	if (!is_closed_loop(first))
		fprintf(out, ", %.0f/s", number_at(json_object_get(first, "params"), "rate_per_s"));
	fprintf(out, ": %s: %s\n", text_at(first, "status"), text_at(first, "reason"));
}

static void print_legend(const json_t *root, FILE *out)
{
	double trials = number_at(json_object_get(root, "options"), "trials");

	fprintf(out, "\nMedians of %.0f trial%s.%s ? met once, not in a longer window.\n", trials,
		trials > 1 ? "s" : "", trials > 5 ? " * its interval lies above all others." : "");
	fputs("CPU and context switches a request. Nmax: connections of the law's maximum.\n", out);
}

void sweep_table_print(const json_t *root, FILE *out)
{
	const json_t *row;
	bool head = false;
	size_t i;

	print_head(root, out);
	json_array_foreach(sweep_rows(root), i, row) put_row(root, row, out);
	print_slo_reasons(root, out);
	print_usl_reasons(root, out);
	json_array_foreach(sweep_rows(root), i, row) print_row_failures(root, row, &head, out);
	print_legend(root, out);
}
