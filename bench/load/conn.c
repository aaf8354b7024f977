/* SPDX-License-Identifier: MIT */
/*
 * What happens on a connection. In a closed loop with keep-alive a request costs
 * one send and one recv: its end is the start of the next, and one reading of
 * the clock serves both.
 *
 * Ports: where the server closes first, the connection is read to its end and
 * the server keeps the TIME_WAIT. Where it does not, a reset (SO_LINGER of 0)
 * ends the connection, all of whose bytes have been read, and nobody keeps one.
 * Otherwise 28,000 connections, a few seconds' worth, would use up the ports.
 */
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../models/io.h"
#include "generator.h"

static const int64_t pause_ns = 100000000; /* before the next try, after a failure */

void conn_close(struct conn *conn)
{
	struct linger reset = { .l_onoff = 1 };

	if (conn->fd < 0)
		return;
	setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
	close(conn->fd);
	conn->fd = -1;
}

/* The server has closed its side. */
static void close_after_end(struct conn *conn)
{
	close(conn->fd);
	conn->fd = -1;
}

static bool is_connecting(enum conn_state state)
{
	return state == CONN_CONNECTING || state == CONN_GREETING || state == CONN_PROVING;
}

static void enter(struct generator *generator, struct conn *conn, enum conn_state state)
{
	generator->connecting += is_connecting(state) - is_connecting(conn->state);
	conn->state = state;
}

/* The first attempt to connect, to be greeted and to be answered has come to an end. */
static void note_tried(struct generator *generator, struct conn *conn, bool good)
{
	if (conn->tried)
		return;
	conn->tried = true;
	generator->untried--;
	if (good)
		atomic_fetch_add(&generator->start->connected, 1);
}

static void put_off(struct generator *generator, struct conn *conn, int64_t until_ns)
{
	enter(generator, conn, CONN_CLOSED);
	conn->since_ns = until_ns;
	if (until_ns == 0)
		TAILQ_INSERT_HEAD(&generator->closed, conn, link);
	else
		TAILQ_INSERT_TAIL(&generator->closed, conn, link);
}

static bool has_request(const struct generator *generator, const struct conn *conn)
{
	return conn->state == CONN_BUSY ||
		(conn->state == CONN_DRAINING && !generator->spec->keep_alive);
}

/*
 * A connection that failed before it ever was of use is opened anew after a
 * pause, so that a dead server is no busy loop.
 */
static void fail(struct generator *generator, struct conn *conn, enum load_error kind)
{
	int64_t now_ns = io_now_ns();

	if (!conn->established && kind != LOAD_TIMEOUT)
		kind = LOAD_CONNECT;
	tally_error(&generator->tally, kind);
	if (has_request(generator, conn))
		tally_lose(&generator->tally, &conn->request, now_ns);
	conn_close(conn);
	note_tried(generator, conn, conn->state == CONN_PROVING); /* then it could be made */
	put_off(generator, conn, conn->proven ? 0 : now_ns + pause_ns);
}

static void reopen(struct generator *generator, struct conn *conn)
{
	generator->reopened++;
	put_off(generator, conn, 0);
}

/* Wait for these events; 0 or -errno. */
static int await(struct generator *generator, struct conn *conn, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.ptr = conn };

	if (conn->events == events)
		return 0;
	int op = conn->events ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	conn->events = events;
	return epoll_ctl(generator->epoll, op, conn->fd, &event) ? -errno : 0;
}

