/* SPDX-License-Identifier: MIT */
/*
 * A generator where a second stack is a child: it waits to be asked, hands one
 * value over and waits again. So each value costs two hand-overs.
 */
#include <errno.h>
#include <stdlib.h>

#include "par_posix.h"

struct par_generator {
	struct par_channel *asked, *values;
	struct par_child *child;
	void (*body)(struct par_generator *generator, void *arg);
	void *arg;
};

/* Neither side waits for the other any more. */
static void close_both(struct par_generator *generator)
{
	par_channel_close(generator->asked);
	par_channel_close(generator->values);
}

static int run_body(void *arg)
{
	struct par_generator *generator = arg;
	uint64_t unused;

	if (par_receive(generator->asked, &unused) == 0)
		generator->body(generator, generator->arg);
	close_both(generator);
	return 0;
}

int child_generate(struct par_generator **made,
	void (*body)(struct par_generator *generator, void *arg), void *arg)
{
	struct par_generator *generator = calloc(1, sizeof *generator);
	int err = generator ? par_channel_open(&generator->asked, 1) : -ENOMEM;

	if (err)
		goto no_asked;
	err = par_channel_open(&generator->values, 1);
	if (err)
		goto no_values;
	generator->body = body;
	generator->arg = arg;
	err = par_spawn(&generator->child, run_body, generator);
	if (err)
		goto no_child;
	*made = generator;
	return 0;
no_child:
	par_channel_free(generator->values);
no_values:
	par_channel_free(generator->asked);
no_asked:
	free(generator);
	return err;
}

int child_emit(struct par_generator *generator, uint64_t value)
{
	uint64_t unused;
	int err = par_send(generator->values, value);

	if (!err)
		err = par_receive(generator->asked, &unused);
	return err == -EPIPE ? -ECANCELED : err;
}

int child_next(struct par_generator *generator, uint64_t *value)
{
	int err = par_send(generator->asked, 0);

	if (!err)
		err = par_receive(generator->values, value);
	return err == -EPIPE ? 0 : err ? err : 1;
}

void child_generator_free(struct par_generator *generator)
{
	close_both(generator);
	par_join(generator->child);
	par_channel_free(generator->values);
	par_channel_free(generator->asked);
	free(generator);
}

int no_generate(struct par_generator **generator,
	void (*body)(struct par_generator *generator, void *arg), void *arg)
{
	(void)generator, (void)body, (void)arg;
	return -ENOTSUP;
}
