/* SPDX-License-Identifier: MIT */
#include "gang.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

enum { STACK_BYTES = 256 * 1024 };

int gang_run(
	unsigned threads, void *(*body)(void *arg), void (*made)(void *arg, int err), void *arg)
{
	unsigned started = 0;
	pthread_t *thread = calloc(threads, sizeof *thread);
	pthread_attr_t attr;
	int err = 0;

	if (!thread)
		return -ENOMEM;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK_BYTES);
	while (started < threads && !err) {
		err = -pthread_create(&thread[started], &attr, body, arg);
		if (!err)
			started++;
	}
	made(arg, err);
	for (unsigned i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	pthread_attr_destroy(&attr);
	free(thread);
	return err;
}
