/* SPDX-License-Identifier: MIT */
#ifndef MODELS_SERVICE_H
#define MODELS_SERVICE_H

/*
 * Seam 1, for servers: a service is a handler that serves one connection to its
 * end, and a model is a way to serve many at once. As with tasks, a model never
 * learns what is served, and a handler never learns which model runs it.
 *
 * This is also what the models that serve share: how a connection is taken,
 * counted, refused and ended. A process serves one service at a time, as a
 * signal stops it.
 */
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "model.h"
#include "param.h"
#include "runtime/resumable.h"

struct connection;
struct work;

/* Between tries to accept while descriptors or memory are out. */
enum { SERVICE_RETRY_NS = 20000000 };

struct service {
	struct sockaddr_in address;  /* where to listen; the port is filled in by service_listen */
	unsigned workers;            /* how many a pool has */
	unsigned connections_max;    /* more at a time are refused */
	unsigned drain_s;            /* after a stop, until connections are cut off */
	const struct params *params; /* of the model's own table */

	/*
	 * For a model of several processes with many connections each: how many
	 * every one holds, in memory that they share, so that the limit is that
	 * of all together; and which of them this process is. NULL: this
	 * process's connections are all there are.
	 */
	atomic_uint *held;
	unsigned processes, process;

	const char *refusal; /* what a refused client is told before it is closed; "" is nothing */

	/* Serve fd to its end, in the caller's thread, coroutine or process. Does not close it. */
	void (*handle)(struct service *service, int fd);

	/* The same in callback form, on loop; done(arg) is called once at its end. */
	void (*start)(
		struct service *service, int fd, struct loop *loop, job_done_fn *done, void *arg);

	/*
	 * The same in resumable form, in a frame of frame_bytes, which begins
	 * with a struct connection_frame and is the caller's again at the end
	 * of the handler. That does not close the descriptor.
	 */
	size_t frame_bytes;
	void (*start_resumable)(struct service *service, struct connection *connection,
		struct executor *executor, struct resumable *frame);

	/* To be called by the model, once, when all that it makes beforehand is there to serve. */
	void (*ready)(struct service *service);
};

/* One that was accepted and has not ended. Linked, so that a stop finds it. */
struct connection {
	struct service *service;
	int fd;
	struct connection *next, **previous;
};

/* What the frame of a handler in resumable form begins with. */
struct connection_frame {
	struct resumable self;
	struct connection *connection;
	struct work *work; /* the handler's own */
};

/*
 * A socket, of the world of io, that listens at the service's address with a
 * backlog of 4096. share: other sockets may listen there too (SO_REUSEPORT),
 * and the kernel deals connections out among them. Returns its descriptor or a
 * -errno. It stops listening when the service is stopped.
 */
int service_listen(struct service *service, bool share);

/*
 * The next connection, to be given to one of the three below; NULL once the
 * service is stopped. Those beyond the limit are refused here. While
 * descriptors or memory are out it waits a little between tries, and clients
 * wait in the backlog.
 */
struct connection *service_accept(struct service *service, int listener);

/* Make a connection of a descriptor that was accepted elsewhere; NULL where it was refused. */
struct connection *service_adopt(struct service *service, int fd);

/* Serve it in the world of io, close it, free it. Thread-safe. */
void connection_serve(struct connection *connection);

/* Tell the client that there is no room, close it, free it. Thread-safe. */
void connection_refuse(struct connection *connection);

/* Close this process's descriptor of it and free it; the client is told nothing. */
void connection_leave(struct connection *connection);

/*
 * For listeners that are polled: *connection is one that was accepted, or NULL
 * where it was refused. Returns 0; -EAGAIN when there is none now; -EMFILE when
 * descriptors or memory are out; -ECANCELED once the service is stopped.
 */
int service_try_accept(struct service *service, int listener, struct connection **connection);

/* The end of a connection that was not given to the three above. Its fd is closed already. */
void connection_free(struct connection *connection);

/*
 * From now on SIGTERM and SIGINT stop the service: its listeners stop
 * listening, and connections read end of file, so that a handler answers what
 * it has and ends. After drain_s what is left is cut off: the process says so
 * and exits. Call it once a process, before service_listen; children forked
 * later are stopped by the same signals.
 */
void service_stop_on_signals(struct service *service);

/* Stop it as SIGTERM does. Thread-safe. */
void service_stop(void);

/* Whether the service is stopped. Thread-safe. */
bool service_stopped(void);

/* Wait for every connection of this process to end. */
void service_wait(void);

#endif
