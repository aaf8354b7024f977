/* SPDX-License-Identifier: MIT */
/* Bencher Metric Format: an object of benchmarks, each an object of measures. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../cells.h"
#include "../measure.h"
#include "common.h"
#include "export.h"

/* Bencher knows these two by itself: nanoseconds, and operations a second. */
static const struct {
	const char *key, *slug;
} known[] = {
	{ "latency_p50_ns", "latency" },
	{ "throughput_per_s", "throughput" },
};

/* Its own measures are called by a slug: small letters, digits and hyphens. To be freed. */
static char *slug_of(const char *key)
{
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i].key, key) == 0)
			return strdup(known[i].slug);
	char *slug = export_plain(key, "");
	for (char *c = slug; c && *c; c++)
		if (*c == '_')
			*c = '-';
	return slug;
}

static json_t *metric(const struct estimate *value)
{
	json_t *json = json_pack("{s:f}", "value", value->median);

	if (!isnan(value->low)) {
		json_object_set_new(json, "lower_value", json_real(value->low));
		json_object_set_new(json, "upper_value", json_real(value->high));
	}
	return json;
}

/* A new reference; NULL without memory. */
static json_t *benchmark(const json_t *cell)
{
	json_t *json = json_object();
	int err = 0;

	for (const struct measure *row = measures; row->key; row++) {
		struct estimate value = cell_estimate(cell, row->key);
		char *slug = slug_of(row->key);
		if (!slug)
			err = -1;
		else if (!isnan(value.median))
			err |= json_object_set_new(json, slug, metric(&value));
		free(slug);
	}
	if (!err)
		return json;
	json_decref(json);
	return NULL;
}

int export_bmf(const json_t *root, FILE *out, FILE *notes)
{
	json_t *all = json_object(), *cell;
	size_t i;
	int err = 0;

	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		if (export_takes(cell, "Bencher", notes))
			err |= json_object_set_new(all, text_at(cell, "name"), benchmark(cell));
	}
	int written = export_json(all, out);
	return err ? -ENOMEM : written;
}
