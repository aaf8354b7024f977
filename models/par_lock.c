/* SPDX-License-Identifier: MIT */
/* Mutexes, of threads or of processes. */
#include <errno.h>

#include "par_posix.h"

_Static_assert(sizeof(pthread_mutex_t) <= sizeof(struct par_lock), "a lock must hold a mutex");

int posix_mutex_init(pthread_mutex_t *mutex, bool shared)
{
	pthread_mutexattr_t attr;
	int err = pthread_mutexattr_init(&attr);

	if (!err && shared)
		err = pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	if (!err && shared)
		err = pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	if (!err)
		err = pthread_mutex_init(mutex, &attr);
	pthread_mutexattr_destroy(&attr);
	return -err;
}

void posix_mutex_lock(pthread_mutex_t *mutex)
{
	if (pthread_mutex_lock(mutex) == EOWNERDEAD)
		pthread_mutex_consistent(mutex);
}

static pthread_mutex_t *mutex_of(struct par_lock *lock)
{
	return (pthread_mutex_t *)lock->own;
}

int posix_lock_init(struct par_lock *lock)
{
	return posix_mutex_init(mutex_of(lock), false);
}

int posix_shared_lock_init(struct par_lock *lock)
{
	return posix_mutex_init(mutex_of(lock), true);
}

void posix_lock_destroy(struct par_lock *lock)
{
	pthread_mutex_destroy(mutex_of(lock));
}

void posix_lock(struct par_lock *lock)
{
	posix_mutex_lock(mutex_of(lock));
}

void posix_unlock(struct par_lock *lock)
{
	pthread_mutex_unlock(mutex_of(lock));
}
