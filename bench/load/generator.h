/* SPDX-License-Identifier: MIT */
#ifndef LOAD_GENERATOR_H
#define LOAD_GENERATOR_H

/*
 * One thread of a load: its connections, its part of the arrivals, its tally.
 * Private to bench/load. generator.c turns the loop, conn.c is what happens on
 * a connection.
 */
#include <stdatomic.h>
#include <sys/queue.h>

#include "arrivals.h"
#include "load.h"

enum { CONNECTING_MAX = 256, READ_BYTES = 65536 };

enum conn_state {
	CONN_CLOSED,     /* in `closed`, until it may be opened */
	CONN_CONNECTING, /* without a request */
	CONN_GREETING,   /* hello is sent, its answer is to come */
	CONN_PROVING,    /* with a first request that does not count */
	CONN_FREE,       /* in `idle` */
	CONN_BUSY,       /* with a request */
	CONN_DRAINING, /* the server is to close it; with a request where there is one a connection
	                */
};

struct conn {
	TAILQ_ENTRY(conn) link; /* in idle or closed */
	int fd;                 /* -1 when closed */
	enum conn_state state;
	uint32_t events;  /* epoll waits for; 0 when it does not know fd */
	bool established; /* it is connected */
	bool proven;      /* a reply came since it was opened */
	bool tried;       /* it was connected once, or failed */
	bool counted;     /* it was once connected */
	size_t sent;      /* bytes of hello or the request */
	struct reply reply;
	struct request request;
	int64_t since_ns; /* when it entered the state; when closed, when it may be opened */
	uint64_t served;  /* requests of the window that were answered */
};

TAILQ_HEAD(conn_list, conn);

/* What the threads of a load share. */
struct start {
	atomic_uint ready;     /* threads whose connections were tried */
	_Atomic int64_t at_ns; /* when the warm-up begins; 0 until it is known */
	atomic_uint connected; /* connections that were made and greeted */
	atomic_bool off;       /* the load does not take place */
	atomic_bool stopped;   /* the load is to end now */
	atomic_uint ended;     /* threads that have */
};

struct generator {
	const struct load_spec *spec;
	struct start *start;
	unsigned number; /* of the thread */
	int epoll;
	struct conn *conns;
	unsigned conn_count, untried, connecting, connecting_max;
	struct conn_list idle, closed; /* each in the order of since_ns */
	struct arrivals arrivals;
	struct tally tally;
	bool sending;   /* from the start to the end of the window */
	int64_t end_ns; /* of the window */
	int64_t next_scan_ns, scan_every_ns;
	int64_t alert_until_ns; /* the arrival that is waited for without sleeping */
	uint64_t reopened;
	int64_t cpu_from_ns, cpu_to_ns, cpu_begin_ns, cpu_end_ns; /* when read, and what */
	bool cpu_begun, cpu_ended, interrupted;
	char buffer[READ_BYTES];
};

/* Thread number `number` of the load, with so many connections. 0 or -errno. */
int generator_init(struct generator *generator, const struct load_spec *spec, struct start *start,
	unsigned number, unsigned connections);
void generator_free(struct generator *generator);

/* A thread's function; arg is its generator. */
void *generator_run(void *arg);

/* conn.c */

/* Open what is closed and due, as many at a time as may be. */
void conns_open(struct generator *generator, int64_t now_ns);

/* Send the arrivals that are due, as far as there are free connections. */
void conns_send_due(struct generator *generator, int64_t now_ns);

/* In a closed loop: a request on every free connection. */
void conns_send_all(struct generator *generator);

/* Something happened on a connection. */
void conn_event(struct generator *generator, struct conn *conn, uint32_t events);

/* Give up what has taken too long. */
void conns_time_out(struct generator *generator, int64_t now_ns);

/* Close it, so that no port is held up for it. */
void conn_close(struct conn *conn);

#endif
