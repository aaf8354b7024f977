/* SPDX-License-Identifier: MIT */
#include "latency.h"

#include "histogram.h"

json_t *latency_json(const struct histogram *latency)
{
	if (latency->count == 0)
		return json_null();
	/* Fewer than ten samples beyond it say nothing of p99.9. */
	json_t *p999 = latency->count >= 10000 ? json_integer(histogram_percentile(latency, 99.9))
					       : json_null();

	return json_pack("{s:I, s:f, s:I, s:I, s:I, s:o, s:I}", "min", (json_int_t)latency->min_ns,
		"mean", histogram_mean(latency), "p50",
		(json_int_t)histogram_percentile(latency, 50), "p90",
		(json_int_t)histogram_percentile(latency, 90), "p99",
		(json_int_t)histogram_percentile(latency, 99), "p99.9", p999, "max",
		(json_int_t)latency->max_ns);
}
