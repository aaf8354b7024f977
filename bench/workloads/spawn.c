/* SPDX-License-Identifier: MIT */
/*
 * spawn: a task starts a child that does nothing and joins it, again and
 * again. So what is measured is what a child costs.
 */
#include "../../models/model.h"
#include "../../models/par.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "how many a task starts, one after the other",
		.initial = "1000",
		.min = 1,
		.max = 10000000 },
	{ 0 },
};

/* What the k-th child returns: not what any error looks like. */
static int value_of(uint64_t k)
{
	return (int)(k % 1021);
}

static int child(void *arg)
{
	return value_of((uintptr_t)arg);
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children");
	uint64_t rounds = work->operations / 1021, rest = work->operations % 1021;

	work->expected = rounds * (1021 * 1020 / 2) + rest * (rest - 1) / 2;
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	uint64_t sum = 0;

	(void)i;
	for (uint64_t k = 0; k < work->operations; k++) {
		struct par_child *spawned;
		int err = par_spawn(&spawned, child, (void *)(uintptr_t)k);
		if (err)
			return err;
		int value = par_join(spawned);
		if (value < 0)
			return value;
		sum += value;
	}
	*digest = sum;
	return 0;
}

const struct workload workload_spawn = {
	.name = "spawn",
	.summary = "start and join children that do nothing",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 10,
	.needs = MODEL_SPAWN,
	.operation = "spawns",
	.setup = setup,
	.task = task,
};
