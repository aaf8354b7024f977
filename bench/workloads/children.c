/* SPDX-License-Identifier: MIT */
#include "children.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "../../models/par.h"

int children_start(
	struct children *children, unsigned count, int (*fn)(void *arg), void *args, size_t size)
{
	*children = (struct children){ .list = calloc(count, sizeof(struct par_child *)) };
	int err = children->list ? 0 : -ENOMEM;

	while (!err && children->count < count) {
		char *arg = (char *)args + children->count * size;
		err = par_spawn(&children->list[children->count], fn, arg);
		children->count += !err;
	}
	return err;
}

static bool is_echo(int err)
{
	return err == -EPIPE || err == -ECANCELED;
}

int children_worse(int err, int other_err)
{
	if (err == 0 || (is_echo(err) && other_err))
		return other_err;
	return err;
}

int children_join(struct children *children)
{
	int err = 0;

	for (unsigned i = 0; i < children->count; i++) {
		int result = par_join(children->list[i]);
		err = children_worse(err, result < 0 ? result : 0);
	}
	free(children->list);
	return err;
}

int children_run(unsigned count, int (*fn)(void *arg), void *args, size_t size)
{
	struct children children;
	int start_err = children_start(&children, count, fn, args, size);
	int err = children_join(&children);

	return start_err ? start_err : err;
}
