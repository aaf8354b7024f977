/* SPDX-License-Identifier: MIT */
#ifndef BENCH_TRIAL_H
#define BENCH_TRIAL_H

/* Seam 4: one run of one cell, in a process of its own. */
#include <jansson.h>
#include <stdbool.h>

#include "../models/model.h"
#include "workloads/workload.h"

struct command;

/* What one trial is to do. */
struct trial_spec {
	const char *model_name;     /* as asked for, with the model's own parameters */
	const struct model *model;  /* NULL where the service is an outside one */
	struct params model_params; /* of the model's own table; zeroed: its defaults */
	const char *external;       /* then: its ADDR:PORT */
	const struct workload *workload;
	struct params params;
	unsigned concurrency;
	uint64_t tasks;
	uint64_t warmup;      /* tasks run before, and not measured */
	bool pin;             /* model and origin on disjoint CPUs */
	uint64_t seed;        /* of a load's arrivals */
	double ceiling_per_s; /* of the load generator; 0: not known */
	bool ceiling_only;    /* measure just that */
	bool counts;      /* of system calls and allocations; the times then stand for nothing */
	bool inject_call; /* self-test: a system call more each task */
	double inject_percent; /* self-test: so many of the tasks do their work twice */
	const char *trace; /* the file that it is traced into (models/trace.h); NULL: it is not */
	const char *workdir;

	/* For trial_process, of a gate's other program. */
	const char *program;     /* its path; NULL: this one */
	uint32_t unknown_params; /* by row: those that it does not have */
};

/* What became of one task. One cache line, so that two cores never share one. */
struct record {
	int64_t start_ns, end_ns; /* io_now_ns */
	uint64_t digest;
	int32_t err;
	uint32_t runs;     /* times it was run: 1, or the model is broken */
	job_done_fn *done; /* what to call at the end of the callback form */
	void *arg;
	uint64_t number; /* of the task, in that form */
} __attribute__((aligned(64)));

struct trial {
	struct job job; /* first, so that a job is its trial */
	const struct trial_spec *spec;
	const struct workload *workload;
	struct work work;
	struct record *records; /* in memory shared with forked children; one a task */
};

/* Ready trial for trial_run: records for so many tasks. 0 or -errno. */
int trial_open(struct trial *trial, const struct trial_spec *spec, struct origin *origin);

/*
 * Have the model run tasks numbered 0 .. tasks - 1, with the parameters of the
 * spec where that is of this model, else with its defaults. As model->run.
 */
int trial_run(struct trial *trial, const struct model *model, uint64_t tasks, unsigned concurrency);

/*
 * How many of the tasks went wrong: failed, never run or run twice, a wrong
 * digest, an end before the start. *reason, for a person, tells of the first.
 */
uint64_t trial_errors(const struct trial *trial, char *reason, size_t size);

/* For trial_open: the job's part that starts tasks in their resumable form (trial_resumable.c). */
void trial_resumable(struct trial *trial);

/* The system call of the self-test, for a task that begins (trial_inject.c). */
void trial_inject_call(void);

/*
 * Do task i a second time where the share of the self-test has come to it: spread
 * evenly, inject_percent of all. What goes wrong then goes to its record.
 */
void trial_inject_work(struct trial *trial, uint64_t i);

/* Undo trial_open. */
void trial_close(struct trial *trial);

/*
 * Set up, warm up, measure and tear down: the trial's JSON object, with status
 * and reason. Never NULL but for lack of memory. For a process of its own: it
 * raises limits and pins CPUs.
 */
json_t *trial_measure(const struct trial_spec *spec);

/* The same for a service: start its server, load it, stop it. */
json_t *trial_measure_service(const struct trial_spec *spec);

/* Descriptors that a trial may have open in one process. */
uint64_t trial_descriptors(const struct workload *workload, unsigned concurrency);

/* `concbench trial ...`: prints the object on stdout. */
extern const struct command trial_command;

#endif
