/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_PAR_COROUTINE_H
#define RUNTIME_PAR_COROUTINE_H

#include "../par.h"

/* The calls of models/par.h for tasks: runtime_run sets `par` to it, beside `io`. */
extern const struct par_ops par_coroutine;

#endif
