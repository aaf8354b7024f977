/* SPDX-License-Identifier: MIT */
/*
 * HdrHistogram's interval log, from the histograms that `concbench load` keeps in its
 * results: an interval a trial, the whole window.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../cells.h"
#include "common.h"
#include "export.h"

static bool has_histogram(const json_t *trial)
{
	return cell_ok(trial) && *text_at(trial, "response_hdr") &&
		!isnan(number_at(trial, "elapsed_s"));
}

/* false where it is not known. */
static bool put_head(const char *started, FILE *out)
{
	struct tm utc = { 0 };
	char text[64];

	if (!strptime(started, "%Y-%m-%dT%H:%M:%SZ", &utc))
		return false;
	long long start_s = timegm(&utc);
	strftime(text, sizeof text, "%a %b %d %H:%M:%S GMT %Y", &utc);
	fprintf(out,
		"#[Histogram log format version 1.3]\n"
		"#[StartTime: %lld.000 (seconds since epoch), %s]\n"
		"\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\","
		"\"Interval_Compressed_Histogram\"\n",
		start_s, text);
	return true;
}

static void put_trial(const json_t *trial, const char *tag, FILE *out)
{
	fprintf(out, "Tag=%s,0.000,%.3f,%.3f,%s\n", tag, number_at(trial, "elapsed_s"),
		number_at(json_object_get(trial, "latency_ns"), "max") / 1e6,
		text_at(trial, "response_hdr"));
}

int export_hlog(const json_t *root, FILE *out, FILE *notes)
{
	size_t i, k, written = 0;
	json_t *cell, *trial;

	if (!put_head(text_at(root, "started"), out)) {
		fputs("concbench export: .hlog needs the time of its start, which is not there\n",
			notes);
		return -ENODATA;
	}
	json_array_foreach(json_object_get(root, "cells"), i, cell)
	{
		json_array_foreach(json_object_get(cell, "trials"), k, trial)
		{
			if (!has_histogram(trial))
				continue;
			put_trial(trial, text_at(cell, "model"), out);
			written++;
		}
	}
	if (written > 0)
		return 0;
	fputs("concbench export: no trial has a histogram's counts for .hlog; `concbench load -o "
	      "FILE.json` keeps them, and `concbench load --hlog FILE` writes them by the second\n",
		notes);
	return -ENODATA;
}
