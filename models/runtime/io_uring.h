/* SPDX-License-Identifier: MIT */
#ifndef RUNTIME_IO_URING_H
#define RUNTIME_IO_URING_H

/* The world of io calls of tasks (models/io.h) that stand on reactor_uring, and on no other. */
#include "../io.h"

extern const struct io_ops io_uring;

#endif
