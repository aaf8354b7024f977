/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_GENERATOR_H
#define RUNTIME_GENERATOR_H

/*
 * A generator: a function on a stack of its own that runs only as far as
 * values are asked for. It is part of whichever task asks: to go on in it is a
 * switch of stacks, not of tasks. So one kind does for both of Python's: where
 * the body waits (io_ calls, locks), the task that asked waits, as in an
 * async generator, and the others run.
 *
 *     static int64_t squares(struct generator *self, void *arg)
 *     {
 *             for (int64_t i = 0; i < 10; i++) {
 *                     int err = generator_emit(self, i * i);
 *                     if (err)
 *                             return err;
 *             }
 *             return 0;
 *     }
 *
 *     struct generator *generator;
 *     uint64_t square;
 *     int err = generator_open(&generator, squares, NULL);
 *     while (!err && generator_next(generator, &square) == 1)
 *             printf("%llu\n", (unsigned long long)square);
 *     generator_close(generator);
 *
 * For the tasks of one scheduler. What cancels the task while the body waits
 * meets the body, which should clean up and return -ECANCELED.
 */
#include <stdint.h>

struct generator;

/* Emits its values, then returns 0, or a -errno, which the one who asks is told. */
typedef int64_t generator_fn(struct generator *self, void *arg);

/* Make a generator of fn(generator, arg), which begins at the first generator_next. 0 or -ENOMEM.
 */
int generator_open(struct generator **generator, generator_fn *fn, void *arg);

/*
 * From the body alone: give value, and go on when the next is asked for. 0, or
 * -ECANCELED where none will be: then clean up, waiting as need be, and return.
 * -EPERM from outside of the body.
 */
int generator_emit(struct generator *generator, uint64_t value);

/*
 * Let the body go on to its next value: 1 and the value; 0 when the body has
 * ended; or the -errno that it ended with, each time. -EBUSY while it runs
 * already: it asks itself, or another task does while it waits.
 */
int generator_next(struct generator *generator, uint64_t *value);

/*
 * Release it, when no task is in it. A body that has begun and not ended ends
 * first: its emit returns -ECANCELED.
 */
void generator_close(struct generator *generator);

#endif
