/* SPDX-License-Identifier: MIT */
#include "observe.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "../../models/cpus.h"
#include "../cells.h"
#include "../measure.h"
#include "../rng.h"

enum { TIME_LIMIT_S = 20, WARMUP_PERCENT = 10 };

/* The fewest values that have an interval of 95 %: a ratio's of 4 to 4, and a median's. */
enum { RATIO_LEAST = 4, MEDIAN_LEAST = 6 };

/* What bench/trial_process.c and bench/trial.c say of a fault. */
static const char segfault[] = "killed by signal 11", child_died[] = "its process died";

/* Set those of "NAME=VALUE NAME=VALUE". */
static int set_params(struct params *params, const char *text)
{
	char name[64], value[64];
	int length, err = 0;

	while (!err && text && sscanf(text, " %63[^= ]=%63s%n", name, value, &length) == 2) {
		err = params_set(params, name, value);
		text += length;
	}
	return err || (text && text[strspn(text, " ")]) ? -EINVAL : 0;
}

int arm_spec(const struct claim_arm *arm, struct trial_spec *spec)
{
	*spec = (struct trial_spec){
		.model_name = arm->model,
		.model = model_find(arm->model),
		.workload = workload_find(arm->workload),
		.concurrency = arm->concurrency ? arm->concurrency : (unsigned)cpus_count(),
		.tasks = arm->tasks,
		.warmup = (arm->tasks * WARMUP_PERCENT + 99) / 100, /* as of `concbench run` */
	};
	if (!spec->model || !spec->workload)
		return -EINVAL;
	params_init(&spec->params, spec->workload->params);
	return set_params(&spec->params, arm->params);
}

static const struct figure *find_figure(const struct workload *workload, const char *name)
{
	for (const struct figure *row = workload->figures; row && row->name; row++)
		if (strcmp(row->name, name) == 0)
			return row;
	return NULL;
}

const char *arm_unit(const struct claim_arm *arm, const char *reads)
{
	const struct workload *workload = workload_find(arm->workload);
	const struct measure *measure = measure_find(reads);
	const struct figure *figure = workload ? find_figure(workload, reads) : NULL;

	if (strcmp(reads, CLAIM_FINISHED) == 0 || strcmp(reads, CLAIM_CPU_SHARE) == 0)
		return "";
	return measure ? measure->unit : figure ? figure->unit : NULL;
}

/* Whether the trial, or the process of a task of it, died of the fault that it was to have. */
static bool is_faulted(const json_t *trial)
{
	const char *status = text_at(trial, "status"), *reason = text_at(trial, "reason");

	if (strcmp(status, "crashed") == 0)
		return strncmp(reason, segfault, strlen(segfault)) == 0;
	return strcmp(status, "failed") == 0 && strstr(reason, child_died);
}

/* How many tasks of a trial came to their end; of one that died as a whole, none is known to. */
static double finished(const json_t *trial)
{
	if (strcmp(text_at(trial, "status"), "crashed") == 0)
		return 0;
	return number_at(trial, "tasks") - number_at(trial, "errors");
}

static double read_value(const json_t *trial, const char *reads)
{
	const struct measure *measure = measure_find(reads);

	if (strcmp(reads, CLAIM_FINISHED) == 0)
		return finished(trial);
	if (strcmp(reads, CLAIM_CPU_SHARE) == 0)
		return (number_at(trial, "cpu_user_s") + number_at(trial, "cpu_system_s")) /
			number_at(trial, "elapsed_s");
	return measure ? measure_of(measure, trial)
		       : number_at(json_object_get(trial, "figures"), reads);
}

/* Whether what is read is there although the trial failed. */
static bool may_fail(const struct claim_arm *arm, const json_t *trial)
{
	return strcmp(arm->reads, CLAIM_FINISHED) == 0 && is_faulted(trial);
}

static int fail(struct observer *observer, const struct claim_arm *arm, const json_t *trial)
{
	const char *status = text_at(trial, "status"), *reason = text_at(trial, "reason");

	snprintf(observer->reason, sizeof observer->reason, "%s: %s%s%s", arm->name, status,
		*reason ? ": " : "", reason);
	return -EIO;
}

/* Count a trial that did not hold. */
static void drop(struct claim_observations *seen, const struct claim_arm *arm, const json_t *trial)
{
	const char *reason = text_at(trial, "reason");
	size_t i = 0;

	while (i < seen->drop_count && strcmp(seen->drops[i].arm, arm->name) != 0)
		i++;
	if (i == seen->drop_count)
		seen->drops[seen->drop_count++] = (struct claim_drop){ .arm = arm->name };
	seen->drops[i].trials++;
	snprintf(seen->drops[i].reason, sizeof seen->drops[i].reason, "%s",
		*reason ? reason : text_at(trial, "status"));
}

