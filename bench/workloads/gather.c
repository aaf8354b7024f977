/* SPDX-License-Identifier: MIT */
/*
 * gather: a task starts many children at once, each of which waits and then
 * gives a value, and joins them in the order they were started in.
 */
#include <errno.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "how many a task has at once",
		.initial = "100",
		.min = 1,
		.max = 1000000 },
	{ .name = "duration_us",
		.unit = "us",
		.summary = "how long each sleeps; 0: it gives way once",
		.initial = "0",
		.max = 60000000 },
	{ 0 },
};

/* A child's place in memory that it shares with the task. */
struct place {
	uint64_t number;
	int64_t duration_ns;
	uint64_t value; /* out */
};

/* Of a child's number, so that values in a wrong place are noticed. */
static uint64_t value_of(uint64_t number)
{
	return number * number + 1;
}

static int child(void *arg)
{
	struct place *place = arg;
	int err = 0;

	if (place->duration_ns > 0)
		err = io_sleep(place->duration_ns);
	else
		io_yield();
	place->value = value_of(place->number);
	return err;
}

static uint64_t mix(uint64_t digest, uint64_t value)
{
	return digest * 31 + value;
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children");
	for (uint64_t i = 0; i < work->operations; i++)
		work->expected = mix(work->expected, value_of(i));
	return 0;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	size_t size = work->operations * sizeof(struct place);
	int64_t duration_ns = param_number(work->params, "duration_us") * 1000;
	struct place *places = par_share(size);

	(void)i;
	if (!places)
		return -ENOMEM;
	for (uint64_t k = 0; k < work->operations; k++)
		places[k] = (struct place){ .number = k, .duration_ns = duration_ns };
	int err = children_run(work->operations, child, places, sizeof *places);
	*digest = 0;
	for (uint64_t k = 0; k < work->operations; k++)
		*digest = mix(*digest, places[k].value);
	par_unshare(places, size);
	return err;
}

const struct workload workload_gather = {
	.name = "gather",
	.summary = "many children at once, joined in order",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 10,
	.needs = MODEL_SPAWN,
	.operation = "children",
	.setup = setup,
	.task = task,
};
