/* SPDX-License-Identifier: MIT */
/*
 * ring: a token goes round children that each add 1 to it. At any time one of
 * them runs and all others wait, so a hop is a wake-up and a switch.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

enum { CHILDREN_MAX = 10000 };

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "children in the ring",
		.initial = "100",
		.min = 1,
		.max = CHILDREN_MAX },
	{ .name = "laps",
		.unit = "",
		.summary = "times the token goes round",
		.initial = "100",
		.min = 1,
		.max = 1000000 },
	{ .name = "over",
		.summary = "channel: the model's own; pipes: the kernel's",
		.initial = "channel",
		.choices = "channel|pipes" },
	{ 0 },
};

/* In place of the token on pipes: a child failed, and the others are to end. */
static const uint64_t end_token = UINT64_MAX;

/* What leads to a child: a channel, or a pipe where that is NULL. */
struct link {
	struct par_channel *channel;
	int fds[2];
};

struct member {
	const struct link *in, *out;
	uint64_t laps;
};

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children") *
		param_number(work->params, "laps");
	work->expected = work->operations;
	return 0;
}

/* What the limit on open files does not allow is no failure of the model. */
static int open_pipe(const struct work *work, int fds[2])
{
	struct rlimit limit;
	int err = io_pipe(fds);

	if (err != -EMFILE || getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return err;
	work_explain(work,
		"over=pipes takes two open files a child, and a process may have no more than %llu "
		"(raise it with ulimit -Hn)",
		(unsigned long long)limit.rlim_cur);
	return -ENOTSUP;
}

static int open_link(const struct work *work, struct link *link, bool pipes)
{
	*link = (struct link){ .fds = { -1, -1 } };
	return pipes ? open_pipe(work, link->fds) : par_channel_open(&link->channel, 1);
}

static void close_link(struct link *link)
{
	if (link->channel) {
		par_channel_free(link->channel);
	} else {
		io_close(link->fds[0]);
		io_close(link->fds[1]);
	}
}

/* There is always room: one token is under way. A pipe takes 8 bytes as a whole. */
static int pass(const struct link *link, uint64_t token)
{
	if (link->channel)
		return par_send(link->channel, token);
	return io_write_all(link->fds[1], &token, sizeof token, IO_FOREVER);
}

static int take(const struct link *link, uint64_t *token)
{
	if (link->channel)
		return par_receive(link->channel, token);
	ssize_t n = io_read(link->fds[0], token, sizeof *token, IO_FOREVER);
	if (n < 0)
		return (int)n;
	return n == sizeof *token ? 0 : -EIO;
}

/* Let who waits for the token end, and with it all others in turn. */
static void give_up(const struct link *in, const struct link *out)
{
	if (out->channel) {
		par_channel_close(in->channel);
		par_channel_close(out->channel);
	} else {
		pass(out, end_token);
	}
}

static int hop(void *arg)
{
	const struct member *member = arg;
	uint64_t token;
	int err = 0;

	for (uint64_t lap = 0; !err && lap < member->laps; lap++) {
		err = take(member->in, &token);
		if (!err && token == end_token)
			err = -ECANCELED;
		if (!err)
			err = pass(member->out, token + 1);
	}
	if (err)
		give_up(member->in, member->out);
	return err;
}

/* The last hop of all leads back to the first link, where nobody waits any more. */
static int go_round(const struct link *first, struct member *member, unsigned count, uint64_t *last)
{
	struct children children;
	int err = children_start(&children, count, hop, member, sizeof *member);

	if (!err)
		err = pass(first, 0);
	if (err)
		give_up(first, first);
	err = children_worse(err, children_join(&children));
	return err ? err : take(first, last);
}

static int with_links(struct work *work, struct link *link, struct member *member, uint64_t *last)
{
	unsigned count = param_number(work->params, "children"), opened = 0;
	bool pipes = strcmp(param_text(work->params, "over"), "pipes") == 0;
	int err = 0;

	while (!err && opened < count)
		if ((err = open_link(work, &link[opened], pipes)) == 0)
			opened++;
	for (unsigned i = 0; i < count; i++)
		member[i] = (struct member){ .in = &link[i],
			.out = &link[(i + 1) % count],
			.laps = param_number(work->params, "laps") };
	if (!err)
		err = go_round(link, member, count, last);
	while (opened > 0)
		close_link(&link[--opened]);
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	size_t count = param_number(work->params, "children");
	struct link *link = calloc(count, sizeof *link);
	struct member *member = calloc(count, sizeof *member);
	int err = link && member ? with_links(work, link, member, digest) : -ENOMEM;

	(void)i;
	free(link);
	free(member);
	return err;
}

const struct workload workload_ring = {
	.name = "ring",
	.summary = "a token round children, over channels or pipes",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 5,
	.needs = MODEL_SPAWN | MODEL_RENDEZVOUS,
	.operation = "hops",
	.setup = setup,
	.task = task,
};
