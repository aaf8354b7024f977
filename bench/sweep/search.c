/* SPDX-License-Identifier: MIT */
#include "search.h"

enum { DOUBLINGS_MAX = 6, CONFIRMATIONS_MAX = 4 };

static const double first_share = 0.1, last_share = 1.1, apart_share = 0.05;

static int64_t bounded(double rate_per_s)
{
	if (!(rate_per_s > 1))
		return 1;
	return rate_per_s < SEARCH_RATE_MAX ? (int64_t)(rate_per_s + 0.5) : SEARCH_RATE_MAX;
}

size_t search_ladder(double peak_per_s, size_t count, int64_t *rates_per_s)
{
	double step = (last_share - first_share) / (double)(count - 1);
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t rate_per_s = bounded(peak_per_s * (first_share + step * (double)i));
		if (n == 0 || rate_per_s > rates_per_s[n - 1])
			rates_per_s[n++] = rate_per_s;
	}
	return n;
}

static void try(struct search *search, enum search_stage stage, int64_t rate_per_s)
{
	search->stage = stage;
	search->next_per_s = rate_per_s;
}

/* Between the two, or on to the lower where they are near enough. */
static void narrow(struct search *search)
{
	int64_t low = search->low_per_s, high = search->high_per_s;
	int64_t middle = low + (high - low) / 2;

	search->tries = 0;
	if ((double)(high - low) <= apart_share * (double)low || middle == low)
		try(search, SEARCH_CONFIRM, low);
	else
		try(search, SEARCH_BISECT, middle);
}

static void widen(struct search *search)
{
	if (search->tries++ < DOUBLINGS_MAX && search->low_per_s <= SEARCH_RATE_MAX / 2)
		try(search, SEARCH_DOUBLE, 2 * search->low_per_s);
	else {
		search->tries = 0;
		try(search, SEARCH_CONFIRM, search->low_per_s);
	}
}

void search_start(struct search *search, const struct search_point *points, size_t count)
{
	*search = (struct search){ .stage = SEARCH_DONE };
	for (size_t i = 0; i < count; i++)
		if (points[i].met && points[i].rate_per_s > search->low_per_s)
			search->low_per_s = points[i].rate_per_s;
	for (size_t i = 0; i < count; i++) {
		int64_t rate_per_s = points[i].rate_per_s;
		if (rate_per_s > search->low_per_s &&
			(search->high_per_s == 0 || rate_per_s < search->high_per_s))
			search->high_per_s = rate_per_s;
	}
	if (search->low_per_s == 0)
		return;
	if (search->high_per_s > 0)
		narrow(search);
	else
		widen(search);
}

bool search_goes_on(const struct search *search, bool *longer)
{
	*longer = search->stage == SEARCH_CONFIRM;
	return search->stage != SEARCH_DONE;
}

/* Where no try was confirmed, low stays what met once. */
static void note_confirmation(struct search *search, bool met)
{
	int64_t lower = bounded((1 - apart_share) * (double)search->next_per_s);

	if (met) {
		search->low_per_s = search->next_per_s;
		search->confirmed = true;
	}
	if (met || ++search->tries == CONFIRMATIONS_MAX || lower == search->next_per_s)
		search->stage = SEARCH_DONE;
	else
		search->next_per_s = lower;
}

void search_note(struct search *search, bool met)
{
	if (search->stage == SEARCH_CONFIRM) {
		note_confirmation(search, met);
		return;
	}
	if (met)
		search->low_per_s = search->next_per_s;
	else
		search->high_per_s = search->next_per_s;
	if (search->high_per_s > 0)
		narrow(search);
	else
		widen(search);
}
