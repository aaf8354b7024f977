/* SPDX-License-Identifier: MIT */
/*
 * models/par.h under every model whose tasks can start others: children and
 * what they return, locks, channels, generators. Each case runs as the task of
 * a job of the model, in a process of its own, and leaves nothing behind.
 */
#include "leftovers.h"

#include <stdatomic.h>
#include <sys/mman.h>

#include "../models/io.h"
#include "../models/model.h"
#include "../models/par.h"
#include "../models/param.h"

enum { LIMIT_S = 30, TASKS = 2, CONCURRENCY = 2 };

/* How many tasks got to the end of their case: in memory of all processes. */
struct outcome {
	atomic_int passed;
	atomic_int err; /* of job->fail */
};

struct par_case {
	const char *name;
	void (*fn)(void);
	unsigned needs; /* enum model_feature */
};

struct par_run {
	struct job job;
	const struct model *model;
	const struct par_case *test;
	struct outcome *outcome;
	char name[96];
};

static int give(void *arg)
{
	return *(int *)arg;
}

static void each_child_returns_its_own(void)
{
	enum { CHILDREN = 20 };
	struct par_child *children[CHILDREN];
	int values[CHILDREN];

	for (int i = 0; i < CHILDREN; i++) {
		values[i] = i % 2 ? -i : 1000 * i;
		check_equal(par_spawn(&children[i], give, &values[i]), 0);
	}
	for (int i = CHILDREN; i-- > 0;)
		check_equal(par_join(children[i]), values[i]);
}

/* Of the tree below it: how many leaves there are. */
struct node {
	int depth;
	_Atomic uint64_t *leaves;
};

static int grow(void *arg)
{
	const struct node *node = arg;
	struct node below = { .depth = node->depth - 1, .leaves = node->leaves };
	struct par_child *children[3];

	if (node->depth == 0) {
		atomic_fetch_add(node->leaves, 1);
		return 0;
	}
	for (int i = 0; i < 3; i++)
		check_equal(par_spawn(&children[i], grow, &below), 0);
	for (int i = 0; i < 3; i++)
		check_equal(par_join(children[i]), 0);
	return 0;
}

static void children_have_children(void)
{
	_Atomic uint64_t *leaves = par_share(sizeof *leaves);
	struct node root = { .depth = 4, .leaves = leaves };

	check(leaves != NULL);
	check_equal(*leaves, 0);
	check_equal(grow(&root), 0);
	check_equal(*leaves, 81);
	par_unshare((void *)leaves, sizeof *leaves);
}

/* More than `processes` maps records for at a time. */
static void many_children_at_once(void)
{
	enum { CHILDREN = 200, ROUNDS = 2 };
	struct par_child *children[CHILDREN];
	int value = 7;

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < CHILDREN; i++)
			check_equal(par_spawn(&children[i], give, &value), 0);
		for (int i = 0; i < CHILDREN; i++)
			check_equal(par_join(children[i]), value);
	}
}

struct guarded {
	struct par_lock lock;
	uint64_t count; /* no atomic: the lock is what makes it right */
};

static int add_under_lock(void *arg)
{
	struct guarded *guarded = arg;

	for (int i = 0; i < 2000; i++) {
		par_lock(&guarded->lock);
		guarded->count++;
		par_unlock(&guarded->lock);
	}
	return 0;
}

static void a_lock_excludes(void)
{
	struct guarded *guarded = par_share(sizeof *guarded);
	struct par_child *children[4];

	check(guarded != NULL);
	check_equal((uintptr_t)guarded % _Alignof(struct guarded), 0);
	check_equal(par_lock_init(&guarded->lock), 0);
	for (int i = 0; i < 4; i++)
		check_equal(par_spawn(&children[i], add_under_lock, guarded), 0);
	for (int i = 0; i < 4; i++)
		check_equal(par_join(children[i]), 0);
	check_equal(guarded->count, 4 * 2000);
	par_lock_destroy(&guarded->lock);
	par_unshare(guarded, sizeof *guarded);
}

static void a_channel_keeps_order_and_ends(void)
{
	struct par_channel *channel;
	uint64_t value = 0;

	check_equal(par_channel_open(&channel, 3), 0);
	for (uint64_t round = 0; round < 5; round++) { /* round the ring */
		check_equal(par_send(channel, round), 0);
		check_equal(par_send(channel, UINT64_MAX - round), 0);
		check_equal(par_receive(channel, &value), 0);
		check_equal(value, round);
		check_equal(par_receive(channel, &value), 0);
		check(value == UINT64_MAX - round);
	}
	check_equal(par_send(channel, 5), 0);
	par_channel_close(channel);
	check_equal(par_send(channel, 6), -EPIPE);
	check_equal(par_receive(channel, &value), 0);
	check_equal(value, 5);
	check_equal(par_receive(channel, &value), -EPIPE);
	par_channel_free(channel);
}

