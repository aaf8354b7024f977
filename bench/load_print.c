/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <math.h>

#include "load_main.h"
#include "table.h"

static void print_percentile(FILE *out, const char *name, const struct load_result *result,
	double percent, uint64_t least)
{
	char response[16], service[16];

	if (result->response.count < least)
		return;
	fprintf(out, "  %-8s %10s", name,
		format_time(histogram_percentile(&result->response, percent) / 1e9, response));
	if (result->open_loop)
		fprintf(out, " %10s",
			format_time(
				histogram_percentile(&result->service, percent) / 1e9, service));
	fputc('\n', out);
}

/* In a closed loop both times are one. */
static void print_times(FILE *out, const struct load_result *result)
{
	char response[16], service[16];

	if (result->response.count == 0)
		return;
	fprintf(out, "  %-8s %10s%s\n", "", "response", result->open_loop ? "    service" : "");
	print_percentile(out, "p50", result, 50, 1);
	print_percentile(out, "p90", result, 90, 1);
	print_percentile(out, "p99", result, 99, 1);
	print_percentile(out, "p99.9", result, 99.9, 10000);
	print_percentile(out, "max", result, 100, 1);
	fprintf(out, "  %-8s %10s", "mean",
		format_time(histogram_mean(&result->response) / 1e9, response));
	if (result->open_loop)
		fprintf(out, " %10s", format_time(histogram_mean(&result->service) / 1e9, service));
	fputc('\n', out);
}

static void print_rate(FILE *out, const struct load_result *result)
{
	char achieved[16], offered[16];

	format_number(load_throughput(result), achieved);
	if (result->open_loop)
		fprintf(out, "  %s/s answered of %s/s offered", achieved,
			format_number(load_offered(result), offered));
	else
		fprintf(out, "  %s/s answered", achieved);
	fprintf(out, " (%" PRIu64 " replies in %.4g s)\n", result->answered, result->window_s);
	if (result->unsent > 0)
		fprintf(out, "  %" PRIu64 " were never sent, as no connection was free in time\n",
			result->unsent);
}

static void print_errors(FILE *out, const struct load_result *result)
{
	fprintf(out, "  errors   ");
	if (load_errors(result) == 0)
		fputs(" none", out);
	for (int kind = 0; kind < LOAD_ERRORS; kind++)
		if (result->errors[kind] > 0)
			fprintf(out, " %s %" PRIu64, load_error_names[kind], result->errors[kind]);
	fputc('\n', out);
}

static void print_generator(FILE *out, const struct load_result *result)
{
	char ceiling[16], late[16];

	fputs("  generator", out);
	if (!isnan(result->cpu_share))
		fprintf(out, " %.0f %% of %s", 100 * result->cpu_share,
			result->threads > 1 ? "its threads' CPU time" : "a CPU");
	if (result->ceiling_per_s < load_throughput(result))
		fputs(", ceiling -", out); /* what was reached was none */
	else if (!isnan(result->ceiling_per_s))
		fprintf(out, ", ceiling %s/s", format_number(result->ceiling_per_s, ceiling));
	if (result->lateness.count > 0)
		fprintf(out, ", p99 of its lateness %s",
			format_time(histogram_percentile(&result->lateness, 99) / 1e9, late));
	fputc('\n', out);
}

void load_print(const struct load_options *options, const struct load_result *result, FILE *out)
{
	char reason[256];
	const char *status = load_verdict(result, reason, sizeof reason);

	fprintf(out, "%s at %s: %u connections%s, ", options->service->name, options->target,
		result->connections, options->spec.keep_alive ? "" : ", one a request");
	if (result->open_loop)
		fprintf(out, "%s arrivals\n", options->spec.poisson ? "poisson" : "constant");
	else
		fputs("closed loop\n", out);
	print_rate(out, result);
	print_times(out, result);
	print_errors(out, result);
	fprintf(out,
		"  served    %" PRIu64 " / %" PRIu64 " / %" PRIu64
		" replies a connection (least, median, most)\n",
		result->served_min, result->served_median, result->served_max);
	print_generator(out, result);
	fprintf(out, "  %s%s%s\n", status, *reason ? ": " : "", reason);
}
