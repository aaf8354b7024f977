/* SPDX-License-Identifier: MIT */
/*
 * What a trace tells of runs whose schedule is known: which tasks overlap, where
 * they ran, that each was run once, and that the times add up.
 */
#include "small.h"

#include <sys/mman.h>

#include "../bench/trace/timeline.h"
#include "../models/trace.h"

enum { LIMIT_S = 60 };

/* A run and what was traced of it. */
struct traced {
	struct small small;
	struct timeline timeline;
};

static struct trace *map_trace(char path[static 64])
{
	int fd = memfd_create("trace", MFD_CLOEXEC);

	check(fd >= 0);
	check_equal(ftruncate(fd, sizeof(struct trace)), 0);
	void *memory = mmap(NULL, sizeof(struct trace), PROT_READ, MAP_SHARED, fd, 0);
	check(memory != MAP_FAILED);
	snprintf(path, 64, "/proc/self/fd/%d", fd);
	return memory;
}

/* Run so many tasks of a small workload, all at once where the model can. */
static void run_traced(struct traced *traced, const char *model, const char *workload,
	uint64_t tasks, const char *name, const char *value)
{
	struct small *small = &traced->small;
	char path[64], reason[128];

	small_open_with(small, workload_find(workload), tasks, name, value);
	small_choose(small, model);
	struct trace *memory = map_trace(path);
	check_equal(trace_open(path, tasks), 0);
	check_equal(trial_run(&small->trial, small->spec.model, tasks, tasks), 0);
	trace_close();
	if (trial_errors(&small->trial, reason, sizeof reason) > 0)
		fail_case("%s", reason);
	small->spec.model_name = model;
	check_equal(timeline_init(&traced->timeline, &small->spec, memory), 0);
	munmap(memory, sizeof *memory);
}

static void close_traced(struct traced *traced)
{
	timeline_free(&traced->timeline);
	small_close(&traced->small);
}

/* For how long both were in these states at once. */
static int64_t both_ns(const struct strand *a, enum strand_state a_state, const struct strand *b,
	enum strand_state b_state)
{
	int64_t sum_ns = 0;

	for (const struct span *x = a->spans; x < a->spans + a->count; x++)
		for (const struct span *y = b->spans; y < b->spans + b->count; y++) {
			int64_t from_ns = x->from_ns > y->from_ns ? x->from_ns : y->from_ns;
			int64_t to_ns = x->to_ns < y->to_ns ? x->to_ns : y->to_ns;
			if (x->state == a_state && y->state == b_state && to_ns > from_ns)
				sum_ns += to_ns - from_ns;
		}
	return sum_ns;
}

static bool runs_at(const struct strand *strand, unsigned place)
{
	for (size_t i = 0; i < strand->count; i++)
		if (strand->spans[i].state == STRAND_RUNNING && strand->spans[i].place == place)
			return true;
	return false;
}

/* A strand's spans follow each other without gaps, and add up. */
static void check_strand(const struct timeline *timeline, const struct strand *strand)
{
	int64_t sum_ns = 0;

	check(strand->count > 0);
	for (size_t i = 0; i < strand->count; i++) {
		const struct span *span = &strand->spans[i];
		check(span->from_ns >= 0 && span->to_ns > span->from_ns);
		check(span->to_ns <= timeline->length_ns);
		if (i > 0)
			check_equal(span->from_ns, span[-1].to_ns);
		sum_ns += span->to_ns - span->from_ns;
	}
	check_equal(sum_ns, strand->spans[strand->count - 1].to_ns - strand->spans[0].from_ns);
	check_equal(sum_ns,
		strand->state_ns[STRAND_QUEUED] + strand->state_ns[STRAND_WAITING] +
			strand->state_ns[STRAND_RUNNING]);
	check(strand->state_ns[STRAND_RUNNING] > 0);
}

