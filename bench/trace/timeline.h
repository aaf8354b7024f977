/* SPDX-License-Identifier: MIT */
#ifndef TRACE_TIMELINE_H
#define TRACE_TIMELINE_H

/* What a trace (models/trace.h) tells: of each strand, when it was in which state, and where. */
#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

struct trace;
struct trial_spec;

enum strand_state { STRAND_NONE, STRAND_QUEUED, STRAND_WAITING, STRAND_RUNNING, STRAND_STATES };

/* A time in one state. Times are in ns from the job's beginning. */
struct span {
	int64_t from_ns, to_ns;
	enum strand_state state;
	unsigned place; /* where it ran or began to wait */
};

/* A task, or a child of one. */
struct strand {
	bool child;
	uint64_t number; /* of the task; of children, in the order in which they were started */
	struct span *spans;
	size_t count;
	int64_t state_ns[STRAND_STATES]; /* how long it was in each */
};

/* A thread that something ran in. Its numbers count from 1, in the order of appearance. */
struct place {
	pid_t pid, tid;
	unsigned process, thread; /* the thread of that process */
};

struct timeline {
	const struct trial_spec *spec;
	int64_t length_ns;
	struct strand *strands; /* that began, tasks first */
	size_t count, tasks;
	struct place *places;
	unsigned place_count, processes;
	bool threaded; /* some process has several threads */

	/* What there was no room for: events, and children. */
	uint64_t lost, untraced;

	struct span *spans; /* of all strands */
};

/* Read a trace whose writers have ended. 0 or -ENOMEM. To be freed; spec must outlive it. */
int timeline_init(
	struct timeline *timeline, const struct trial_spec *spec, const struct trace *traced);
void timeline_free(struct timeline *timeline);

/* "task 3" or "child 12"; "thread 1", "process 2" or "process 2.1". */
enum { TIMELINE_NAME = 32 };
const char *strand_name(const struct strand *strand, char text[static TIMELINE_NAME]);
const char *place_name(
	const struct timeline *timeline, unsigned place, char text[static TIMELINE_NAME]);

/* Where the strand ran, in a few words: "thread 1", "threads 1, 2", "> 3 threads", "process 1, 2
 * threads". */
const char *strand_places(const struct timeline *timeline, const struct strand *strand,
	char text[static TIMELINE_NAME]);

/* What was traced, and how long its strands were in which state: a line each, without its end. */
void timeline_title(const struct timeline *timeline, FILE *out);
void timeline_sums(const struct timeline *timeline, FILE *out);

/* A timeline seen through so many cells of equal length: what a strand did in each. */
enum raster_cell { CELL_NONE, CELL_QUEUED, CELL_WAITING, CELL_PARTLY, CELL_RUNNING, CELLS };
enum { RASTER_MAX = 1024 };
void raster(const struct timeline *timeline, const struct strand *strand, unsigned columns,
	unsigned char cells[static RASTER_MAX]);

/* The words of a legend, by cell. */
extern const char *const raster_words[CELLS];

/* A step of 1, 2 or 5 that gives at most so many steps up to length_ns. */
int64_t raster_step_ns(int64_t length_ns, unsigned steps);

#endif
