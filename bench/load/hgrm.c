/* SPDX-License-Identifier: MIT */
#include <math.h>

#include "hdr.h"

enum { TICKS = 5, SUB_BUCKETS = 2048, BUCKETS = HISTOGRAM_SLOTS / 1024 - 1 };

static const double ms_ns = 1e6;

/* The next percentile to be shown: steps are halved with each halving of what is left to 100. */
static double step_after(double percentile)
{
	double halvings = floor(log2(100 / (100 - percentile))) + 1;

	return percentile + 100 / (TICKS * exp2(halvings));
}

/* HdrHistogram takes all values of a slot for its middle. */
static int64_t middle_ns(int slot)
{
	int64_t low_ns = histogram_slot_low(slot);

	return low_ns + (histogram_slot_high(slot) + 1 - low_ns) / 2;
}

static double mean_ns(const struct histogram *histogram)
{
	double sum_ns = 0;

	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++)
		sum_ns += (double)middle_ns(slot) * histogram->slots[slot];
	return histogram->count ? sum_ns / histogram->count : 0;
}

static double deviation_ns(const struct histogram *histogram)
{
	double mean = mean_ns(histogram), squares = 0;

	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++)
		squares += (middle_ns(slot) - mean) * (middle_ns(slot) - mean) *
			histogram->slots[slot];
	return histogram->count ? sqrt(squares / histogram->count) : 0;
}

/* The last value of the slot in which the maximum lies. */
static int64_t max_ns(const struct histogram *histogram)
{
	int slot = HISTOGRAM_SLOTS - 1;

	while (slot > 0 && histogram->slots[slot] == 0)
		slot--;
	return histogram->count ? histogram_slot_high(slot) : 0;
}

static void write_line(FILE *out, int slot, double percentile, uint64_t seen)
{
	fprintf(out, "%12.3f %12.6f %12llu ", histogram_slot_high(slot) / ms_ns, percentile / 100,
		(unsigned long long)seen);
	if (percentile < 100)
		fprintf(out, "%12.2f\n", 100 / (100 - percentile));
	else
		fprintf(out, "%12s\n", "inf");
}

/*
 * Each percentile that is due by the time a slot's values are reached; of those
 * that are due at the last slot only the first, then 100 %.
 */
static void write_percentiles(const struct histogram *histogram, FILE *out)
{
	double due = 0;
	uint64_t seen = 0;

	for (int slot = 0; slot < HISTOGRAM_SLOTS && seen < histogram->count; slot++) {
		if (histogram->slots[slot] == 0)
			continue;
		seen += histogram->slots[slot];
		bool last = seen == histogram->count;
		while (due <= 100.0 * seen / histogram->count) {
			write_line(out, slot, due, seen);
			due = step_after(due);
			if (last)
				break;
		}
		if (last)
			write_line(out, slot, 100, seen);
	}
}

void hgrm_write(const struct histogram *histogram, FILE *out)
{
	fprintf(out, "%12s %12s %12s %12s\n\n", "Value", "Percentile", "TotalCount",
		"1/(1-Percentile)");
	write_percentiles(histogram, out);
	fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean_ns(histogram) / ms_ns,
		deviation_ns(histogram) / ms_ns);
	fprintf(out, "#[Max     = %12.3f, Total count    = %12llu]\n", max_ns(histogram) / ms_ns,
		(unsigned long long)histogram->count);
	fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", BUCKETS, SUB_BUCKETS);
}