/* Where no child can go on beside this one, waiting is an error and no hang. */
static void what_nobody_can_end_is_not_waited_for(void)
{
	struct par_channel *channel;
	uint64_t value;

	check_equal(par_channel_open(&channel, 1), 0);
	check_equal(par_receive(channel, &value), -EDEADLK);
	check_equal(par_send(channel, 1), 0);
	check_equal(par_send(channel, 2), -EDEADLK);
	check_equal(par_receive(channel, &value), 0);
	check_equal(value, 1);
	par_channel_free(channel);
}

struct pair {
	struct par_channel *there, *back;
	uint64_t count;
};

static int answer(void *arg)
{
	const struct pair *pair = arg;
	uint64_t value, count = 0;

	while (par_receive(pair->there, &value) == 0) {
		count++;
		if (par_send(pair->back, value + 1) != 0)
			return -EPIPE;
	}
	return count == pair->count ? 0 : -EBADMSG;
}

static void children_wait_for_one_another(void)
{
	struct pair pair = { .count = 500 };
	struct par_child *child;
	uint64_t value = 0;

	check_equal(par_channel_open(&pair.there, 1), 0);
	check_equal(par_channel_open(&pair.back, 1), 0);
	check_equal(par_spawn(&child, answer, &pair), 0);
	for (uint64_t i = 0; i < pair.count; i++) {
		check_equal(par_send(pair.there, value), 0);
		check_equal(par_receive(pair.back, &value), 0);
		check_equal(value, i + 1);
	}
	par_channel_close(pair.there);
	check_equal(par_join(child), 0);
	par_channel_free(pair.there);
	par_channel_free(pair.back);
}

static int receive_until_closed(void *arg)
{
	uint64_t value;
	int err;

	do
		err = par_receive(arg, &value);
	while (!err);
	return err;
}

static int send_until_closed(void *arg)
{
	int err;

	do
		err = par_send(arg, 1);
	while (!err);
	return err;
}

static void closing_wakes_all_who_wait(void)
{
	struct par_channel *empty, *full;
	struct par_child *children[4];

	check_equal(par_channel_open(&empty, 1), 0);
	check_equal(par_channel_open(&full, 1), 0);
	for (int i = 0; i < 4; i++)
		check_equal(
			par_spawn(&children[i], i % 2 ? receive_until_closed : send_until_closed,
				i % 2 ? empty : full),
			0);
	io_sleep(20000000); /* so that they do wait, mostly */
	par_channel_close(empty);
	par_channel_close(full);
	for (int i = 0; i < 4; i++)
		check_equal(par_join(children[i]), -EPIPE);
	par_channel_free(empty);
	par_channel_free(full);
}

/* What the body did, seen from outside. */
struct progress {
	atomic_int begun, given, last_err;
};

static void count_to_three(struct par_generator *generator, void *arg)
{
	struct progress *progress = arg;

	progress->begun = 1;
	for (int i = 1; i <= 3; i++) {
		progress->given = i;
		int err = par_emit(generator, i);
		if (err) {
			progress->last_err = err;
			return;
		}
	}
}

static void a_generator_goes_only_as_far_as_asked(void)
{
	struct progress *progress = par_share(sizeof *progress);
	struct par_generator *generator;
	uint64_t value = 0;

	check(progress != NULL);
	check_equal(par_generate(&generator, count_to_three, progress), 0);
	io_sleep(5000000);
	check_equal(progress->begun, 0);
	for (int i = 1; i <= 3; i++) {
		check_equal(par_next(generator, &value), 1);
		check_equal(value, i);
		io_sleep(5000000);
		check_equal(progress->given, i);
	}
	check_equal(par_next(generator, &value), 0);
	check_equal(par_next(generator, &value), 0);
	par_generator_free(generator);
	check_equal(progress->last_err, 0);
	par_unshare(progress, sizeof *progress);
}

static void a_generator_can_be_left(void)
{
	struct progress *progress = par_share(sizeof *progress);
	struct par_generator *generator;
	uint64_t value = 0;

	check(progress != NULL);
	check_equal(par_generate(&generator, count_to_three, progress), 0);
	par_generator_free(generator); /* before it began */
	check_equal(progress->begun, 0);
	check_equal(par_generate(&generator, count_to_three, progress), 0);
	check_equal(par_next(generator, &value), 1);
	par_generator_free(generator); /* half-way */
	check_equal(progress->given, 1);
	check_equal(progress->last_err, -ECANCELED);
	par_unshare(progress, sizeof *progress);
}

static int die(void *arg)
{
	(void)arg;
	raise(SIGKILL);
	return 0;
}

