/* SPDX-License-Identifier: MIT */
#ifndef BENCH_HISTOGRAM_H
#define BENCH_HISTOGRAM_H

/*
 * Latency histogram, log-linear, in the layout of HdrHistogram (Gil Tene,
 * hdrhistogram.org) for 1 ns to 60 s at 3 significant digits: values below
 * 2048 ns have a slot each; above, every power of two is cut into 1024 slots,
 * so a slot is narrower than 0.1 % of the values in it.
 *
 * Nothing is allocated. The struct takes 216 KiB, so it belongs neither on a
 * coroutine's stack nor in a struct that is copied; it holds no pointer and
 * may lie in memory that processes share. One histogram a worker, merged at
 * the end: calls on the same histogram need the caller's lock.
 */
#include <stdint.h>

#define HISTOGRAM_MAX_NS INT64_C(60000000000)

enum { HISTOGRAM_SLOTS = 27 * 1024 };

/* All bytes zero is an empty histogram. */
struct histogram {
	uint64_t count;    /* values recorded, clipped ones too */
	uint64_t overflow; /* values over HISTOGRAM_MAX_NS, recorded as that */
	uint64_t sum_ns;   /* holds 584 years of latencies */
	int64_t min_ns;    /* exact; meaningless while count is 0 */
	int64_t max_ns;    /* exact; meaningless while count is 0 */
	uint64_t slots[HISTOGRAM_SLOTS];
};

/* Make it empty, before first use or to start again. */
void histogram_init(struct histogram *histogram);

/*
 * Count one value. One over HISTOGRAM_MAX_NS counts as that, and in
 * overflow; a negative one counts as 0.
 */
void histogram_record(struct histogram *histogram, int64_t value_ns);

/* Add what `from` holds, as if recorded here. */
void histogram_merge(struct histogram *into, const struct histogram *from);

/*
 * The smallest value that at least ceil(percent / 100 * count) of the recorded
 * ones do not exceed, in ns, or -1 when the histogram is empty. 0 and less
 * give the exact minimum, 100 and more the exact maximum. Between them it is
 * the highest value of the slot, as HdrHistogram reports it, but never over
 * the maximum: at most 0.1 % too high, never too low.
 */
int64_t histogram_percentile(const struct histogram *histogram, double percent);

/* The mean in ns, not rounded to slots; NAN when the histogram is empty. */
double histogram_mean(const struct histogram *histogram);

/*
 * The lowest and the highest value in ns that slot number `slot` counts, below
 * HISTOGRAM_SLOTS: slots follow one another without a gap. Thread-safe.
 */
int64_t histogram_slot_low(int slot);
int64_t histogram_slot_high(int slot);

#endif
