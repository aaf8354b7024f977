/* SPDX-License-Identifier: MIT */
#include "timeline.h"

#include <errno.h>
#include <stdlib.h>

#include "../../models/trace.h"

/* A strand while its events are read. */
struct reading {
	struct strand strand; /* first, so that it is its reading */
	enum strand_state state;
	int64_t since_ns;
	unsigned place;
	size_t events;
	bool begun;
};

struct reader {
	struct timeline *timeline;
	const struct trace *trace;
	struct reading *readings; /* by strand, from 0 */
	size_t count, events;
	unsigned room; /* for places */
};

/* The time of an event, from the job's beginning; below 0 where its writer died over it. */
static int64_t time_of(const struct reader *reader, const struct trace_event *event)
{
	int64_t time_ns = atomic_load_explicit(&event->time_ns, memory_order_acquire);

	if (!time_ns || event->strand == 0 || event->strand > reader->count)
		return -1;
	return time_ns - reader->trace->start_ns;
}

static bool is_at(const struct place *place, const struct trace_event *event)
{
	return place->pid == event->pid && place->tid == event->tid;
}

/* The place of an event, a new one where it was not seen yet. 0 or -ENOMEM. */
static int find_place(struct reader *reader, const struct trace_event *event, unsigned *found)
{
	struct timeline *timeline = reader->timeline;
	unsigned threads = 0, process = timeline->processes + 1;

	if (*found < timeline->place_count && is_at(&timeline->places[*found], event))
		return 0;
	for (*found = 0; *found < timeline->place_count; ++*found) {
		const struct place *place = &timeline->places[*found];
		if (is_at(place, event))
			return 0;
		if (place->pid == event->pid) {
			threads++;
			process = place->process;
		}
	}
	if (timeline->place_count == reader->room) {
		reader->room = 2 * reader->room + 16;
		struct place *places = reallocarray(timeline->places, reader->room, sizeof *places);
		if (!places)
			return -ENOMEM;
		timeline->places = places;
	}
	timeline->places[timeline->place_count++] = (struct place){
		.pid = event->pid, .tid = event->tid, .process = process, .thread = threads + 1
	};
	timeline->processes += threads == 0;
	timeline->threaded |= threads > 0;
	return 0;
}

/* It was in its state until now; what has no length is not kept. */
static void close_span(struct reading *reading, int64_t now_ns)
{
	struct strand *strand = &reading->strand;

	if (reading->state == STRAND_NONE || now_ns <= reading->since_ns)
		return;
	strand->spans[strand->count++] = (struct span){ reading->since_ns, now_ns, reading->state,
		reading->place };
	strand->state_ns[reading->state] += now_ns - reading->since_ns;
}

static void enter_state(struct reading *reading, enum strand_state state, int64_t now_ns)
{
	close_span(reading, now_ns);
	reading->state = state;
	reading->since_ns = now_ns;
}

static int read_event(struct reader *reader, const struct trace_event *event, int64_t now_ns)
{
	static const enum strand_state next[] = {
		[TRACE_SPAWN] = STRAND_QUEUED,
		[TRACE_BEGIN] = STRAND_RUNNING,
		[TRACE_WAIT] = STRAND_WAITING,
		[TRACE_RUN] = STRAND_RUNNING,
		[TRACE_END] = STRAND_NONE,
	};
	struct reading *reading = &reader->readings[event->strand - 1];
	unsigned place = reading->place;
	/* A child is started at its parent's place, and is nowhere yet. */
	int err = event->kind == TRACE_SPAWN ? 0 : find_place(reader, event, &place);

	if (err)
		return err;
	enter_state(reading, next[event->kind], now_ns);
	reading->place = place;
	reading->begun |= event->kind == TRACE_BEGIN;
	return 0;
}

/* Memory for as many spans as there can be: one an event, and one more. */
static int make_room(struct reader *reader)
{
	struct timeline *timeline = reader->timeline;
	size_t used = 0;

	for (size_t i = 0; i < reader->events; i++)
		if (time_of(reader, &reader->trace->event[i]) >= 0)
			reader->readings[reader->trace->event[i].strand - 1].events++;
	timeline->spans = calloc(reader->events + reader->count, sizeof *timeline->spans);
	timeline->strands = calloc(reader->count, sizeof *timeline->strands);
	if (!timeline->spans || !timeline->strands)
		return -ENOMEM;
	for (size_t i = 0; i < reader->count; i++) {
		struct reading *reading = &reader->readings[i];
		reading->strand.spans = timeline->spans + used;
		reading->strand.child = i >= reader->trace->tasks;
		reading->strand.number = reading->strand.child ? i - reader->trace->tasks + 1 : i;
		reading->state = reading->strand.child ? STRAND_NONE : STRAND_QUEUED;
		used += reading->events + 1;
	}
	return 0;
}

static int read_events(struct reader *reader)
{
	struct timeline *timeline = reader->timeline;
	int64_t last_ns = 0;
	int err = make_room(reader);

	for (size_t i = 0; i < reader->events && !err; i++) {
		const struct trace_event *event = &reader->trace->event[i];
		int64_t now_ns = time_of(reader, event);
		if (now_ns < 0)
			continue;
		err = read_event(reader, event, now_ns);
		last_ns = now_ns > last_ns ? now_ns : last_ns;
	}
	if (timeline->lost > 0) /* nothing is known of what came later */
		timeline->length_ns = last_ns;
	for (size_t i = 0; i < reader->count && !err; i++) {
		struct reading *reading = &reader->readings[i];
		enter_state(reading, STRAND_NONE, timeline->length_ns);
		if (!reading->begun)
			continue;
		timeline->tasks += !reading->strand.child;
		timeline->strands[timeline->count++] = reading->strand;
	}
	return err;
}

int timeline_init(
	struct timeline *timeline, const struct trial_spec *spec, const struct trace *traced)
{
	uint64_t events = atomic_load(&traced->events), children = atomic_load(&traced->children);
	struct reader reader = { .timeline = timeline, .trace = traced };

	*timeline = (struct timeline){ .spec = spec,
		.length_ns = traced->end_ns - traced->start_ns,
		.lost = events > TRACE_EVENTS_MAX ? events - TRACE_EVENTS_MAX : 0,
		.untraced = children > TRACE_CHILDREN_MAX ? children - TRACE_CHILDREN_MAX : 0 };
	reader.events = events - timeline->lost;
	reader.count = traced->tasks + children - timeline->untraced;
	reader.readings = calloc(reader.count, sizeof *reader.readings);
	int err = reader.readings ? read_events(&reader) : -ENOMEM;
	free(reader.readings);
	if (err)
		timeline_free(timeline);
	return err;
}

void timeline_free(struct timeline *timeline)
{
	free(timeline->strands);
	free(timeline->spans);
	free(timeline->places);
	*timeline = (struct timeline){ 0 };
}
