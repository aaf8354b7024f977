/* SPDX-License-Identifier: MIT */
#ifndef SWEEP_SEARCH_H
#define SWEEP_SEARCH_H

/*
 * The search for the highest rate that meets an SLO. It measures nothing: it
 * says which rate to try next, and is told whether that one met.
 *
 * From a curve it takes the bracket from the highest rate that meets to the
 * lowest above that does not. Where all meet it doubles until one does not. Then
 * it bisects until the two are 5 % apart, and has the lower one confirmed in a
 * longer window; what is not confirmed is tried again 5 % lower, a few times.
 */
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SEARCH_RATE_MAX = 10000000 }; /* of the services' rate_per_s */

struct search_point {
	int64_t rate_per_s;
	bool met;
};

enum search_stage { SEARCH_DOUBLE, SEARCH_BISECT, SEARCH_CONFIRM, SEARCH_DONE };

struct search {
	enum search_stage stage;
	int64_t low_per_s;  /* the highest rate that met; 0: none did */
	int64_t high_per_s; /* the lowest above it that did not; 0: none was found yet */
	int64_t next_per_s; /* to be tried */
	unsigned tries;     /* of doubling, then of confirming */
	bool confirmed;     /* low met in a longer window */
};

/*
 * Rates evenly from 10 % to 110 % of a peak, rising, rounded, none twice and
 * none below 1 or above SEARCH_RATE_MAX. count is at least 2. Returns how many.
 */
size_t search_ladder(double peak_per_s, size_t count, int64_t *rates_per_s);

/* Begin with a curve, in any order. Where no point met, the search is over. */
void search_start(struct search *search, const struct search_point *points, size_t count);

/* Whether there is a rate to try (search->next_per_s), and whether in a longer window. */
bool search_goes_on(const struct search *search, bool *longer);

/* Tell whether next_per_s met. */
void search_note(struct search *search, bool met);

#endif
