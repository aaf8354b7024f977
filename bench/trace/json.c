/* SPDX-License-Identifier: MIT */
/*
 * Chrome's trace event format ("Trace Event Format", Google, 2016): times are in
 * us, X is a slice of a thread, b and e begin and end a slice of something that
 * no thread owns, M names a process or a thread.
 */
#include "../trial.h"
#include "outputs.h"
#include "timeline.h"

static const char *const states[] = {
	[STRAND_QUEUED] = "queued",
	[STRAND_WAITING] = "waiting",
	[STRAND_RUNNING] = "running",
};

struct json_out {
	const struct timeline *timeline;
	FILE *file;
	bool some; /* events came before */
};

/* The beginning of an event, which the caller closes. */
static void begin_event(
	struct json_out *out, char phase, const char *name, int64_t time_ns, const struct place *at)
{
	fprintf(out->file, "%s{\"ph\":\"%c\",\"name\":\"%s\",\"ts\":%.3f,\"pid\":%d,\"tid\":%d",
		out->some ? ",\n" : "\n", phase, name, time_ns / 1e3, at->pid, at->tid);
	out->some = true;
}

static void put_places(struct json_out *out)
{
	const struct timeline *timeline = out->timeline;
	char name[TIMELINE_NAME];

	for (unsigned i = 0; i < timeline->place_count; i++) {
		const struct place *at = &timeline->places[i];
		if (at->thread == 1) {
			begin_event(out, 'M', "process_name", 0, at);
			fprintf(out->file, ",\"args\":{\"name\":\"%s under %s, process %u\"}}",
				timeline->spec->workload->name, timeline->spec->model->name,
				at->process);
		}
		begin_event(out, 'M', "thread_name", 0, at);
		fprintf(out->file, ",\"args\":{\"name\":\"%s\"}}", place_name(timeline, i, name));
	}
}

/* One half of a slice of the strand's own track. */
static void put_half(struct json_out *out, char phase, const char *name, int64_t time_ns,
	const struct strand *strand)
{
	unsigned place = strand->spans[strand->count - 1].place;

	begin_event(out, phase, name, time_ns, &out->timeline->places[place]);
	fprintf(out->file, ",\"cat\":\"task\",\"id\":%zu}",
		(size_t)(strand - out->timeline->strands) + 1);
}

static void put_strand(struct json_out *out, const struct strand *strand)
{
	char name[TIMELINE_NAME];

	if (strand->count == 0)
		return;
	strand_name(strand, name);
	put_half(out, 'b', name, strand->spans[0].from_ns, strand);
	for (size_t i = 0; i < strand->count; i++) {
		const struct span *span = &strand->spans[i];
		put_half(out, 'b', states[span->state], span->from_ns, strand);
		put_half(out, 'e', states[span->state], span->to_ns, strand);
		if (span->state != STRAND_RUNNING)
			continue;
		begin_event(out, 'X', name, span->from_ns, &out->timeline->places[span->place]);
		fprintf(out->file, ",\"cat\":\"running\",\"dur\":%.3f}",
			(span->to_ns - span->from_ns) / 1e3);
	}
	put_half(out, 'e', name, strand->spans[strand->count - 1].to_ns, strand);
}

void timeline_json(const struct timeline *timeline, FILE *out)
{
	struct json_out json = { .timeline = timeline, .file = out };

	fputs("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[", out);
	put_places(&json);
	for (size_t i = 0; i < timeline->count; i++)
		put_strand(&json, &timeline->strands[i]);
	fprintf(out, "\n],\"otherData\":{\"title\":\"");
	timeline_title(timeline, out);
	fprintf(out, "\",\"lost_events\":%llu}}\n", (unsigned long long)timeline->lost);
}