static void a_process_that_died_is_told(void)
{
	struct par_child *child;
	int value = 3;

	check_equal(par_spawn(&child, die, NULL), 0);
	check_equal(par_join(child), -ECHILD);
	check_equal(par_spawn(&child, give, &value), 0); /* in the same record */
	check_equal(par_join(child), 3);
}

static int die_with_lock(void *arg)
{
	par_lock(arg);
	return die(NULL);
}

static void a_process_that_died_leaves_its_lock(void)
{
	struct guarded *guarded = par_share(sizeof *guarded);
	struct par_child *child;

	check_equal(par_lock_init(&guarded->lock), 0);
	check_equal(par_spawn(&child, die_with_lock, &guarded->lock), 0);
	check_equal(par_join(child), -ECHILD);
	check_equal(add_under_lock(guarded), 0);
	check_equal(guarded->count, 2000);
	par_lock_destroy(&guarded->lock);
	par_unshare(guarded, sizeof *guarded);
}

/* Cases that only models without MODEL_RENDEZVOUS, or only `processes`, can have. */
enum { ALONE = 1 << 16, ISOLATED = 1 << 17 };

static const struct par_case cases[] = {
	{ "each_child_returns_its_own", each_child_returns_its_own, 0 },
	{ "children_have_children", children_have_children, 0 },
	{ "many_children_at_once", many_children_at_once, 0 },
	{ "a_lock_excludes", a_lock_excludes, 0 },
	{ "a_channel_keeps_order_and_ends", a_channel_keeps_order_and_ends, 0 },
	{ "what_nobody_can_end_is_not_waited_for", what_nobody_can_end_is_not_waited_for, ALONE },
	{ "children_wait_for_one_another", children_wait_for_one_another, MODEL_RENDEZVOUS },
	{ "closing_wakes_all_who_wait", closing_wakes_all_who_wait, MODEL_RENDEZVOUS },
	{ "a_generator_goes_only_as_far_as_asked", a_generator_goes_only_as_far_as_asked,
		MODEL_RENDEZVOUS },
	{ "a_generator_can_be_left", a_generator_can_be_left, MODEL_RENDEZVOUS },
	{ "a_process_that_died_is_told", a_process_that_died_is_told, ISOLATED },
	{ "a_process_that_died_leaves_its_lock", a_process_that_died_leaves_its_lock, ISOLATED },
};

enum { CASES = sizeof cases / sizeof *cases };

static unsigned features_of(const struct model *model)
{
	unsigned alone = model->features & MODEL_RENDEZVOUS ? 0 : ALONE;

	return model->features | alone | (strcmp(model->name, "processes") == 0 ? ISOLATED : 0);
}

static void run_task(struct job *job, uint64_t i)
{
	struct par_run *run = (struct par_run *)job;

	(void)i;
	check(par != NULL);
	run->test->fn();
	run->outcome->passed++;
}

static void fail_task(struct job *job, uint64_t i, int err)
{
	(void)i;
	((struct par_run *)job)->outcome->err = err;
}

static void run_case(const void *arg)
{
	struct par_run run = *(const struct par_run *)arg;
	struct params params;
	struct holdings before;

	params_init(&params, run.model->params);
	run.job = (struct job){
		.tasks = TASKS, .concurrency = CONCURRENCY, .task = run_task, .fail = fail_task
	};
	run.job.params = &params;
	run.outcome = mmap(NULL, sizeof *run.outcome, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check(run.outcome != MAP_FAILED);
	holdings_warm_up();
	holdings_take(&before);
	check(par == NULL);
	check_equal(run.model->run(&run.job), 0);
	check(par == NULL);
	check_equal(run.outcome->err, 0);
	check_equal(run.outcome->passed, TASKS);
	holdings_check(&before);
}

static void keeps_to_par(void **state)
{
	child_must_pass(LIMIT_S, run_case, *state);
}

int main(void)
{
	struct par_run runs[128];
	struct CMUnitTest tests[128];
	size_t count = 0;

	for (int m = 0; models[m]; m++)
		for (int c = 0; c < CASES; c++) {
			if (!(models[m]->features & MODEL_SPAWN) ||
				model_unavailable(models[m], NULL) ||
				(cases[c].needs & ~features_of(models[m])))
				continue;
			if (count == sizeof runs / sizeof *runs)
				abort();
			struct par_run *run = &runs[count];
			*run = (struct par_run){ .model = models[m], .test = &cases[c] };
			snprintf(run->name, sizeof run->name, "%s: %s", models[m]->name,
				cases[c].name);
			tests[count++] = (struct CMUnitTest){
				.name = run->name, .test_func = keeps_to_par, .initial_state = run
			};
		}
	return _cmocka_run_group_tests("par", tests, count, NULL, NULL);
}