/* Add what a trial of the arm came to, whose first observation this is. */
static int note(struct observer *observer, const struct claim_arm *arm, const json_t *trial,
	struct claim_observations *seen, struct claim_observation *first)
{
	const char *status = text_at(trial, "status");

	if (strcmp(status, "invalid") == 0) {
		drop(seen, arm, trial);
		return 0;
	}
	if (strcmp(status, "ok") != 0 && !may_fail(arm, trial))
		return fail(observer, arm, trial);
	for (size_t i = 0; claim_arm_reads(arm, i); i++) {
		double value = read_value(trial, claim_arm_reads(arm, i));
		if (isnan(value)) {
			snprintf(observer->reason, sizeof observer->reason,
				"%s: the trial has no %s", arm->name, claim_arm_reads(arm, i));
			return -EIO;
		}
		first[i].values[first[i].count++] = value;
	}
	return 0;
}

static int run_arm(struct observer *observer, const struct claim *claim,
	const struct claim_arm *arm, struct claim_observations *seen,
	struct claim_observation *first)
{
	struct trial_spec spec;
	char what[96];

	snprintf(what, sizeof what, "claim %u: %s", claim->number, arm->name);
	if (observer->progress)
		progress_show(observer->progress, observer->done, observer->total, what);
	int err = arm_spec(arm, &spec);
	if (err)
		return err;
	spec.seed = claim->number * 1000 + observer->done;
	json_t *trial = observer->trial(&spec, TIME_LIMIT_S, observer->stop);
	if (!trial)
		return -EINTR;
	err = note(observer, arm, trial, seen, first);
	json_decref(trial);
	observer->done++;
	return err;
}

static size_t count_arms(const struct claim *claim)
{
	size_t count = 0;

	while (claim->arms[count].name)
		count++;
	return count;
}

size_t claim_trials(const struct claim *claim)
{
	return count_arms(claim) * CLAIM_ROUNDS;
}

/* An empty observation for each reading; first[k] is where those of arm k begin. */
static void lay_out(const struct claim *claim, struct claim_observations *seen, size_t *first)
{
	seen->count = seen->drop_count = 0;
	for (size_t k = 0; claim->arms[k].name; k++) {
		const struct claim_arm *arm = &claim->arms[k];
		first[k] = seen->count;
		for (size_t i = 0; claim_arm_reads(arm, i); i++) {
			const char *reads = claim_arm_reads(arm, i);
			seen->list[seen->count++] = (struct claim_observation){ arm->name, reads,
				arm_unit(arm, reads) };
		}
	}
}

static size_t least_values(const struct claim *claim, const char *arm)
{
	for (const struct claim_question *row = claim->questions; row->label; row++)
		if (!row->to && strcmp(row->of, arm) == 0)
			return MEDIAN_LEAST;
	return RATIO_LEAST;
}

static int check_enough(
	const struct claim *claim, struct observer *observer, const struct claim_observations *seen)
{
	for (size_t i = 0; i < seen->drop_count; i++) {
		const struct claim_drop *row = &seen->drops[i];
		if (CLAIM_ROUNDS - row->trials >= least_values(claim, row->arm))
			continue;
		snprintf(observer->reason, sizeof observer->reason,
			"%s: %zu of %d trials did not hold: %.160s", row->arm, row->trials,
			CLAIM_ROUNDS, row->reason);
		return -EIO;
	}
	return 0;
}

static int check_cpus(const struct claim *claim, struct observer *observer)
{
	if (observer->cpus >= claim->cpus)
		return 0;
	snprintf(observer->reason, sizeof observer->reason, "it takes %u CPUs, and there is %u",
		claim->cpus, observer->cpus);
	return -ENOTSUP;
}

int claim_observe(
	const struct claim *claim, struct observer *observer, struct claim_observations *seen)
{
	size_t arms = count_arms(claim), first[CLAIM_ARMS_MAX], order[CLAIM_ARMS_MAX];
	size_t end = observer->done + claim_trials(claim);
	struct rng rng;

	rng_seed(&rng, claim->number);
	lay_out(claim, seen, first);
	for (size_t k = 0; k < arms; k++)
		order[k] = k;
	*observer->reason = '\0';
	int err = check_cpus(claim, observer);
	for (int round = 0; round < CLAIM_ROUNDS && !err; round++) {
		rng_shuffle(&rng, order, arms, sizeof *order);
		for (size_t k = 0; k < arms && !err; k++)
			err = run_arm(observer, claim, &claim->arms[order[k]], seen,
				&seen->list[first[order[k]]]);
	}
	if (err != -EINTR)
		observer->done = end;
	return err ? err : check_enough(claim, observer, seen);
}
