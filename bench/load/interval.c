/* SPDX-License-Identifier: MIT */
#include "interval.h"

#include <stdlib.h>

struct interval *interval_make(const struct histogram *histogram)
{
	unsigned used = 0;

	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++)
		used += histogram->slots[slot] > 0;
	struct interval *interval = malloc(sizeof *interval + used * sizeof interval->slots[0]);
	if (!interval)
		return NULL;
	*interval = (struct interval){ .count = histogram->count,
		.overflow = histogram->overflow,
		.sum_ns = histogram->sum_ns,
		.min_ns = histogram->min_ns,
		.max_ns = histogram->max_ns };
	for (int slot = 0; slot < HISTOGRAM_SLOTS; slot++) {
		if (histogram->slots[slot] == 0)
			continue;
		interval->slots[interval->used].slot = slot;
		interval->slots[interval->used++].count = histogram->slots[slot];
	}
	return interval;
}

void interval_merge(struct histogram *into, const struct interval *interval)
{
	if (!interval || interval->count == 0)
		return;
	if (into->count == 0 || interval->min_ns < into->min_ns)
		into->min_ns = interval->min_ns;
	if (interval->max_ns > into->max_ns)
		into->max_ns = interval->max_ns;
	into->count += interval->count;
	into->overflow += interval->overflow;
	into->sum_ns += interval->sum_ns;
	for (unsigned i = 0; i < interval->used; i++)
		into->slots[interval->slots[i].slot] += interval->slots[i].count;
}