/* One thread runs one strand at a time. */
static void check_places(const struct timeline *timeline)
{
	for (unsigned place = 0; place < timeline->place_count; place++) {
		const struct span *list[4096];
		size_t count = 0;
		for (size_t i = 0; i < timeline->count; i++)
			for (size_t k = 0; k < timeline->strands[i].count; k++) {
				const struct span *span = &timeline->strands[i].spans[k];
				if (span->state == STRAND_RUNNING && span->place == place &&
					count < 4096)
					list[count++] = span;
			}
		for (size_t a = 0; a < count; a++)
			for (size_t b = 0; b < a; b++)
				check(list[a]->to_ns <= list[b]->from_ns ||
					list[b]->to_ns <= list[a]->from_ns);
	}
}

static void check_timeline(const struct timeline *timeline, size_t tasks, size_t children)
{
	check_equal(timeline->tasks, tasks);
	check_equal(timeline->count, tasks + children);
	check_equal(timeline->lost, 0);
	check_equal(timeline->untraced, 0);
	for (size_t i = 0; i < timeline->count; i++) {
		check_strand(timeline, &timeline->strands[i]);
		check_equal(timeline->strands[i].child, i >= tasks);
		check_equal(timeline->strands[i].number, i >= tasks ? i - tasks + 1 : i);
	}
	check_places(timeline);
}

/* Tasks that sleep, in any model. arg: its name. */
static void naps(const void *arg)
{
	struct traced traced;
	const struct strand *strand;

	run_traced(&traced, arg, "naps", 6, NULL, NULL);
	check_timeline(&traced.timeline, 6, 0);
	strand = traced.timeline.strands;
	check_equal(strand->spans[0].state, STRAND_QUEUED);
	check_equal(strand->spans[0].from_ns, 0);
	for (int i = 0; i < 6; i++) {
		const int64_t nap_ns[] = { 10000000, 4000000, 2000000 };
		check(strand[i].state_ns[STRAND_WAITING] > 0);
		check(strand[i].state_ns[STRAND_WAITING] + strand[i].state_ns[STRAND_RUNNING] >=
			nap_ns[i % 3]);
	}
	close_traced(&traced);
}

/* One after the other: when one began, that before it had ended. */
static void blocking(const void *arg)
{
	struct traced traced;

	(void)arg;
	run_traced(&traced, "blocking", "naps", 5, NULL, NULL);
	const struct strand *strand = traced.timeline.strands;
	for (int i = 1; i < 5; i++)
		check(strand[i].spans[0].state == STRAND_QUEUED &&
			strand[i].spans[0].to_ns >=
				strand[i - 1].spans[strand[i - 1].count - 1].to_ns);
	check_equal(traced.timeline.place_count, 1);
	close_traced(&traced);
}

/* At once: all wait at the same time. arg: the model; on one thread, but "threads". */
static void together(const void *arg)
{
	struct traced traced;
	const char *model = arg;

	run_traced(&traced, model, "naps", 3, "durations_ms", "50");
	const struct timeline *timeline = &traced.timeline;
	const struct strand *strand = timeline->strands;
	for (int i = 1; i < 3; i++)
		check(both_ns(&strand[0], STRAND_WAITING, &strand[i], STRAND_WAITING) > 10000000);
	check_equal(timeline->place_count, strcmp(model, "threads") == 0 ? 3 : 1);
	check_equal(timeline->processes, 1);
	for (int i = 1; i < 3 && timeline->place_count == 1; i++)
		check_equal(both_ns(&strand[0], STRAND_RUNNING, &strand[i], STRAND_RUNNING), 0);
	close_traced(&traced);
}

/* Each task in a process of its own, which is not this one. */
static void processes(const void *arg)
{
	struct traced traced;

	(void)arg;
	run_traced(&traced, "processes", "naps", 3, NULL, NULL);
	check_equal(traced.timeline.processes, 3);
	for (unsigned i = 0; i < traced.timeline.place_count; i++)
		check(traced.timeline.places[i].pid != getpid());
	close_traced(&traced);
}

/* What a task computes is done in another thread than the rest of it. */
static void offload(const void *arg)
{
	struct traced traced;

	(void)arg;
	run_traced(&traced, "offload", "primes", 2, NULL, NULL);
	check_timeline(&traced.timeline, 2, 0);
	for (int i = 0; i < 2; i++) {
		const struct strand *strand = &traced.timeline.strands[i];
		unsigned elsewhere = 0, loop = strand->spans[1].place;
		for (unsigned place = 0; place < traced.timeline.place_count; place++)
			elsewhere += place != loop && runs_at(strand, place);
		check_equal(elsewhere, 1);
	}
	close_traced(&traced);
}

