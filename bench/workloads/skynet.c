/* SPDX-License-Identifier: MIT */
/*
 * skynet: a tree of tasks, ten below each, whose leaves are numbered from 0;
 * each node adds up what those below it give. With n leaves the sum is
 * n (n - 1) / 2.
 */
#include <errno.h>
#include <stdlib.h>

#include "../../models/model.h"
#include "../../models/par.h"
#include "children.h"
#include "workload.h"

enum { BRANCHES = 10 };

static const struct param params[] = {
	{ .name = "leaves",
		.summary = "of the tree",
		.initial = "1000",
		.choices = "10|100|1000|10000|100000|1000000" },
	{ 0 },
};

/* A tree, in memory that its task shares with the one above. */
struct tree {
	uint64_t first, leaves;
	uint64_t sum; /* out */
};

static int grow(void *arg)
{
	struct tree *tree = arg;

	if (tree->leaves == 1) {
		tree->sum = tree->first;
		return 0;
	}
	struct tree *below = par_share(BRANCHES * sizeof *below);
	if (!below)
		return -ENOMEM;
	for (uint64_t i = 0; i < BRANCHES; i++) {
		uint64_t leaves = tree->leaves / BRANCHES;
		below[i] = (struct tree){ .first = tree->first + i * leaves, .leaves = leaves };
	}
	int err = children_run(BRANCHES, grow, below, sizeof *below);
	for (uint64_t i = 0; i < BRANCHES; i++)
		tree->sum += below[i].sum;
	par_unshare(below, BRANCHES * sizeof *below);
	return err;
}

static uint64_t leaves_of(const struct work *work)
{
	return strtoull(param_text(work->params, "leaves"), NULL, 10);
}

static int setup(struct work *work)
{
	uint64_t leaves = leaves_of(work);

	work->operations = 0;
	for (uint64_t level = 1; level <= leaves; level *= BRANCHES)
		work->operations += level;
	work->expected = leaves * (leaves - 1) / 2;
	return 0;
}

/* The root is a child too, so that there are as many as the tree has nodes. */
static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	struct tree *root = par_share(sizeof *root);

	(void)i;
	if (!root)
		return -ENOMEM;
	root->leaves = leaves_of(work);
	int err = children_run(1, grow, root, sizeof *root);
	*digest = root->sum;
	par_unshare(root, sizeof *root);
	return err;
}

const struct workload workload_skynet = {
	.name = "skynet",
	.summary = "a tree of tens whose leaves are summed up",
	.kind = WORKLOAD_STRUCTURE,
	.params = params,
	.tasks = 5,
	.needs = MODEL_SPAWN,
	.operation = "tasks",
	.setup = setup,
	.task = task,
};
