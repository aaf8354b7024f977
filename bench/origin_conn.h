/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ORIGIN_CONN_H
#define BENCH_ORIGIN_CONN_H

/* The origin's connections. All of it is for the loop's thread. */
#include <uv.h>

#include "../models/runtime/timers.h"

struct origin_conn;

struct origin_conns {
	struct timers timers;      /* for their delays; opened and closed by the server */
	struct origin_conn *spare; /* closed ones, to be used again */
};

/*
 * Take the connection that listener has, and serve it until it closes. Its
 * uv_tcp_t has the origin_conn as its data. 0 or -ENOMEM.
 */
int origin_conn_accept(struct origin_conns *conns, uv_stream_t *listener);

/* Close it; it becomes spare when the loop has turned. Does nothing the second time. */
void origin_conn_close(struct origin_conn *conn);

/* Free the spare ones. */
void origin_conn_free(struct origin_conns *conns);

#endif
