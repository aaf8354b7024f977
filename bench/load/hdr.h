/* SPDX-License-Identifier: MIT */
#ifndef LOAD_HDR_H
#define LOAD_HDR_H

/*
 * Histograms as HdrHistogram writes them, for its many readers: the percentile
 * distribution (.hgrm) and the interval log (.hlog, version 1.3). Ours has
 * HdrHistogram's layout, so that every count keeps its place.
 */
#include <stdio.h>

#include "load.h"

/*
 * The percentile distribution, in ms, at five points for each halving of what
 * is left to 100 %. The caller looks at out's error.
 */
void hgrm_write(const struct histogram *histogram, FILE *out);

/*
 * A line with a histogram for each second of a load, tagged as given, which
 * must be a plain name. 0 or -ENOMEM; the caller looks at out's error.
 */
int hlog_write(const struct load_result *result, const char *tag, FILE *out);

/*
 * A histogram in the compressed form of HdrHistogram's version 2, base64, to be
 * freed; NULL without memory.
 */
char *hdr_encode(const struct histogram *histogram);

#endif
