/* SPDX-License-Identifier: MIT */
#ifndef MODELS_PAR_POSIX_H
#define MODELS_PAR_POSIX_H

/*
 * What the worlds that the kernel schedules make models/par.h of: POSIX
 * mutexes and conditions, and memory where their children see them.
 */
#include <pthread.h>
#include <stdbool.h>

#include "par.h"

/* Each the whole of a world; the pool's is in par_threadpool.h. */
extern const struct par_ops par_blocking, par_threads, par_processes;

/* Who uses a channel, and so what a full or an empty one means. */
enum par_sharing {
	PAR_NEVER_WAITS, /* threads, of which none may wait for another: -EDEADLK instead */
	PAR_OF_THREADS,
	PAR_OF_PROCESSES
};

/* As par_channel_open and the calls below it. Thread-safe; PAR_OF_PROCESSES, from any process. */
int posix_channel_open(struct par_channel **opened, unsigned capacity, enum par_sharing sharing);
int posix_send(struct par_channel *channel, uint64_t value);
int posix_receive(struct par_channel *channel, uint64_t *value);
void posix_channel_close(struct par_channel *channel);
void posix_channel_free(struct par_channel *channel);

/* As par_share and par_unshare, of threads and of processes. */
void *threads_share(size_t size);
void threads_unshare(void *memory, size_t size);
void *processes_share(size_t size);
void processes_unshare(void *memory, size_t size);

/* A mutex; where shared, for every process that sees it. 0 or -errno. */
int posix_mutex_init(pthread_mutex_t *mutex, bool shared);

/* A shared mutex outlives a process that died with it locked: what it guards is taken as it is. */
void posix_mutex_lock(pthread_mutex_t *mutex);

/* As par_lock_init and the calls below it, the first of threads, the second of processes. */
int posix_lock_init(struct par_lock *lock);
int posix_shared_lock_init(struct par_lock *lock);
void posix_lock_destroy(struct par_lock *lock);
void posix_lock(struct par_lock *lock);
void posix_unlock(struct par_lock *lock);

/* As par_generate and the calls below it, made of a child and two channels of the same world. */
int child_generate(struct par_generator **made,
	void (*body)(struct par_generator *generator, void *arg), void *arg);
int child_emit(struct par_generator *generator, uint64_t value);
int child_next(struct par_generator *generator, uint64_t *value);
void child_generator_free(struct par_generator *generator);

/* As par_generate, of a world in which none can be: -ENOTSUP. */
int no_generate(struct par_generator **generator,
	void (*body)(struct par_generator *generator, void *arg), void *arg);

#endif
