/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ORIGIN_H
#define BENCH_ORIGIN_H

/*
 * The embedded origin: the HTTP server that fetch, rawget and download talk
 * to, in a process of its own so that its work is not counted as the model's.
 *
 *   GET or HEAD /body?bytes=N&delay_ms=N   N bytes of origin_fill, after the delay (0, 0;
 *                                          delay_us=N for finer ones)
 *   another path or method                 404 or 405
 *   bad numbers, or not HTTP               400
 *
 * HTTP/1.0 and 1.1, keep-alive and pipelining, Content-Length always.
 */
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { ORIGIN_BYTES_MAX = 1 << 30, ORIGIN_DELAY_MS_MAX = 60000 };

struct command;

struct origin {
	const cpu_set_t *cpus; /* in: where it may run; NULL for anywhere */
	pid_t pid;             /* 0 when not started */
	int port;              /* on 127.0.0.1; set without a pid it is one that runs already */
	int control;           /* it ends when this closes */
};

/*
 * Start `concbench origin` on a free port of 127.0.0.1; it serves when this
 * returns, as a process named "origin". It ends with the thread that started
 * it, however that ends. The program is the caller's own, or the one that the
 * environment variable CONCBENCH names: a test is not concbench. 0 or -errno;
 * -EPROTO when the program ended without a word.
 */
int origin_start(struct origin *origin);

/*
 * CPU time it has used, in ns, or -1 when it does not run. While it is busy
 * this may be behind by a tick of the kernel; once it waits it is exact.
 */
int64_t origin_cpu_ns(const struct origin *origin);

/* The same once it waits, for which this waits up to 50 ms. */
int64_t origin_cpu_settled_ns(const struct origin *origin);

/* Whether it was started and has ended by itself, or does so within 0.1 s. */
bool origin_died(const struct origin *origin);

/* End it and reap it. No effect on one that is not started. */
void origin_stop(struct origin *origin);

/* The body: size bytes of it from offset on. The same on every machine. Thread-safe. */
void origin_fill(void *buf, size_t size, uint64_t offset);

/*
 * The server itself: serve listening socket listen_fd, which it closes, until
 * control_fd reads end of file (-1: none), SIGTERM or SIGINT. SIGPIPE is
 * ignored from then on. A client for which there is no descriptor is turned
 * away. 0 or -errno.
 */
int origin_serve(int listen_fd, int control_fd);

/* `concbench origin [--listen ADDR:PORT]`: by hand; prints the address it listens on. */
extern const struct command origin_command;

#endif
