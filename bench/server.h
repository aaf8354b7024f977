/* SPDX-License-Identifier: MIT */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

/* A trial's server: `concbench serve` as a process of its own beside the load generator. */
#include <netinet/in.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "trial.h"

struct counts;

struct server {
	pid_t pid;
	struct sockaddr_in address;
};

/*
 * Start the service and model of spec on a free port of 127.0.0.1, with as many
 * workers and connections as its concurrency, on cpus (NULL: anywhere); backends
 * are asked at the origin, where that runs; its allocations are counted where counts has a page.
 * Clients can connect when this returns. It ends with the thread that started it. 0 or -errno;
 * -EPROTO when it ended without an address, having said why on stderr.
 */
int server_start(struct server *server, const struct trial_spec *spec, const cpu_set_t *cpus,
	const struct origin *origin, const struct counts *counts);

/* CPU time that it and the processes it has forked and not yet reaped have used, in ns. */
int64_t server_cpu_ns(const struct server *server);

/*
 * Stop it as SIGTERM does and reap it; killed when it does not end. usage is
 * what it and the processes that it forked have used in their lives. 0; -ECHILD
 * where it had crashed or ended with an error; -ETIMEDOUT where it was killed.
 */
int server_stop(struct server *server, struct rusage *usage);

#endif
