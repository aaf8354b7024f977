/* SPDX-License-Identifier: MIT */
#ifndef WORKLOADS_CHILDREN_H
#define WORKLOADS_CHILDREN_H

/* Several children at once, of which none is left behind whatever happens. Thread-safe. */
#include <stddef.h>

struct par_child;

/* Those that were started. */
struct children {
	struct par_child **list;
	unsigned count;
};

/*
 * Start fn(at) for each of count arguments that lie size bytes apart. 0, or
 * -errno when one could not be started; children_join is due either way.
 */
int children_start(
	struct children *children, unsigned count, int (*fn)(void *arg), void *args, size_t size);

/*
 * Join them in the order they were started in. 0, or the first -errno of a child
 * that is not just the echo of another's: -EPIPE or -ECANCELED, where one that
 * failed closed what the others waited for.
 */
int children_join(struct children *children);

/* Both: 0, or the first -errno. For children that do not wait for one another. */
int children_run(unsigned count, int (*fn)(void *arg), void *args, size_t size);

/* Of two results the one to tell: the first that is an error, an echo only for want of another. */
int children_worse(int err, int other_err);

#endif
