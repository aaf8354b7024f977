/* SPDX-License-Identifier: MIT */
/*
 * switch: children take turns, one after the other in a ring. By token each
 * waits for its neighbour to hand it a number, so every operation is a change
 * from one child to the next; by yield each merely lets the others run, and it
 * is up to the scheduler whether any does.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

static const struct param params[] = {
	{ .name = "children",
		.unit = "",
		.summary = "how many take turns",
		.initial = "2",
		.min = 2,
		.max = 100000 },
	{ .name = "yields",
		.unit = "",
		.summary = "how often each does",
		.initial = "10000",
		.min = 1,
		.max = 100000000 },
	{ .name = "by",
		.summary = "how: a token over channels, or io_yield",
		.initial = "token",
		.choices = "token|yield" },
	{ 0 },
};

struct player {
	uint64_t number, players, yields;
	struct par_channel *in, *out; /* by token */
	_Atomic uint64_t *turns;      /* by yield: of all players, in memory they share */
};

/* The token counts the turns, so each player knows which is its own. */
static int play_by_token(void *arg)
{
	const struct player *player = arg;
	uint64_t token;
	int err = 0;

	for (uint64_t turn = 0; turn < player->yields && !err; turn++) {
		err = par_receive(player->in, &token);
		if (!err && token != turn * player->players + player->number)
			err = -EBADMSG;
		if (!err)
			err = par_send(player->out, token + 1);
	}
	if (err) { /* or the others would wait for ever */
		par_channel_close(player->in);
		par_channel_close(player->out);
	}
	return err;
}

static int play_by_yield(void *arg)
{
	const struct player *player = arg;

	for (uint64_t turn = 0; turn < player->yields; turn++)
		io_yield();
	*player->turns += player->yields;
	return 0;
}

static bool is_by_token(const struct work *work)
{
	return strcmp(param_text(work->params, "by"), "token") == 0;
}

static int setup(struct work *work)
{
	work->operations = param_number(work->params, "children") *
		param_number(work->params, "yields");
	work->expected = work->operations;
	return 0;
}

static struct player *make_players(const struct work *work, uint64_t count)
{
	struct player *players = calloc(count, sizeof *players);

	for (uint64_t k = 0; players && k < count; k++) {
		players[k].number = k;
		players[k].players = count;
		players[k].yields = param_number(work->params, "yields");
	}
	return players;
}

/* A channel before each player, on which its neighbour is the only sender. */
static int open_channels(struct player *players, uint64_t count)
{
	int err = 0;

	for (uint64_t k = 0; k < count && !err; k++)
		err = par_channel_open(&players[k].in, 1);
	for (uint64_t k = 0; k < count; k++)
		players[k].out = players[(k + 1) % count].in;
	return err;
}

/* The last player sends the token back to the first, who takes no more. */
static int pass_token(struct player *players, uint64_t count, uint64_t *token)
{
	struct children children;
	int err = par_send(players[0].in, 0);

	if (err)
		return err;
	err = children_start(&children, count, play_by_token, players, sizeof *players);
	for (uint64_t k = 0; k < count && err; k++)
		par_channel_close(players[k].in);
	int join_err = children_join(&children);
	if (!err)
		err = join_err;
	return err ? err : par_receive(players[0].in, token);
}

static int by_token(struct player *players, uint64_t count, uint64_t *digest)
{
	int err = open_channels(players, count);

	if (!err)
		err = pass_token(players, count, digest);
	for (uint64_t k = 0; k < count; k++)
		if (players[k].in)
			par_channel_free(players[k].in);
	return err;
}

static int by_yield(struct player *players, uint64_t count, uint64_t *digest)
{
	_Atomic uint64_t *turns = par_share(sizeof *turns);

	if (!turns)
		return -ENOMEM;
	for (uint64_t k = 0; k < count; k++)
		players[k].turns = turns;
	int err = children_run(count, play_by_yield, players, sizeof *players);
	*digest = *turns;
	par_unshare((void *)turns, sizeof *turns);
	return err;
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	uint64_t count = param_number(work->params, "children");
	struct player *players = make_players(work, count);

	(void)i;
	if (!players)
		return -ENOMEM;
	int err = (is_by_token(work) ? by_token : by_yield)(players, count, digest);
	free(players);
	return err;
}

const struct workload workload_switch = {
	.name = "switch",
	.summary = "children that take turns",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 4,
	.needs = MODEL_SPAWN | MODEL_RENDEZVOUS,
	.operation = "switches",
	.setup = setup,
	.task = task,
};
