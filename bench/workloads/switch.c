/* SPDX-License-Identifier: MIT */
/*
 * switch: children take turns, one after the other in a ring. By token each
 * waits for its neighbour to hand it a number, so every operation is a change
 * from one child to the next; by yield each merely lets the others run, and it
 * is up to the scheduler whether any does: what counts then is yields, and
 * under threads most of them switch nothing.
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
		.summary = "a token over channels; or io_yield, counting yields",
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

	uint64_t turn = 0;

	for (; turn < player->yields; turn++)
		io_yield();
	*player->turns += turn;
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

/* The resumable form: a player's frame is also where its neighbour lays the token. */
struct player_frame {
	struct resumable self;
	struct player_frame *next;
	uint64_t number, players, yields, turn, token;
	bool has_token, waits;
	int err; /* kept from the wake-ups, which set the result */
};

struct frame {
	struct task_frame task;
	struct player_frame *players;
	uint64_t count, joined;
	int err; /* the first of a player */
};

static void lay_token(struct player_frame *player, struct executor *executor, uint64_t token)
{
	player->token = token;
	player->has_token = true;
	if (player->waits)
		resumable_wake(&player->self, executor, 0);
	player->waits = false;
}

/* It goes on where it began, at the only place where it waits, so it needs no switch. */
static enum resumed resume_by_token(struct resumable *self, struct executor *executor)
{
	struct player_frame *player = (struct player_frame *)self;

	for (; player->turn < player->yields; player->turn++) {
		if (!player->has_token) {
			player->waits = true;
			return RESUMED_WAITING;
		}
		if (player->token != player->turn * player->players + player->number)
			player->err = -EBADMSG; /* to be told, but the others shall not wait */
		player->has_token = false;
		lay_token(player->next, executor, player->token + 1);
	}
	self->result = player->err;
	return RESUMED_DONE;
}

static enum resumed resume_by_yield(struct resumable *self, struct executor *executor)
{
	struct player_frame *player = (struct player_frame *)self;

	if (player->turn == player->yields)
		return RESUMED_DONE;
	player->turn++;
	return resumable_yield(self, executor);
}

static int start_players(struct frame *frame, struct executor *executor)
{
	const struct work *work = frame->task.work;
	resume_fn *play = is_by_token(work) ? resume_by_token : resume_by_yield;

	frame->count = param_number(work->params, "children");
	frame->players = calloc(frame->count, sizeof *frame->players);
	if (!frame->players)
		return -ENOMEM;
	for (uint64_t k = 0; k < frame->count; k++) {
		struct player_frame *player = &frame->players[k];
		player->next = &frame->players[(k + 1) % frame->count];
		player->number = k;
		player->players = frame->count;
		player->yields = param_number(work->params, "yields");
		resumable_start(&player->self, executor, play);
	}
	lay_token(frame->players, executor, 0);
	return 0;
}

/* By token what came back to the first, by yield what all did. */
static uint64_t count_turns(const struct frame *frame)
{
	uint64_t turns = 0;

	if (is_by_token(frame->task.work))
		return frame->players->token;
	for (uint64_t k = 0; k < frame->count; k++)
		turns += frame->players[k].turn;
	return turns;
}

static enum resumed resume(struct resumable *self, struct executor *executor)
{
	struct frame *frame = (struct frame *)self;
	enum { START, JOINING };

	switch (self->state) {
	case START:
		self->result = start_players(frame, executor);
		if (self->result)
			return RESUMED_DONE;
		frame->joined = 0;
		frame->err = 0;
		self->state = JOINING;
		/* fall through */
	default:
		if (self->result && !frame->err)
			frame->err = self->result;
		if (frame->joined < frame->count)
			return resumable_join(
				self, executor, &frame->players[frame->joined++].self);
		self->result = frame->err;
		frame->task.digest = count_turns(frame);
		free(frame->players);
		return RESUMED_DONE;
	}
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
	.resumable = { sizeof(struct frame), resume },
};
