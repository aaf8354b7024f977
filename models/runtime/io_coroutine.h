/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_IO_COROUTINE_H
#define RUNTIME_IO_COROUTINE_H

/* The coroutines' world of io calls (models/io.h): for tasks of models/runtime/task.h. */
#include "../io.h"

extern const struct io_ops io_coroutine;

/* What other worlds on the same tasks share with it (http_coroutine.c, io_coroutine.c). */
int coroutine_fetch(struct io_fetch *fetch);
void coroutine_gather(struct io_fetch *const *fetches, unsigned count);
int coroutine_offload(void (*fn)(void *arg), void *arg);

/* Its books of one scheduler, released when no task is left. NULL: none. */
struct io_watches;
void io_watches_close(struct io_watches *watches);

#endif
