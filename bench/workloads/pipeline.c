/* SPDX-License-Identifier: MIT */
/*
 * pipeline: producers and consumers over a bounded channel. Each item is a
 * number that comes once; what consumers add up must be what there was to send.
 */
#include <errno.h>
#include <stdlib.h>

#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "producers",
		.unit = "",
		.summary = "children that send",
		.initial = "2",
		.min = 1,
		.max = 1000 },
	{ .name = "consumers",
		.unit = "",
		.summary = "children that receive",
		.initial = "2",
		.min = 1,
		.max = 1000 },
	{ .name = "items",
		.unit = "",
		.summary = "values sent, by all producers together",
		.initial = "10000",
		.min = 1,
		.max = 1000000000 },
	{ .name = "capacity",
		.unit = "",
		.summary = "values that the channel holds",
		.initial = "16",
		.min = 1,
		.max = 1000000 },
	{ 0 },
};

/* One child. A cache line, so that two that count never share one. */
struct hand {
	struct par_channel *channel;
	uint64_t first, end; /* items of a producer */
	uint64_t sum;        /* of a consumer's items */
} __attribute__((aligned(64)));

struct line {
	struct par_channel *channel;
	struct hand *hand; /* consumers, then producers; shared */
	unsigned consumers, producers;
	uint64_t items;
};

/*
 * What item i is in the sum: the finalizer of splitmix64 (bench/rng.c), so that
 * an item lost and another that came twice do not make up for each other.
 */
static uint64_t weight(uint64_t i)
{
	uint64_t z = (i + 1) * UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "items");
	work->expected = 0;
	for (uint64_t i = 0; i < work->operations; i++)
		work->expected += weight(i);
	return 0;
}

static int produce(void *arg)
{
	const struct hand *hand = arg;
	int err = 0;

	for (uint64_t i = hand->first; !err && i < hand->end; i++)
		err = par_send(hand->channel, i);
	return err;
}

/* One that fails closes the channel, or the producers would wait for it. */
static int consume(void *arg)
{
	struct hand *hand = arg;
	uint64_t item, sum = 0;
	int err;

	while ((err = par_receive(hand->channel, &item)) == 0)
		sum += weight(item);
	hand->sum = sum;
	if (err == -EPIPE)
		return 0;
	par_channel_close(hand->channel);
	return err;
}

/* The channel is closed when the last producer has ended, or when there is nobody to wait for. */
static int run_hands(const struct line *line)
{
	struct children consumers, producers = { 0 };
	struct hand *producer = &line->hand[line->consumers];
	int err = children_start(
		&consumers, line->consumers, consume, line->hand, sizeof *line->hand);

	if (!err)
		err = children_start(
			&producers, line->producers, produce, producer, sizeof *producer);
	if (err)
		par_channel_close(line->channel);
	int produce_err = children_join(&producers);
	par_channel_close(line->channel);
	int consume_err = children_join(&consumers);
	return children_worse(err, children_worse(produce_err, consume_err));
}

static int run_line(struct line *line, uint64_t *digest)
{
	for (unsigned i = 0; i < line->consumers + line->producers; i++)
		line->hand[i].channel = line->channel;
	for (unsigned i = 0; i < line->producers; i++) {
		struct hand *hand = &line->hand[line->consumers + i];
		hand->first = line->items * i / line->producers;
		hand->end = line->items * (i + 1) / line->producers;
	}
	int err = run_hands(line);
	*digest = 0;
	for (unsigned i = 0; i < line->consumers; i++)
		*digest += line->hand[i].sum;
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct line line = {
		.consumers = param_number(work->params, "consumers"),
		.producers = param_number(work->params, "producers"),
		.items = param_number(work->params, "items"),
	};
	size_t size = (line.consumers + line.producers) * sizeof(struct hand);

	(void)i;
	int err = par_channel_open(&line.channel, param_number(work->params, "capacity"));
	if (err)
		return err;
	line.hand = par_share(size);
	err = line.hand ? run_line(&line, digest) : -ENOMEM;
	if (line.hand)
		par_unshare(line.hand, size);
	par_channel_free(line.channel);
	return err;
}

const struct workload workload_pipeline = {
	.name = "pipeline",
	.summary = "producers and consumers over a bounded channel",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 10,
	.needs = MODEL_SPAWN | MODEL_RENDEZVOUS,
	.operation = "items",
	.setup = setup,
	.task = task,
};