/* Children are strands as well. arg: the model. */
static void children(const void *arg)
{
	struct traced traced;

	run_traced(&traced, arg, "gather", 2, "children", "3");
	check_timeline(&traced.timeline, 2, 6);
	close_traced(&traced);
}

/* A blocking call is running, as far as a model sees; meanwhile a loop runs nothing else. */
static void stall(const void *arg)
{
	const int64_t block_ns = 30000000;
	struct traced traced;
	int64_t longest_ns = 0;

	(void)arg;
	run_traced(&traced, "coroutine", "stall", 1, "block_ms", "30");
	check_timeline(&traced.timeline, 1, 5);
	for (size_t i = 0; i < traced.timeline.count; i++)
		for (size_t k = 0; k < traced.timeline.strands[i].count; k++) {
			const struct span *span = &traced.timeline.strands[i].spans[k];
			if (span->state == STRAND_RUNNING &&
				span->to_ns - span->from_ns > longest_ns)
				longest_ns = span->to_ns - span->from_ns;
		}
	check(longest_ns >= block_ns);
	close_traced(&traced);
}

/* More events than there is room for: those that came first are kept, the rest is counted. */
static void too_many(const void *arg)
{
	struct traced traced;

	(void)arg;
	run_traced(&traced, "coroutine", "switch", 1, "yields", "120000");
	check(traced.timeline.lost > 0);
	check_equal(traced.timeline.tasks, 1);
	for (size_t i = 0; i < traced.timeline.count; i++)
		check_strand(&traced.timeline, &traced.timeline.strands[i]);
	close_traced(&traced);
}

/* A file of another size is none of ours. */
static void wrong_file(const void *arg)
{
	(void)arg;
	check_equal(trace_open("/nonexistent/trace", 1), -ENOENT);
	int fd = memfd_create("short", MFD_CLOEXEC);
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	check_equal(trace_open(path, 1), -EINVAL);
	close(fd);
	check(!trace_on());
}

/* Ten cells of 10 ns: what lasted longest, but anything that ran shows. */
static void cells(const void *arg)
{
	struct span spans[] = {
		{ 0, 14, STRAND_QUEUED, 0 },
		{ 14, 41, STRAND_WAITING, 0 },
		{ 41, 42, STRAND_RUNNING, 0 },
		{ 42, 65, STRAND_WAITING, 0 },
		{ 65, 80, STRAND_RUNNING, 0 },
	};
	const struct strand strand = { .spans = spans, .count = 5 };
	const struct timeline timeline = { .length_ns = 100 };
	const unsigned char expected[] = { CELL_QUEUED, CELL_WAITING, CELL_WAITING, CELL_WAITING,
		CELL_PARTLY, CELL_WAITING, CELL_RUNNING, CELL_RUNNING, CELL_NONE, CELL_NONE };
	unsigned char seen[RASTER_MAX];

	(void)arg;
	raster(&timeline, &strand, 10, seen);
	for (int i = 0; i < 10; i++)
		check_equal(seen[i], expected[i]);
	check_equal(raster_step_ns(100, 4), 50);
	check_equal(raster_step_ns(2010000000, 4), 1000000000);
	check_equal(raster_step_ns(0, 4), 1);
}

static void check_where(const struct timeline *timeline, size_t count, const char *expected)
{
	struct span spans[8] = { { .state = STRAND_WAITING, .place = 7 } };
	const struct strand strand = { .spans = spans, .count = 1 + count };
	char text[TIMELINE_NAME];

	for (unsigned i = 0; i < count; i++)
		spans[1 + i] = (struct span){ .state = STRAND_RUNNING, .place = i };
	if (strcmp(strand_places(timeline, &strand, text), expected) != 0)
		fail_case("'%s', not '%s'", text, expected);
}

