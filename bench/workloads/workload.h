/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_WORKLOAD_H
#define WORKLOADS_WORKLOAD_H

/*
 * Seam 3: a workload is what the tasks do, written once as straight-line code
 * over models/io.h, whichever model runs it.
 */
#include <stdbool.h>
#include <stdint.h>

#include "../../models/param.h"
#include "../../models/runtime/resumable.h"

struct client;
struct loop;
struct origin;

/* A number that tasks of a workload report beside their digest, such as bytes a child. */
struct figure {
	const char *name; /* JSON key; NULL ends a table */
	const char *unit; /* "bytes", "ns"; "" for a plain number */
	const char *summary;
};

enum { FIGURES_MAX = 4, WORK_REASON_MAX = 256 };

/* What a workload has in a trial. Setup fills it; tasks only read it. */
struct work {
	const struct params *params; /* of the workload's table */
	const char *workdir;         /* an empty folder for its files, removed after the trial */
	struct origin *origin;       /* not started; see bench/origin.h */
	uint64_t expected;           /* out: the digest every task must yield */
	void *state;                 /* the workload's own */

	/*
	 * Out: how many operations a task makes, where the workload counts
	 * those (workload->operation); 1 unless setup says otherwise.
	 */
	uint64_t operations;

	/*
	 * Out: whether the tasks do something wrong to show what comes of it,
	 * as with a lock left out; tables say so, as such speed stands for nothing.
	 */
	bool demonstration;

	/* For a person, where setup or a task fails, or "". Written by work_explain alone. */
	const char *reason;

	struct work_said *said; /* private: see work_explain and work_figure */
};

enum workload_kind {
	WORKLOAD_IO,
	WORKLOAD_CPU,
	WORKLOAD_MIXED,
	WORKLOAD_SERVICE,
	WORKLOAD_STRUCTURE /* tasks that start others (models/par.h) */
};

/* The end of a task's callback form: err is 0 or a -errno. */
typedef void task_done_fn(void *arg, int err, uint64_t digest);

/* The end of a connection's callback form. */
typedef void connection_done_fn(void *arg);

/* What the frame of a task in resumable form begins with. The frame's result is 0 or -errno. */
struct task_frame {
	struct resumable self;
	struct work *work;
	uint64_t i;
	uint64_t digest; /* out */
};

/* A resumable form: a frame of so many bytes, and the function that runs in it. */
struct resumable_form {
	size_t frame_bytes;
	resume_fn *resume;
};

struct workload {
	const char *name, *summary;
	enum workload_kind kind;
	const struct param *params; /* may be NULL */
	uint64_t tasks;             /* tasks of a trial, unless asked otherwise */
	unsigned fds_per_task;      /* descriptors that a task in flight holds, in one process */
	unsigned needs;        /* of `task`, enum model_feature: a model without is unavailable */
	const char *operation; /* what throughput counts, such as "spawns"; NULL: tasks */
	const struct figure *figures; /* what tasks report; at most FIGURES_MAX; may be NULL */

	/*
	 * Untimed: the origin, files, the expected digest. 0, or -errno with
	 * work->reason; -ENOTSUP where this machine or these parameters cannot
	 * have it: the cell is then unavailable. May be NULL.
	 */
	int (*setup)(struct work *work);

	/* Timed, straight-line: do task i and give its digest. 0 or -errno, -ENOTSUP as above. */
	int (*task)(struct work *work, uint64_t i, uint64_t *digest);

	/*
	 * The same as callbacks on loop: calls done once, perhaps at once. May
	 * be NULL for a task that never waits, as it is then its own callback.
	 */
	void (*callback)(
		struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg);

	/*
	 * The same as a resumable function, in a frame that begins with a struct
	 * task_frame. May be left out; a task that only computes needs none.
	 */
	struct resumable_form resumable;

	/*
	 * A service has these in place of the three above. The straight-line
	 * handler serves fd to its end and does not close it, nor does the
	 * resumable one (models/service.h); the callback form closes it and
	 * then calls done, once.
	 */
	void (*connection)(struct work *work, int fd);
	void (*connection_callback)(
		struct work *work, int fd, struct loop *loop, connection_done_fn *done, void *arg);
	struct resumable_form connection_resumable;
	const char *refusal;         /* what a client beyond the limit is told; NULL: nothing */
	const struct client *client; /* how the load generator talks to it */

	/* Undo setup, also one that failed half-way. May be NULL. */
	void (*teardown)(struct work *work);
};

/* What tasks say beside their records, in memory that forked children share. */
struct work_said {
	bool explained; /* somebody writes reason, or has */
	char reason[WORK_REASON_MAX];
	long peak_kib;    /* the most that work_peak_memory was told */
	double figures[]; /* FIGURES_MAX a task */
};

/*
 * Say why setup or a task fails, for work->reason: of several the first is
 * kept. It is told of a setup that fails, and of tasks that come to -ENOTSUP.
 * Thread-safe, and across forked children.
 */
__attribute__((format(printf, 2, 3))) void work_explain(
	const struct work *work, const char *format, ...);

/* Report figure `which` of the workload's table for task i. Thread-safe. */
void work_figure(const struct work *work, uint64_t i, unsigned which, double value);

/*
 * Report the memory of all processes of the trial, in KiB, at a moment when it is
 * at its most: those who sample it from outside may miss that. Thread-safe.
 */
void work_peak_memory(const struct work *work, long kib);

/* The path of a file that is task i's own. Thread-safe. */
enum { WORK_PATH_MAX = 512 };
void work_path(const struct work *work, uint64_t i, char path[WORK_PATH_MAX]);

/* Every workload, in the order that tables show them, closed by NULL. */
extern const struct workload *const workloads[];

/*
 * Those that only show something, such as what a crash takes along, closed by
 * NULL: found by their names, and part of no run that does not name them.
 */
extern const struct workload *const demonstrations[];

/* The workload or demonstration of that name, or NULL. */
const struct workload *workload_find(const char *name);

#endif
