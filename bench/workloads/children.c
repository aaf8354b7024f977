/* SPDX-License-Identifier: MIT */
#include "children.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

int children_open(struct children *children, unsigned room)
{
	children->count = 0;
	children->child = calloc(room, sizeof(struct par_child *));
	return children->child ? 0 : -ENOMEM;
}

int children_spawn(struct children *children, int (*fn)(void *arg), void *arg)
{
	int err = par_spawn(&children->child[children->count], fn, arg);

	if (!err)
		children->count++;
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

	for (unsigned i = 0; i < children->count; i++)
		err = children_worse(err, par_join(children->child[i]));
	free(children->child);
	*children = (struct children){ 0 };
	return err;
}
