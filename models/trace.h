/* SPDX-License-Identifier: MIT */
#ifndef MODELS_TRACE_H
#define MODELS_TRACE_H

/*
 * Probes: when each task began, waited, went on and ended, and on which thread
 * or process. A strand is what they tell of: a task of the job, or a child that
 * one started (models/par.h). Off, which is always but in `concbench trace`, a
 * probe is a load and a branch that is not taken.
 *
 * What a task waits for is seen where it gives way: in scheduler_park, in the
 * resumable form's return, in the callback form's. In the blocking worlds it is
 * every call that may wait, which trace_enter puts into the thread's tables of
 * calls (trace_worlds.c), so that those worlds have no probe at all.
 */
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum trace_kind {
	TRACE_SPAWN = 1, /* a child was started: it is queued */
	TRACE_BEGIN,     /* it runs, here */
	TRACE_WAIT,      /* it ran until now */
	TRACE_RUN,       /* it waited until now, and runs here */
	TRACE_END
};

struct trace_event {
	_Atomic int64_t time_ns; /* io_now_ns, written last; 0: who was to write it died */
	uint32_t strand;         /* from 1: the tasks, then their children */
	uint32_t kind;           /* enum trace_kind */
	pid_t pid, tid;          /* where */
};

/* A child: what it is to run, until it has begun. */
struct trace_child {
	int (*fn)(void *arg);
	void *arg;
	uint32_t parent; /* a strand */
};

enum { TRACE_EVENTS_MAX = 200000, TRACE_CHILDREN_MAX = 4096 };

/*
 * All of it, in memory shared with forked children, and in a file, so that it
 * outlives a trial that crashes. Every event has a place of its own.
 */
struct trace {
	uint64_t tasks;
	int64_t start_ns, end_ns; /* of the job */
	atomic_uint children;     /* started; those beyond TRACE_CHILDREN_MAX are not traced */
	atomic_ullong events;     /* happened; those beyond TRACE_EVENTS_MAX are lost */
	struct trace_child child[TRACE_CHILDREN_MAX];
	struct trace_event event[TRACE_EVENTS_MAX];
};

/* NULL: off. Set while no other thread runs. */
extern struct trace *trace;

/*
 * Trace a job of so many tasks, from now on, into the file at path, which is as
 * large as a struct trace and zeroed. 0 or -errno. For the main thread, as is
 * trace_close, which ends it.
 */
int trace_open(const char *path, uint64_t tasks);
void trace_close(void);

/* What the probes below do when it is on. */
uint32_t trace_enter_now(uint64_t i, bool callbacks);
void trace_exit_now(uint32_t caller);
uint32_t trace_leave_now(void);
void trace_return_now(uint32_t strand);
uint32_t trace_owner_now(void);
uint32_t trace_call_back_now(uint32_t owner);
void trace_done_now(uint64_t i);

static inline bool trace_on(void)
{
	return __builtin_expect(trace != NULL, false);
}

/*
 * Task i begins in this thread; callbacks: in its callback form. Returns what
 * trace_exit, at its end, is to be given: the strand that called it, or 0.
 */
static inline uint32_t trace_enter(uint64_t i, bool callbacks)
{
	return trace_on() ? trace_enter_now(i, callbacks) : 0;
}

static inline void trace_exit(uint32_t caller)
{
	if (trace_on())
		trace_exit_now(caller);
}

/* The strand of this thread gives way, or is about to wait. Returns it for trace_return, or 0. */
static inline uint32_t trace_leave(void)
{
	return trace_on() ? trace_leave_now() : 0;
}

/* It goes on, in this thread. */
static inline void trace_return(uint32_t strand)
{
	if (__builtin_expect(strand != 0, false))
		trace_return_now(strand);
}

/* Whose callbacks those are that are set up now: a task in its callback form, or 0. */
static inline uint32_t trace_owner(void)
{
	return trace_on() ? trace_owner_now() : 0;
}

/*
 * A callback of that task runs in this thread until trace_leave. Returns 0 where
 * there is none, or one of it called this one: then there is nothing to leave.
 */
static inline uint32_t trace_call_back(uint32_t owner)
{
	return __builtin_expect(owner != 0, false) ? trace_call_back_now(owner) : 0;
}

/* Task i has ended, in its callback form. */
static inline void trace_done(uint64_t i)
{
	if (trace_on())
		trace_done_now(i);
}

/* The strand of task i, for trace_return. */
static inline uint32_t trace_task(uint64_t i)
{
	return trace_on() ? (uint32_t)i + 1 : 0;
}

/* For trace.c and trace_worlds.c. */
void trace_note(enum trace_kind kind, uint32_t strand);
uint32_t trace_begin(uint32_t strand);
uint32_t trace_current(void); /* the strand of this thread, or 0 */
void trace_enter_worlds(void);
void trace_leave_worlds(void);

#endif
