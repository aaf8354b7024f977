/* SPDX-License-Identifier: MIT */
#ifndef MODELS_GANG_H
#define MODELS_GANG_H

/*
 * Run body(arg) in so many threads and wait for them. made(arg, err) is called
 * when all are there (0), or one could not be made: it is then to end the
 * others, as a smaller gang would not be what was asked for. Returns that err.
 */
int gang_run(
	unsigned threads, void *(*body)(void *arg), void (*made)(void *arg, int err), void *arg);

#endif
