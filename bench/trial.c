/* SPDX-License-Identifier: MIT */
#include "trial.h"

#include <errno.h>
#include <math.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../models/http.h"
#include "../models/io.h"
#include "../models/trace.h"
#include "counts.h"
#include "cpus.h"
#include "inability.h"
#include "origin.h"
#include "trial_result.h"

static void run_task(struct job *job, uint64_t i)
{
	struct trial *trial = (struct trial *)job;
	struct record *record = &trial->records[i];

	uint32_t caller = trace_enter(i, false);

	record->runs++;
	record->start_ns = io_now_ns();
	if (trial->spec->inject_call)
		trial_inject_call();
	record->err = trial->workload->task(&trial->work, i, &record->digest);
	if (trial->spec->inject_percent > 0)
		trial_inject_work(trial, i);
	record->end_ns = io_now_ns();
	trace_exit(caller);
}

static void task_done(void *arg, int err, uint64_t digest)
{
	struct record *record = arg;

	record->end_ns = io_now_ns();
	record->err = err;
	record->digest = digest;
	trace_done(record->number);
	record->done(record->arg);
}

static void start_task(struct job *job, uint64_t i, struct loop *loop, job_done_fn *done, void *arg)
{
	struct trial *trial = (struct trial *)job;
	struct record *record = &trial->records[i];

	if (!trial->workload->callback) {
		run_task(job, i);
		done(arg);
		return;
	}
	record->runs++;
	record->done = done;
	record->arg = arg;
	record->number = i;
	uint32_t caller = trace_enter(i, true);
	record->start_ns = io_now_ns();
	if (trial->spec->inject_call)
		trial_inject_call();
	trial->workload->callback(&trial->work, i, loop, task_done, record);
	trace_leave();
	trace_return(caller);
}

static void fail_task(struct job *job, uint64_t i, int err)
{
	struct trial *trial = (struct trial *)job;

	trial->records[i].err = err;
}

static size_t records_size(const struct trial *trial)
{
	return trial->job.tasks * sizeof(struct record);
}

static size_t said_size(const struct trial *trial)
{
	return sizeof(struct work_said) + trial->job.tasks * FIGURES_MAX * sizeof(double);
}

/* As before any task was run. */
static void forget(struct trial *trial)
{
	memset(trial->records, 0, records_size(trial));
	trial->work.said->explained = false;
	*trial->work.said->reason = '\0';
	trial->work.said->peak_kib = 0;
	for (uint64_t i = 0; i < trial->job.tasks * FIGURES_MAX; i++)
		trial->work.said->figures[i] = NAN;
}

/* Forked children write here too. */
static void *map_shared(size_t size, int flags)
{
	void *memory = mmap(
		NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | flags, -1, 0);

	return memory == MAP_FAILED ? NULL : memory;
}

int trial_open(struct trial *trial, const struct trial_spec *spec, struct origin *origin)
{
	*trial = (struct trial){
		.job = { .tasks = spec->tasks,
			.task = run_task,
			.start = start_task,
			.fail = fail_task },
		.spec = spec,
		.workload = spec->workload,
		.work = { .params = &spec->params,
			.workdir = spec->workdir,
			.origin = origin,
			.operations = 1 },
	};
	trial_resumable(trial);
	trial->records = map_shared(records_size(trial), MAP_POPULATE);
	if (!trial->records)
		return -ENOMEM;
	trial->work.said = map_shared(said_size(trial), 0);
	if (!trial->work.said) {
		munmap(trial->records, records_size(trial));
		return -ENOMEM;
	}
	trial->work.reason = trial->work.said->reason;
	forget(trial);
	return 0;
}

void trial_close(struct trial *trial)
{
	munmap(trial->work.said, said_size(trial));
	munmap(trial->records, records_size(trial));
}

int trial_run(struct trial *trial, const struct model *model, uint64_t tasks, unsigned concurrency)
{
	uint64_t all = trial->job.tasks;
	struct params defaults;

	trial->job.params = &trial->spec->model_params;
	if (trial->spec->model_params.table != model->params) {
		params_init(&defaults, model->params);
		trial->job.params = &defaults;
	}
	trial->job.tasks = tasks;
	trial->job.concurrency = concurrency;
	int err = model->run(&trial->job);
	trial->job.tasks = all;
	return err;
}

/* said: what a task itself said of what it cannot have, or "". */
static const char *fault(const struct record *record, uint64_t expected, const char *said)
{
	if (record->err == -ECHILD)
		return "its process died";
	if (record->err == -ENOTSUP && *said)
		return said;
	if (record->err == -EBADMSG)
		return "the answer was not the expected one";
	if (record->err)
		return strerror(-record->err);
	if (record->runs == 0)
		return "it was never run";
	if (record->runs > 1)
		return "it was run more than once";
	if (record->digest != expected)
		return "its digest is wrong";
	if (record->end_ns < record->start_ns)
		return "it ended before it started";
	return NULL;
}

