/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PAR_H
#define MODELS_PAR_H

/*
 * Seam 2, the other half: tasks that start others, wait for each other and
 * share. A workload of structure is written once over these calls, and each
 * model does them its own way: a child is a thread, a process or a coroutine,
 * a lock is that of its kind. In a child the calls of models/io.h and of this
 * file are those of the same world.
 *
 * Every call returns >= 0 or a -errno. What children write for others to see
 * must lie in memory from par_share; what they only read may lie anywhere,
 * provided it was there when they were spawned.
 */
#include <stddef.h>
#include <stdint.h>

struct par_channel;
struct par_child;
struct par_generator;

/* A lock in memory from par_share. Room for any world's own. */
struct par_lock {
	_Alignas(64) char own[128];
};

/* The calls behind the functions below, one table a world. */
struct par_ops {
	int (*spawn)(struct par_child **child, int (*fn)(void *arg), void *arg);
	int (*join)(struct par_child *child);
	void *(*share)(size_t size);
	void (*unshare)(void *memory, size_t size);
	int (*lock_init)(struct par_lock *lock);
	void (*lock_destroy)(struct par_lock *lock);
	void (*lock)(struct par_lock *lock);
	void (*unlock)(struct par_lock *lock);
	int (*channel_open)(struct par_channel **channel, unsigned capacity);
	int (*send)(struct par_channel *channel, uint64_t value);
	int (*receive)(struct par_channel *channel, uint64_t *value);
	void (*channel_close)(struct par_channel *channel);
	void (*channel_free)(struct par_channel *channel);
	int (*generate)(struct par_generator **generator,
		void (*body)(struct par_generator *generator, void *arg), void *arg);
	int (*emit)(struct par_generator *generator, uint64_t value);
	int (*next)(struct par_generator *generator, uint64_t *value);
	void (*generator_free)(struct par_generator *generator);
};

/* The world this thread is in; NULL where the model's tasks start no others (MODEL_SPAWN). */
extern _Thread_local const struct par_ops *par;

/* Start fn(arg) as a child, to be joined once. 0, or -errno and no child. */
static inline int par_spawn(struct par_child **child, int (*fn)(void *arg), void *arg)
{
	return par->spawn(child, fn, arg);
}

/* Wait for its end: what fn returned; -ECHILD where it died. Releases child. */
static inline int par_join(struct par_child *child)
{
	return par->join(child);
}

/* Zeroed memory that children see as it is, or NULL; par_unshare(memory, size) releases it. */
static inline void *par_share(size_t size)
{
	return par->share(size);
}

static inline void par_unshare(void *memory, size_t size)
{
	par->unshare(memory, size);
}

/* A lock, to be made before the children that use it. 0 or -errno. */
static inline int par_lock_init(struct par_lock *lock)
{
	return par->lock_init(lock);
}

static inline void par_lock_destroy(struct par_lock *lock)
{
	par->lock_destroy(lock);
}

static inline void par_lock(struct par_lock *lock)
{
	par->lock(lock);
}

static inline void par_unlock(struct par_lock *lock)
{
	par->unlock(lock);
}

/* A queue of at most capacity values (at least 1), to be opened before the children that use it. */
static inline int par_channel_open(struct par_channel **channel, unsigned capacity)
{
	return par->channel_open(channel, capacity);
}

/*
 * Wait for room, then append value. 0; -EPIPE once the channel is closed; -EDEADLK
 * in place of waiting where children cannot wait for one another.
 */
static inline int par_send(struct par_channel *channel, uint64_t value)
{
	return par->send(channel, value);
}

/* Wait for a value and take it. 0; -EPIPE once the channel is closed and empty; -EDEADLK as above.
 */
static inline int par_receive(struct par_channel *channel, uint64_t *value)
{
	return par->receive(channel, value);
}

/* Nobody will send any more: who waits is woken. */
static inline void par_channel_close(struct par_channel *channel)
{
	par->channel_close(channel);
}

/* Release it, when no child uses it any more. */
static inline void par_channel_free(struct par_channel *channel)
{
	par->channel_free(channel);
}

/*
 * A generator: body(generator, arg) runs only as far as values are asked for,
 * and gives each by par_emit. 0 or -errno.
 */
static inline int par_generate(struct par_generator **generator,
	void (*body)(struct par_generator *generator, void *arg), void *arg)
{
	return par->generate(generator, body, arg);
}

/* From the body: give a value and wait until the next is asked for. -ECANCELED when none will be.
 */
static inline int par_emit(struct par_generator *generator, uint64_t value)
{
	return par->emit(generator, value);
}

/* 1 and the next value; 0 when the body has ended; or -errno. */
static inline int par_next(struct par_generator *generator, uint64_t *value)
{
	return par->next(generator, value);
}

/* End the body, if it has not ended, and release it. */
static inline void par_generator_free(struct par_generator *generator)
{
	par->generator_free(generator);
}

#endif
