/* SPDX-License-Identifier: MIT */
/* A timeline's words, and its look through a raster. */
#include <string.h>

#include "../table.h"
#include "../trial.h"
#include "timeline.h"

const char *const raster_words[CELLS] = {
	[CELL_QUEUED] = "queued",
	[CELL_WAITING] = "waiting",
	[CELL_PARTLY] = "running in part",
	[CELL_RUNNING] = "running",
};

const char *strand_name(const struct strand *strand, char text[static TIMELINE_NAME])
{
	snprintf(text, TIMELINE_NAME, "%s %llu", strand->child ? "child" : "task",
		(unsigned long long)strand->number);
	return text;
}

const char *place_name(
	const struct timeline *timeline, unsigned place, char text[static TIMELINE_NAME])
{
	const struct place *at = &timeline->places[place];

	if (timeline->processes == 1)
		snprintf(text, TIMELINE_NAME, "thread %u", at->thread);
	else if (timeline->threaded)
		snprintf(text, TIMELINE_NAME, "process %u.%u", at->process, at->thread);
	else
		snprintf(text, TIMELINE_NAME, "process %u", at->process);
	return text;
}

const char *strand_places(const struct timeline *timeline, const struct strand *strand,
	char text[static TIMELINE_NAME])
{
	enum { SOME = 3 };
	unsigned some[SOME], count = 0;

	for (size_t i = 0; i < strand->count; i++) {
		const struct span *span = &strand->spans[i];
		bool known = span->state != STRAND_RUNNING;
		for (unsigned k = 0; k < count && k < SOME; k++)
			known |= some[k] == span->place;
		if (!known && count < SOME)
			some[count] = span->place;
		count += !known;
	}
	if (count < 2)
		return count ? place_name(timeline, some[0], text) : "";
	const char *how_many = count > SOME ? "> 3" : count == SOME ? "3" : "2";
	if (timeline->processes > 1) {
		snprintf(text, TIMELINE_NAME, "process %u, %s threads",
			timeline->places[some[0]].process, how_many);
		return text;
	}
	if (count > SOME)
		return "> 3 threads";
	snprintf(text, TIMELINE_NAME, count == 2 ? "threads %u, %u" : "threads %u, %u, %u",
		timeline->places[some[0]].thread, timeline->places[some[1]].thread,
		timeline->places[some[count - 1]].thread);
	return text;
}

static void put_count(size_t count, const char *what, const char *plural, FILE *out)
{
	fprintf(out, "%zu %s", count, count == 1 ? what : plural);
}

void timeline_title(const struct timeline *timeline, FILE *out)
{
	const struct trial_spec *spec = timeline->spec;
	size_t children = timeline->count - timeline->tasks;
	char text[16];

	fprintf(out, "%s under %s: ", spec->workload->name, spec->model_name);
	put_count(timeline->tasks, "task", "tasks", out);
	if (children > 0) {
		fputs(" and ", out);
		put_count(children, "child", "children", out);
	}
	fputs(" on ", out);
	if (timeline->processes == 1)
		put_count(timeline->place_count, "thread", "threads", out);
	else
		put_count(timeline->processes, "process", "processes", out);
	fprintf(out, ", %s", format_time(timeline->length_ns / 1e9, text));
}

void timeline_sums(const struct timeline *timeline, FILE *out)
{
	int64_t sums_ns[STRAND_STATES] = { 0 };
	char ran[16], waited[16], queued[16];

	for (size_t i = 0; i < timeline->count; i++)
		for (int state = 0; state < STRAND_STATES; state++)
			sums_ns[state] += timeline->strands[i].state_ns[state];
	fprintf(out, "added up: %s running, %s waiting, %s queued",
		format_time(sums_ns[STRAND_RUNNING] / 1e9, ran),
		format_time(sums_ns[STRAND_WAITING] / 1e9, waited),
		format_time(sums_ns[STRAND_QUEUED] / 1e9, queued));
}

static enum raster_cell cell_of(const int64_t share_ns[STRAND_STATES], int64_t width_ns)
{
	if (share_ns[STRAND_RUNNING] * 2 >= width_ns)
		return CELL_RUNNING;
	if (share_ns[STRAND_RUNNING] > 0)
		return CELL_PARTLY;
	if (share_ns[STRAND_WAITING] > share_ns[STRAND_QUEUED])
		return CELL_WAITING;
	return share_ns[STRAND_QUEUED] > 0 ? CELL_QUEUED : CELL_NONE;
}

void raster(const struct timeline *timeline, const struct strand *strand, unsigned columns,
	unsigned char cells[static RASTER_MAX])
{
	int64_t length_ns = timeline->length_ns > 0 ? timeline->length_ns : 1;
	const struct span *span = strand->spans, *end = span + strand->count;

	for (unsigned c = 0; c < columns; c++) {
		int64_t from_ns = length_ns * c / columns, to_ns = length_ns * (c + 1) / columns;
		int64_t share_ns[STRAND_STATES] = { 0 };
		while (span < end && span->to_ns <= from_ns)
			span++;
		for (const struct span *at = span; at < end && at->from_ns < to_ns; at++)
			share_ns[at->state] += (at->to_ns < to_ns ? at->to_ns : to_ns) -
				(at->from_ns > from_ns ? at->from_ns : from_ns);
		cells[c] = cell_of(share_ns, to_ns - from_ns);
	}
}

int64_t raster_step_ns(int64_t length_ns, unsigned steps)
{
	static const int factors[] = { 2, 5, 10 };
	int64_t power_ns = 1;

	for (;; power_ns *= 10) {
		if (power_ns * steps >= length_ns)
			return power_ns;
		for (int i = 0; i < 3; i++)
			if (power_ns * factors[i] * steps >= length_ns)
				return power_ns * factors[i];
	}
}