uint64_t trial_errors(const struct trial *trial, char *reason, size_t size)
{
	uint64_t errors = 0;

	for (uint64_t i = 0; i < trial->job.tasks; i++) {
		const char *what = fault(
			&trial->records[i], trial->work.expected, trial->work.reason);
		if (what && errors++ == 0)
			snprintf(reason, size, "task %llu: %s", (unsigned long long)i, what);
	}
	return errors;
}

uint64_t trial_descriptors(const struct workload *workload, unsigned concurrency)
{
	enum { OWN = 64 }; /* the loop's, the origin's, the standard ones */

	return (uint64_t)workload->fds_per_task * concurrency + OWN;
}

/* The job itself, traced where that was asked for. 0 or -errno. */
static int run_all(struct trial *trial)
{
	const struct trial_spec *spec = trial->spec;
	int err = spec->trace ? trace_open(spec->trace, spec->tasks) : 0;

	if (err)
		return err;
	err = trial_run(trial, spec->model, spec->tasks, spec->concurrency);
	if (spec->trace)
		trace_close();
	return err;
}

/* Run all tasks between two readings, and two counts. 0 or -errno. */
static int run_counted(
	struct trial *trial, struct counts *counts, struct usage *before, struct usage *after)
{
	*before = usage_now();
	counts_open(counts);
	int err = run_all(trial);
	counts_close(counts);
	*after = usage_now();
	counts_stop(counts);
	return err;
}

/* Warm up, then measure; everything is set up. */
static json_t *measure(struct trial *trial, const struct trial_spec *spec, struct counts *counts)
{
	struct usage before, after;
	int err = 0;

	if (spec->warmup > 0) {
		err = trial_run(trial, spec->model, spec->warmup, spec->concurrency);
		if (err)
			return trial_verdict("failed", strerror(-err));
		forget(trial);
		http_close_idle(); /* no model begins with connections that another cannot keep */
	}
	err = counts_trace(counts, getpid(), false);
	if (err)
		return trial_verdict("unavailable", counts_lack(err));
	int64_t origin_before_ns = origin_cpu_settled_ns(trial->work.origin);
	err = run_counted(trial, counts, &before, &after);
	int64_t origin_after_ns = origin_cpu_ns(trial->work.origin);
	if (err)
		return trial_verdict("failed", strerror(-err));
	json_t *json = trial_result(trial, &before, &after,
		origin_before_ns < 0 || origin_after_ns < 0
			? -1
			: (origin_after_ns - origin_before_ns) / 1e9);
	counts_add(counts, 1, json);
	return json;
}

static int raise_descriptor_limit(uint64_t needed, char *reason, size_t size)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	if (limit.rlim_max < needed) {
		snprintf(reason, size,
			"this concurrency needs %llu open files, the hard limit is %llu "
			"(raise it with ulimit -Hn)",
			(unsigned long long)needed, (unsigned long long)limit.rlim_max);
		return -EMFILE;
	}
	return setrlimit(RLIMIT_NOFILE, &limit) ? -errno : 0;
}

/* What the process needs before anything else. The kernel would round sleeps up by 50 us. */
static int prepare_process(const struct trial_spec *spec, struct cpus *cpus, struct origin *origin,
	char *reason, size_t size)
{
	prctl(PR_SET_TIMERSLACK, 1UL);
	if (spec->pin) {
		int err = cpus_split(cpus);
		if (!err && sched_setaffinity(0, sizeof cpus->model, &cpus->model) != 0)
			err = -errno;
		if (err) {
			snprintf(reason, size, "cannot pin: %s", strerror(-err));
			return err;
		}
		origin->cpus = &cpus->origin;
	}
	return raise_descriptor_limit(
		trial_descriptors(spec->workload, spec->concurrency), reason, size);
}

static json_t *no_setup(const struct trial *trial, int err)
{
	return trial_verdict(err == -ENOTSUP ? "unavailable" : "failed",
		*trial->work.reason ? trial->work.reason : strerror(-err));
}

json_t *trial_measure(const struct trial_spec *spec)
{
	struct cpus cpus;
	struct origin origin = { 0 };
	struct trial trial;
	struct counts counts = { 0 };
	char reason[256] = "";

	const char *why = inability(spec);
	if (why)
		return trial_verdict("unavailable", why);
	int err = prepare_process(spec, &cpus, &origin, reason, sizeof reason);
	if (err)
		return trial_verdict("failed", reason);
	err = spec->counts ? counts_init(&counts) : 0;
	if (err)
		return trial_verdict("failed", strerror(-err));
	err = trial_open(&trial, spec, &origin);
	if (err) {
		counts_free(&counts);
		return trial_verdict("failed", strerror(-err));
	}
	curl_global_init(CURL_GLOBAL_DEFAULT);
	err = spec->workload->setup ? spec->workload->setup(&trial.work) : 0;
	json_t *json = err ? no_setup(&trial, err) : measure(&trial, spec, &counts);
	counts_free(&counts);
	http_close_idle();
	if (spec->workload->teardown)
		spec->workload->teardown(&trial.work);
	origin_stop(&origin);
	trial_close(&trial);
	curl_global_cleanup();
	return json;
}