/* Where a strand ran that ran in so many threads, of the only process or of one of them. */
static void where(const void *arg)
{
	struct place places[] = { { .process = 1, .thread = 1 }, { .process = 1, .thread = 2 },
		{ .process = 1, .thread = 3 }, { .process = 1, .thread = 4 } };
	struct timeline timeline = { .places = places, .processes = 1, .threaded = true };

	(void)arg;
	check_where(&timeline, 0, "");
	check_where(&timeline, 1, "thread 1");
	check_where(&timeline, 2, "threads 1, 2");
	check_where(&timeline, 3, "threads 1, 2, 3");
	check_where(&timeline, 4, "> 3 threads");
	timeline.processes = 2;
	check_where(&timeline, 0, "");
	check_where(&timeline, 1, "process 1.1");
	check_where(&timeline, 2, "process 1, 2 threads");
	check_where(&timeline, 3, "process 1, 3 threads");
	check_where(&timeline, 4, "process 1, > 3 threads");
}

/* A callback that comes while another strand runs keeps that one waiting. */
static void nested_callback(const void *arg)
{
	static const struct {
		enum trace_kind kind;
		uint32_t strand;
	} expected[] = { { TRACE_BEGIN, 1 }, { TRACE_WAIT, 1 }, { TRACE_BEGIN, 2 },
		{ TRACE_WAIT, 2 }, { TRACE_RUN, 1 }, { TRACE_WAIT, 1 } };
	const size_t events = sizeof expected / sizeof *expected;
	char path[64];
	struct trace *memory = map_trace(path);

	(void)arg;
	check_equal(trace_open(path, 2), 0);
	check_equal(trace_enter(0, true), 0);
	check_equal(trace_enter(1, true), 1);
	check_equal(trace_call_back(trace_task(1)), 0);
	check_equal(trace_call_back(trace_task(0)), 1);
	trace_leave();
	trace_close();
	check_equal(memory->events, events);
	for (size_t i = 0; i < events; i++) {
		check_equal(memory->event[i].kind, expected[i].kind);
		check_equal(memory->event[i].strand, expected[i].strand);
	}
	munmap(memory, sizeof *memory);
}

static const struct {
	const char *name;
	void (*run)(const void *arg);
	const char *model;
} cases[] = {
	{ "blocking", blocking, NULL },
	{ "together_threads", together, "threads" },
	{ "together_coroutine", together, "coroutine" },
	{ "together_eventloop", together, "eventloop" },
	{ "together_stackless", together, "stackless" },
	{ "processes", processes, NULL },
	{ "offload", offload, NULL },
	{ "children_blocking", children, "blocking" },
	{ "children_threads", children, "threads" },
	{ "children_threadpool", children, "threadpool" },
	{ "children_processes", children, "processes" },
	{ "children_coroutine", children, "coroutine" },
	{ "children_multicore", children, "multicore" },
	{ "stall", stall, NULL },
	{ "too_many", too_many, NULL },
	{ "wrong_file", wrong_file, NULL },
	{ "cells", cells, NULL },
	{ "where", where, NULL },
	{ "nested_callback", nested_callback, NULL },
};

enum { CASES = sizeof cases / sizeof *cases, MODELS_MAX = 32 };

static void runs_case(void **state)
{
	size_t i = (size_t)(uintptr_t)*state;

	child_must_pass(LIMIT_S, cases[i].run, cases[i].model);
}

static void traces_model(void **state)
{
	const struct model *model = *state;
	const char *why = model_unavailable(model, NULL);

	if (why) {
		print_message("# skip %s: %s\n", model->name, why);
		skip();
	}
	child_must_pass(LIMIT_S, naps, model->name);
}

int main(void)
{
	struct CMUnitTest tests[CASES + MODELS_MAX];
	size_t count = 0;

	small_environment();
	for (; count < CASES; count++)
		tests[count] = (struct CMUnitTest){ .name = cases[count].name,
			.test_func = runs_case,
			.initial_state = (void *)(uintptr_t)count };
	for (const struct model *const *model = models; *model && count < CASES + MODELS_MAX;
		model++)
		tests[count++] = (struct CMUnitTest){ .name = (*model)->name,
			.test_func = traces_model,
			.initial_state = (void *)*model };
	return _cmocka_run_group_tests("trace", tests, count, NULL, NULL);
}
