/* SPDX-License-Identifier: MIT */
#ifndef LOAD_NULL_SERVER_H
#define LOAD_NULL_SERVER_H

/*
 * The least a server can do: it counts the bytes of a request and answers with
 * bytes fixed beforehand, so that the rate of a load against it is the ceiling
 * of the generator. It speaks every protocol whose requests and replies are
 * always the same, because it was told what they are.
 */
#include <sched.h>
#include <stddef.h>
#include <sys/types.h>

#include "load.h"

/* One conversation, as a server had it: what hello and one request were answered with. */
struct answers {
	char *hello, *reply;
	size_t hello_bytes, reply_bytes;
	bool closes; /* the server closes the connection after a reply */
};

/*
 * Talk to the server once and keep its answers. 0, or a -errno with reason:
 * what it refused, or what was wrong with a reply. At most timeout_ns a
 * system call. Free the answers, also those of a failure.
 */
int answers_learn(const struct load_spec *spec, struct answers *answers, char *reason, size_t size);
void answers_free(struct answers *answers);

struct null_server {
	pid_t pid; /* 0 when not started */
	struct sockaddr_in address;
};

/*
 * Start it as a process of its own, on cpus (NULL: anywhere), on a free port of
 * 127.0.0.1. It ends with the thread that started it. 0 or -errno. To be
 * started before any other thread is.
 */
int null_server_start(struct null_server *server, const struct talk *talk,
	const struct answers *answers, const cpu_set_t *cpus);
void null_server_stop(struct null_server *server);

/*
 * The rate of a closed loop of spec's connections and threads against the null
 * server, which runs at spec->server_cpus, over half a second: more than the
 * generator cannot do. 0 or -errno.
 */
int load_ceiling(
	const struct load_spec *spec, const struct answers *answers, double *ceiling_per_s);

#endif
