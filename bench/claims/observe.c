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

enum { TIME_LIMIT_S = 20, LEAST_VALUES = 3, WARMUP_PERCENT = 10 };

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

/* How many tasks of a trial came to their end; of one that crashed, none is known to. */
static double finished(const json_t *trial)
{
	double tasks = number_at(trial, "tasks");

	return isnan(tasks) ? 0 : tasks - number_at(trial, "errors");
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
static bool may_fail(const struct claim_arm *arm, const char *status)
{
	return strcmp(arm->reads, CLAIM_FINISHED) == 0 &&
		(strcmp(status, "failed") == 0 || strcmp(status, "crashed") == 0);
}

static int fail(struct observer *observer, const struct claim_arm *arm, const json_t *trial)
{
	const char *status = text_at(trial, "status"), *reason = text_at(trial, "reason");

	snprintf(observer->reason, sizeof observer->reason, "%s: %s%s%s", arm->name, status,
		*reason ? ": " : "", reason);
	return -EIO;
}

/* Add what a trial of the arm came to, whose first observation this is. */
static int note(struct observer *observer, const struct claim_arm *arm, const json_t *trial,
	struct claim_observation *first)
{
	const char *status = text_at(trial, "status");

	if (strcmp(status, "invalid") == 0) {
		fail(observer, arm, trial); /* for when too few are left */
		return 0;
	}
	if (strcmp(status, "ok") != 0 && !may_fail(arm, status))
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
	const struct claim_arm *arm, struct claim_observation *first)
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
	err = note(observer, arm, trial, first);
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
	seen->count = 0;
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

static int check_enough(const struct claim_observations *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		if (seen->list[i].count < LEAST_VALUES)
			return -EIO;
	return 0;
}

int claim_observe(
	const struct claim *claim, struct observer *observer, struct claim_observations *seen)
{
	size_t arms = count_arms(claim), first[CLAIM_ARMS_MAX], order[CLAIM_ARMS_MAX];
	size_t end = observer->done + claim_trials(claim);
	struct rng rng;
	int err = 0;

	rng_seed(&rng, claim->number);
	lay_out(claim, seen, first);
	for (size_t k = 0; k < arms; k++)
		order[k] = k;
	*observer->reason = '\0';
	for (int round = 0; round < CLAIM_ROUNDS && !err; round++) {
		rng_shuffle(&rng, order, arms, sizeof *order);
		for (size_t k = 0; k < arms && !err; k++)
			err = run_arm(observer, claim, &claim->arms[order[k]],
				&seen->list[first[order[k]]]);
	}
	if (err != -EINTR)
		observer->done = end;
	return err ? err : check_enough(seen);
}
