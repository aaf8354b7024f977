/* SPDX-License-Identifier: MIT */
#include "tally.h"

#include <errno.h>
#include <stdlib.h>

int tally_init(struct tally *tally, bool open, int64_t longest_ns)
{
	tally->open = open;
	tally->start_ns = tally->end_ns = INT64_MAX;
	tally->intervals_max = longest_ns / INTERVAL_NS + 2;
	tally->intervals = calloc(tally->intervals_max, sizeof(struct interval *));
	return tally->intervals ? 0 : -ENOMEM;
}

void tally_free(struct tally *tally)
{
	for (unsigned i = 0; tally->intervals && i < atomic_load(&tally->finished); i++)
		free(tally->intervals[i]);
	free(tally->intervals);
}

void tally_window(struct tally *tally, int64_t start_ns, int64_t end_ns)
{
	tally->start_ns = tally->changed_ns = start_ns;
	tally->end_ns = end_ns;
}

/* How much of from .. to lies in the window. */
static int64_t inside(const struct tally *tally, int64_t from_ns, int64_t to_ns)
{
	if (from_ns < tally->start_ns)
		from_ns = tally->start_ns;
	if (to_ns > tally->end_ns)
		to_ns = tally->end_ns;
	return to_ns > from_ns ? to_ns - from_ns : 0;
}

static void integrate(struct tally *tally, int64_t now_ns)
{
	tally->area_ns += tally->in_flight * inside(tally, tally->changed_ns, now_ns);
	if (now_ns > tally->changed_ns)
		tally->changed_ns = now_ns;
}

void tally_start(struct tally *tally, const struct request *request, int64_t could_ns)
{
	integrate(tally, request->start_ns);
	tally->in_flight++;
	if (!tally_counts(tally, request->intended_ns))
		return;
	tally->requests++;
	tally->pending++;
	if (tally->open)
		histogram_record(&tally->lateness, request->start_ns - could_ns);
}

/* Move the current second to those that are over. */
static void finish_interval(struct tally *tally)
{
	unsigned place = atomic_load_explicit(&tally->finished, memory_order_relaxed);

	if (place == tally->intervals_max)
		return;
	histogram_merge(&tally->response, &tally->current);
	tally->intervals[place] = interval_make(&tally->current);
	histogram_init(&tally->current);
	atomic_store_explicit(&tally->finished, place + 1, memory_order_release);
}

static int64_t interval_end_ns(const struct tally *tally)
{
	unsigned place = atomic_load_explicit(&tally->finished, memory_order_relaxed);

	return tally->start_ns + (place + INT64_C(1)) * INTERVAL_NS;
}

void tally_turn(struct tally *tally, int64_t now_ns)
{
	while (tally->start_ns < INT64_MAX && now_ns >= interval_end_ns(tally) &&
		atomic_load_explicit(&tally->finished, memory_order_relaxed) <
			tally->intervals_max - 1)
		finish_interval(tally);
}

/* What the ends of an answered and of a lost request have in common. */
static bool end(struct tally *tally, const struct request *request, int64_t now_ns)
{
	int64_t service_ns = now_ns - request->start_ns;
	int64_t inside_ns = inside(tally, request->start_ns, now_ns);

	integrate(tally, now_ns);
	tally->in_flight--;
	if (!tally_counts(tally, request->intended_ns)) {
		tally->straddle_in_ns += inside_ns;
		return false;
	}
	tally->straddle_out_ns += service_ns - inside_ns;
	tally->pending--;
	tally_turn(tally, now_ns);
	histogram_record(&tally->current, now_ns - request->intended_ns);
	if (tally->open)
		histogram_record(&tally->service, service_ns);
	return true;
}

bool tally_answer(struct tally *tally, const struct request *request, int64_t now_ns)
{
	bool counts = end(tally, request, now_ns);

	tally->replies++;
	tally->answered += counts;
	return counts;
}

void tally_lose(struct tally *tally, const struct request *request, int64_t now_ns)
{
	end(tally, request, now_ns);
}

void tally_unsent(struct tally *tally, int64_t intended_ns, int64_t now_ns)
{
	tally->requests++;
	tally->unsent++;
	tally_turn(tally, now_ns);
	histogram_record(&tally->current, now_ns - intended_ns);
}

void tally_error(struct tally *tally, enum load_error kind)
{
	tally->errors[kind]++;
	atomic_fetch_add_explicit(&tally->errors_now, 1, memory_order_relaxed);
}

void tally_finish(struct tally *tally, int64_t now_ns)
{
	integrate(tally, now_ns);
	if (tally->start_ns == INT64_MAX)
		return;
	tally_turn(tally, now_ns);
	if (tally->current.count > 0)
		finish_interval(tally);
}