/* Begin to connect. 0 or -errno. */
static int open_socket(struct generator *generator, struct conn *conn)
{
	const struct sockaddr_in *address = &generator->spec->address;
	int one = 1;

	conn->events = 0;
	conn->established = conn->proven = false;
	conn->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (conn->fd < 0)
		return -errno;
	setsockopt(conn->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	if (connect(conn->fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
		errno == EINPROGRESS)
		return 0;
	return -errno;
}

static void note_established(struct conn *conn)
{
	conn->established = conn->counted = true;
}

/* Send what is left of hello or of the request; on a connection that is not yet connected, too. */
static void push(struct generator *generator, struct conn *conn)
{
	const struct talk *talk = generator->spec->talk;
	bool hello = conn->state == CONN_GREETING;
	const char *data = hello ? talk->hello : talk->request;
	size_t size = hello ? talk->hello_bytes : talk->request_bytes;

	while (conn->sent < size) {
		ssize_t n = send(conn->fd, data + conn->sent, size - conn->sent, MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN) {
			if (await(generator, conn, EPOLLIN | EPOLLOUT) != 0)
				fail(generator, conn, LOAD_READ);
			return;
		}
		if (n < 0) {
			fail(generator, conn, LOAD_READ);
			return;
		}
		note_established(conn);
		conn->sent += n;
	}
	if (await(generator, conn, EPOLLIN) != 0)
		fail(generator, conn, LOAD_READ);
}

static void send_request(
	struct generator *generator, struct conn *conn, int64_t intended_ns, int64_t now_ns)
{
	int64_t could_ns = conn->since_ns > intended_ns ? conn->since_ns : intended_ns;

	enter(generator, conn, CONN_BUSY);
	conn->request = (struct request){ .intended_ns = intended_ns, .start_ns = now_ns };
	conn->since_ns = now_ns;
	conn->sent = 0;
	memset(&conn->reply, 0, sizeof conn->reply);
	tally_start(&generator->tally, &conn->request, could_ns);
	if (!generator->spec->keep_alive && open_socket(generator, conn) != 0)
		fail(generator, conn, LOAD_CONNECT);
	else
		push(generator, conn);
}

/* It is free from now_ns on: send the next request, or let it wait for one. */
static void release(struct generator *generator, struct conn *conn, int64_t now_ns)
{
	int64_t next_ns = generator->spec->rate_per_s ? generator->arrivals.next_ns : now_ns;

	enter(generator, conn, CONN_FREE);
	conn->since_ns = now_ns;
	if (generator->sending && next_ns <= now_ns && next_ns < generator->end_ns &&
		now_ns < generator->end_ns) {
		if (generator->spec->rate_per_s)
			arrivals_next(&generator->arrivals);
		send_request(generator, conn, next_ns, now_ns);
	} else {
		TAILQ_INSERT_TAIL(&generator->idle, conn, link);
	}
}

/* Send hello or the request, as part of connecting. */
static void open_with(struct generator *generator, struct conn *conn, enum conn_state state)
{
	enter(generator, conn, state);
	conn->sent = 0;
	memset(&conn->reply, 0, sizeof conn->reply);
	conn->reply.hello = state == CONN_GREETING;
	push(generator, conn);
}

/*
 * It can be used. The backlog accepts for a server that is not there yet, so the
 * first time a request is answered before the load begins: what it costs the
 * server to make a thread or process is no part of the measurement.
 */
static void prove(struct generator *generator, struct conn *conn)
{
	if (conn->tried)
		release(generator, conn, io_now_ns());
	else
		open_with(generator, conn, CONN_PROVING);
}

static void connected(struct generator *generator, struct conn *conn)
{
	int err = 0;
	socklen_t size = sizeof err;

	if (getsockopt(conn->fd, SOL_SOCKET, SO_ERROR, &err, &size) != 0 || err) {
		fail(generator, conn, LOAD_CONNECT);
		return;
	}
	note_established(conn);
	if (await(generator, conn, EPOLLIN) != 0) {
		fail(generator, conn, LOAD_CONNECT);
	} else if (generator->spec->talk->hello) {
		open_with(generator, conn, CONN_GREETING);
	} else {
		prove(generator, conn);
	}
}

static void answer_request(struct generator *generator, struct conn *conn, int64_t now_ns)
{
	conn->proven = true;
	conn->served += tally_answer(&generator->tally, &conn->request, now_ns);
}

/* The connection is read to its end, or will not come to one by the server's doing. */
static void end_connection(struct generator *generator, struct conn *conn, bool ended)
{
	if (ended)
		close_after_end(conn);
	else
		conn_close(conn);
	if (generator->spec->keep_alive) {
		reopen(generator, conn);
		return;
	}
	int64_t now_ns = io_now_ns();
	answer_request(generator, conn, now_ns);
	release(generator, conn, now_ns);
}

static void reply_complete(struct generator *generator, struct conn *conn, bool ended)
{
	bool keep_alive = generator->spec->keep_alive;

	if (conn->state == CONN_GREETING) {
		prove(generator, conn);
		return;
	}
	if (conn->sent < generator->spec->talk->request_bytes) {
		fail(generator, conn, LOAD_WRONG); /* no answer to a request it has not read */
		return;
	}
	if (conn->state == CONN_PROVING) {
		conn->proven = true;
		note_tried(generator, conn, true);
		if (!conn->reply.closes && !ended)
			release(generator, conn, io_now_ns());
		else
			end_connection(generator, conn, ended);
		return;
	}
	if (keep_alive) {
		int64_t now_ns = io_now_ns();
		answer_request(generator, conn, now_ns);
		if (!conn->reply.closes && !ended) {
			release(generator, conn, now_ns);
			return;
		}
		conn->since_ns = now_ns;
	}
	if (conn->reply.closes && !ended)
		enter(generator, conn, CONN_DRAINING);
	else
		end_connection(generator, conn, ended);
}

/* The server has closed the connection. */
static void ended(struct generator *generator, struct conn *conn)
{
	const struct client *client = generator->spec->client;

	if (client->ended && client->ended(&conn->reply))
		reply_complete(generator, conn, true);
	else
		fail(generator, conn, LOAD_READ);
}

static void receive(struct generator *generator, struct conn *conn)
{
	const struct load_spec *spec = generator->spec;
	ssize_t n;
	int got = 0;

	do {
		n = recv(conn->fd, generator->buffer, READ_BYTES, 0);
		if (n > 0)
			got = spec->client->take(spec->talk, &conn->reply, generator->buffer, n);
	} while (n == READ_BYTES && got == 0);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n < 0)
		fail(generator, conn, LOAD_READ);
	else if (n == 0)
		ended(generator, conn);
	else if (got < 0)
		fail(generator, conn, LOAD_WRONG);
	else if (got > 0)
		reply_complete(generator, conn, false);
}

/* Nothing is to come but the end. */
static void expect_end(struct generator *generator, struct conn *conn)
{
	char more;
	ssize_t n = recv(conn->fd, &more, 1, 0);

	if (n < 0 && errno == EAGAIN)
		return;
	bool idle = conn->state == CONN_FREE;
	if (idle)
		TAILQ_REMOVE(&generator->idle, conn, link);
	if (n > 0) {
		fail(generator, conn, LOAD_WRONG);
	} else if (idle && !conn->proven) {
		fail(generator, conn, LOAD_READ); /* refused, after all */
	} else if (idle) {
		conn_close(conn);
		reopen(generator, conn);
	} else {
		end_connection(generator, conn, true);
	}
}

void conn_event(struct generator *generator, struct conn *conn, uint32_t events)
{
	switch (conn->state) {
	case CONN_CLOSED:
		return;
	case CONN_CONNECTING:
		if (events & (EPOLLOUT | EPOLLERR | EPOLLHUP))
			connected(generator, conn);
		return;
	case CONN_GREETING:
	case CONN_PROVING:
	case CONN_BUSY:
		if (events & EPOLLOUT)
			push(generator, conn);
		else
			receive(generator, conn);
		return;
	case CONN_FREE:
	case CONN_DRAINING:
		if (conn->fd >= 0)
			expect_end(generator, conn);
		return;
	}
}

void conns_open(struct generator *generator, int64_t now_ns)
{
	struct conn *conn;

	while (generator->connecting < generator->connecting_max &&
		(conn = TAILQ_FIRST(&generator->closed)) && conn->since_ns <= now_ns) {
		TAILQ_REMOVE(&generator->closed, conn, link);
		if (!generator->spec->keep_alive) {
			note_tried(generator, conn, true);
			release(generator, conn, now_ns);
			continue;
		}
		conn->since_ns = now_ns;
		enter(generator, conn, CONN_CONNECTING);
		if (open_socket(generator, conn) != 0 ||
			await(generator, conn, EPOLLIN | EPOLLOUT) != 0)
			fail(generator, conn, LOAD_CONNECT);
	}
}

void conns_send_due(struct generator *generator, int64_t now_ns)
{
	struct arrivals *arrivals = &generator->arrivals;
	struct conn *conn;

	while (arrivals->next_ns <= now_ns && arrivals->next_ns < generator->end_ns &&
		(conn = TAILQ_FIRST(&generator->idle))) {
		int64_t intended_ns = arrivals->next_ns;
		TAILQ_REMOVE(&generator->idle, conn, link);
		arrivals_next(arrivals);
		send_request(generator, conn, intended_ns, now_ns);
		now_ns = io_now_ns(); /* a burst takes its time, and that is lateness */
	}
}

void conns_send_all(struct generator *generator)
{
	struct conn *conn;

	while ((conn = TAILQ_FIRST(&generator->idle))) {
		int64_t now_ns = io_now_ns();
		TAILQ_REMOVE(&generator->idle, conn, link);
		send_request(generator, conn, now_ns, now_ns);
	}
}

/* A server that promised to close a connection and does not is cut off, and no request is lost. */
void conns_time_out(struct generator *generator, int64_t now_ns)
{
	for (struct conn *conn = generator->conns; conn < generator->conns + generator->conn_count;
		conn++) {
		if (conn->state == CONN_CLOSED || conn->state == CONN_FREE ||
			now_ns - conn->since_ns < generator->spec->timeout_ns)
			continue;
		if (conn->state == CONN_DRAINING && !has_request(generator, conn))
			end_connection(generator, conn, false);
		else
			fail(generator, conn, conn->established ? LOAD_TIMEOUT : LOAD_CONNECT);
	}
}
