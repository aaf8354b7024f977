/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_CHILDREN_H
#define WORKLOADS_CHILDREN_H

/* Children of a task (models/par.h) that are joined together. For that task alone. */
#include "../../models/par.h"

struct children {
	struct par_child **child;
	unsigned count;
};

/* Room for so many; children_join releases it, also after a failure. 0 or -ENOMEM. */
int children_open(struct children *children, unsigned room);

/* Start fn(arg) as one more; there must be room. 0, or -errno and no child. */
int children_spawn(struct children *children, int (*fn)(void *arg), void *arg);

/*
 * Wait for the end of all. 0, or an error of one of them: the first in their
 * order that is not just the echo of another's failure, -EPIPE or -ECANCELED.
 */
int children_join(struct children *children);

/* Of two results the one to return: the first that is an error, an echo only if there is no other.
 */
int children_worse(int err, int other_err);

#endif
