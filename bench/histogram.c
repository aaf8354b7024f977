/* SPDX-License-Identifier: MIT */
#include "histogram.h"

#include <math.h>
#include <string.h>

/*
 * A bucket is a power of two, and holds 2048 sub-buckets of one width. All
 * buckets but the first use only their upper half, because the lower half is
 * what the finer bucket before it covers.
 */
enum { HALF_BITS = 10, HALF = 1 << HALF_BITS, FULL = 2 * HALF };

static int bucket_of(int slot)
{
	return slot < FULL ? 0 : (slot >> HALF_BITS) - 1;
}

static int slot_of(int64_t value_ns)
{
	/* The bit of FULL - 1 keeps everything below FULL in the first bucket. */
	int top = 63 - __builtin_clzll((uint64_t)value_ns | (FULL - 1));
	int bucket = top - HALF_BITS;

	return (bucket << HALF_BITS) + (int)(value_ns >> bucket);
}

int64_t histogram_slot_low(int slot)
{
	int bucket = bucket_of(slot);

	return (int64_t)(slot - (bucket << HALF_BITS)) << bucket;
}

int64_t histogram_slot_high(int slot)
{
	return histogram_slot_low(slot) + (INT64_C(1) << bucket_of(slot)) - 1;
}

void histogram_init(struct histogram *histogram)
{
	memset(histogram, 0, sizeof *histogram);
}

/*
 * Before the count grows: an empty histogram's minimum is no value to compare
 * with. Its maximum of 0 is, as no value is less.
 */
static void widen(struct histogram *histogram, int64_t min_ns, int64_t max_ns)
{
	if (histogram->count == 0 || min_ns < histogram->min_ns)
		histogram->min_ns = min_ns;
	if (max_ns > histogram->max_ns)
		histogram->max_ns = max_ns;
}

void histogram_record(struct histogram *histogram, int64_t value_ns)
{
	if (value_ns < 0)
		value_ns = 0;
	if (value_ns > HISTOGRAM_MAX_NS) {
		value_ns = HISTOGRAM_MAX_NS;
		histogram->overflow++;
	}
	widen(histogram, value_ns, value_ns);
	histogram->count++;
	histogram->sum_ns += (uint64_t)value_ns;
	histogram->slots[slot_of(value_ns)]++;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
	if (from->count == 0)
		return;
	widen(into, from->min_ns, from->max_ns);
	into->count += from->count;
	into->overflow += from->overflow;
	into->sum_ns += from->sum_ns;
	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++)
		into->slots[slot] += from->slots[slot];
}

/*
 * 99.9 is not a binary fraction: 99.9 / 100 * 1000 comes out just over 999, and
 * its ceiling one rank too high. The next double below it is under the decimal
 * that was meant, and its product cannot round past a whole number.
 */
static uint64_t rank_of(double percent, uint64_t count)
{
	double rank = ceil(nextafter(percent, 0) * (double)count / 100);

	return rank < 1 ? 1 : (uint64_t)rank;
}

int64_t histogram_percentile(const struct histogram *histogram, double percent)
{
	if (histogram->count == 0)
		return -1;
	if (!(percent > 0))
		return histogram->min_ns;
	if (percent >= 100)
		return histogram->max_ns;

	uint64_t rank = rank_of(percent, histogram->count);
	uint64_t seen = 0;
	int slot = 0;
	for (; slot < HISTOGRAM_SLOTS - 1; slot++) {
		seen += histogram->slots[slot];
		if (seen >= rank)
			break;
	}
	int64_t high = histogram_slot_high(slot);
	return high < histogram->max_ns ? high : histogram->max_ns;
}

double histogram_mean(const struct histogram *histogram)
{
	return histogram->count ? (double)histogram->sum_ns / (double)histogram->count : NAN;
}
