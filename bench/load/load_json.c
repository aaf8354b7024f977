/* SPDX-License-Identifier: MIT */
#include "../cells.h"
#include "../latency.h"
#include "load.h"

static json_t *errors_json(const struct load_result *result)
{
	json_t *errors = json_object();

	for (int kind = 0; kind < LOAD_ERRORS; kind++)
		json_object_set_new(
			errors, load_error_names[kind], json_integer(result->errors[kind]));
	return errors;
}

static json_t *served_json(const struct load_result *result)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "connections",
		(json_int_t)result->connected, "starved", (json_int_t)result->starved, "min",
		(json_int_t)result->served_min, "median", (json_int_t)result->served_median, "max",
		(json_int_t)result->served_max, "reopened", (json_int_t)result->reopened);
}

static json_t *little_json(const struct load_result *result)
{
	return json_pack("{s:f, s:f, s:f, s:f}", "in_flight", result->in_flight, "by_service_time",
		result->in_flight_by_service, "straddle_in", result->straddle_in, "straddle_out",
		result->straddle_out);
}

/* Response times at 0, 1/2, 3/4, 7/8 .. of the requests, as long as ten lie beyond. */
static json_t *ladder_json(const struct histogram *response)
{
	json_t *ladder = json_array();
	double beyond = 1;

	for (; beyond * response->count >= 10; beyond /= 2)
		json_array_append_new(
			ladder, json_integer(histogram_percentile(response, 100 * (1 - beyond))));
	return ladder;
}

/* What only a load has. */
static json_t *own_json(const struct load_result *result)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:o, s:o, s:o}",
		"response_ladder_ns", ladder_json(&result->response), "service_ns",
		latency_json(&result->service), "lateness_ns", latency_json(&result->lateness),
		"offered_per_s", number_or_null(load_offered(result)), "unsent",
		(json_int_t)result->unsent, "errors_by_kind", errors_json(result), "served",
		served_json(result), "little", little_json(result), "generator_cpu_share",
		number_or_null(result->cpu_share), "server_idle_share",
		number_or_null(result->idle_share), "ceiling_per_s",
		number_or_null(result->ceiling_per_s));
}

json_t *load_json(const struct load_result *result)
{
	char reason[256];
	const char *status = load_verdict(result, reason, sizeof reason);
	json_t *json = json_pack("{s:s, s:s?, s:I, s:I, s:f, s:f, s:o}", "status", status, "reason",
		*reason ? reason : NULL, "tasks", (json_int_t)result->requests, "errors",
		(json_int_t)load_errors(result), "elapsed_s", result->window_s, "throughput_per_s",
		load_throughput(result), "latency_ns", latency_json(&result->response));
	json_t *own = own_json(result);

	json_object_update(json, own);
	json_decref(own);
	return json;
}
