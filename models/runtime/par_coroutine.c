/* SPDX-License-Identifier: MIT */
/* The coroutines' world of tasks that start others: a child is a task, shared memory any memory. */
#include "par_coroutine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../io.h"
#include "channel.h"
#include "generator.h"
#include "sync.h"
#include "task.h"

struct par_child {
	struct task *task;
	int (*fn)(void *arg);
	void *arg;
};

static int64_t run_child(void *arg)
{
	const struct par_child *child = arg;

	return child->fn(child->arg);
}

static int spawn(struct par_child **child, int (*fn)(void *arg), void *arg)
{
	struct par_child *new = malloc(sizeof *new);

	if (!new)
		return -ENOMEM;
	*new = (struct par_child){ .fn = fn, .arg = arg };
	int err = task_spawn(&new->task, "child", run_child, new);
	if (err)
		free(new);
	else
		*child = new;
	return err;
}

/* The child ends before its memory goes, though the one who joins it is cancelled. */
static int join(struct par_child *child)
{
	struct future *future = task_future(child->task);
	int result = (int)task_await(child->task);

	while (!future_done(future))
		future_wait(future, IO_FOREVER);
	task_release(child->task);
	free(child);
	return result;
}

/* Aligned for a lock. */
static void *share(size_t size)
{
	enum { ALIGNMENT = _Alignof(struct par_lock) };
	size_t whole = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	void *memory = aligned_alloc(ALIGNMENT, whole);

	return memory ? memset(memory, 0, whole) : NULL;
}

static void release_shared(void *memory, size_t size)
{
	(void)size;
	free(memory);
}

static struct lock *own_lock(struct par_lock *lock)
{
	_Static_assert(sizeof(struct lock) <= sizeof lock->own, "a lock has room in par_lock");
	return (struct lock *)lock->own;
}

static int init_lock(struct par_lock *lock)
{
	lock_init(own_lock(lock), NULL);
	return 0;
}

static void destroy_lock(struct par_lock *lock)
{
	(void)lock;
}

/* The seam knows no cancellation here: it meets the task's next wait. */
static void take_lock(struct par_lock *lock)
{
	struct task *self = task_current();
	bool cancelled = false;

	while (lock_acquire(own_lock(lock), IO_FOREVER) == -ECANCELED)
		cancelled = true;
	if (!cancelled || task_cancelling(self) == 0)
		return;
	task_uncancel(self); /* the same request, not one more */
	task_cancel(self);
}

static void give_lock(struct par_lock *lock)
{
	lock_release(own_lock(lock));
}

static int open_channel(struct par_channel **channel, unsigned capacity)
{
	return channel_open((struct channel **)channel, NULL, capacity);
}

static int send_value(struct par_channel *channel, uint64_t value)
{
	return channel_send((struct channel *)channel, value, IO_FOREVER);
}

static int receive_value(struct par_channel *channel, uint64_t *value)
{
	return channel_receive((struct channel *)channel, value, IO_FOREVER);
}

static void close_channel(struct par_channel *channel)
{
	channel_close((struct channel *)channel);
}

static void free_channel(struct par_channel *channel)
{
	channel_free((struct channel *)channel);
}

struct par_generator {
	struct generator *generator;
	void (*body)(struct par_generator *generator, void *arg);
	void *arg;
};

static int64_t run_body(struct generator *generator, void *arg)
{
	struct par_generator *self = arg;

	(void)generator;
	self->body(self, self->arg);
	return 0;
}

static int generate(struct par_generator **generator,
	void (*body)(struct par_generator *generator, void *arg), void *arg)
{
	struct par_generator *new = malloc(sizeof *new);

	if (!new)
		return -ENOMEM;
	*new = (struct par_generator){ .body = body, .arg = arg };
	int err = generator_open(&new->generator, run_body, new);
	if (err)
		free(new);
	else
		*generator = new;
	return err;
}

static int emit(struct par_generator *generator, uint64_t value)
{
	return generator_emit(generator->generator, value);
}

static int next(struct par_generator *generator, uint64_t *value)
{
	return generator_next(generator->generator, value);
}

static void free_generator(struct par_generator *generator)
{
	generator_close(generator->generator);
	free(generator);
}

const struct par_ops par_coroutine = {
	.spawn = spawn,
	.join = join,
	.share = share,
	.unshare = release_shared,
	.lock_init = init_lock,
	.lock_destroy = destroy_lock,
	.lock = take_lock,
	.unlock = give_lock,
	.channel_open = open_channel,
	.send = send_value,
	.receive = receive_value,
	.channel_close = close_channel,
	.channel_free = free_channel,
	.generate = generate,
	.emit = emit,
	.next = next,
	.generator_free = free_generator,
};
