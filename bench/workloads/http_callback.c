/* SPDX-License-Identifier: MIT */
/*
 * The callback form of the http service: the same session, driven by a loop.
 * A connection costs one allocation. Its socket is written at once where it has
 * room; it is not read while a reply is waited for, so a client cannot make it
 * hold more than an input buffer.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../models/runtime/loop.h"
#include "http_service.h"

/* What comes next, once all output is written. */
enum next { PARSE, WRITE, WORK, READ, FINISH, LINGER };

struct backend;

struct conn {
	uv_tcp_t tcp;
	uv_write_t write;
	struct timer timer;
	int64_t until_ns; /* for the present wait; the timer may be set to an earlier time */
	const struct http_service *service;
	struct loop *loop;
	connection_done_fn *done;
	void *arg;
	int fd;
	enum next next;
	bool reading;
	size_t queued_bytes;     /* of a write that waits, when it was last looked at */
	struct backend *backend; /* of the request at work */
	unsigned started, in_flight;
	bool good;
	struct session session;
	char input[HTTP_INPUT_BYTES];
};

struct backend {
	struct transfer transfer;
	struct http_call call;
};

static void on_closed(uv_handle_t *handle)
{
	struct conn *conn = handle->data;
	connection_done_fn *done = conn->done;
	void *arg = conn->arg;

	session_close(&conn->session);
	free(conn);
	done(arg);
}

static void end(struct conn *conn)
{
	if (uv_is_closing((uv_handle_t *)&conn->tcp))
		return;
	timers_stop(&conn->loop->timers, &conn->timer);
	uv_close((uv_handle_t *)&conn->tcp, on_closed);
}

static void go_on(struct conn *conn);
static void on_timer(struct timer *timer);

static struct conn *conn_of(struct timer *timer)
{
	return (struct conn *)((char *)timer - offsetof(struct conn, timer));
}

/* A timer that is early looks again, which costs less than to move it at every request. */
static void wait_until(struct conn *conn, int64_t until_ns)
{
	struct timers *timers = &conn->loop->timers;

	if (uv_is_closing((uv_handle_t *)&conn->tcp))
		return;
	conn->until_ns = until_ns;
	if (conn->timer.place && conn->timer.deadline_ns <= until_ns)
		return;
	timers_stop(timers, &conn->timer);
	conn->timer.fire = on_timer;
	if (timers_start(timers, &conn->timer, until_ns) != 0)
		end(conn);
}

/* A client that takes some of its reply is let go on. */
static bool took_some(struct conn *conn)
{
	size_t left_bytes = uv_stream_get_write_queue_size((uv_stream_t *)&conn->tcp);
	bool some = left_bytes < conn->queued_bytes;

	conn->queued_bytes = left_bytes;
	return some;
}

static void on_timer(struct timer *timer)
{
	struct conn *conn = conn_of(timer);
	bool writing = conn->queued_bytes > 0;

	if (io_now_ns() < conn->until_ns) {
		wait_until(conn, conn->until_ns);
	} else if (writing && took_some(conn)) {
		wait_until(conn, io_now_ns() + conn->service->idle_ns);
	} else if (writing || conn->next != READ) {
		end(conn);
	} else {
		session_expire(&conn->session);
		conn->next = PARSE;
		go_on(conn);
	}
}

static void give_input(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct conn *conn = handle->data;

	(void)suggested;
	*buf = uv_buf_init(conn->input, sizeof conn->input);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	struct conn *conn = stream->data;

	(void)buf;
	if (size < 0) {
		end(conn);
	} else if (size > 0 && conn->next == READ) {
		session_received(&conn->session, size);
		conn->next = PARSE;
		go_on(conn);
	}
}

static void start_reading(struct conn *conn)
{
	if (!conn->reading && uv_read_start((uv_stream_t *)&conn->tcp, give_input, on_read) != 0)
		end(conn);
	conn->reading = true;
}

static void stop_reading(struct conn *conn)
{
	if (conn->reading)
		uv_read_stop((uv_stream_t *)&conn->tcp);
	conn->reading = false;
}

static void on_written(uv_write_t *write, int err)
{
	struct conn *conn = write->data;
	const char *data;

	conn->queued_bytes = 0;
	if (err) {
		end(conn);
		return;
	}
	session_sent(&conn->session, session_output(&conn->session, &data));
	go_on(conn);
}

/* Write the output; false when the rest has to wait, or the connection has ended. */
static bool write_output(struct conn *conn)
{
	uv_stream_t *stream = (uv_stream_t *)&conn->tcp;
	const char *data;
	size_t size;

	while ((size = session_output(&conn->session, &data)) > 0) {
		uv_buf_t piece = uv_buf_init((char *)data, size);
		int written = uv_try_write(stream, &piece, 1);
		if (written > 0) {
			session_sent(&conn->session, written);
			continue;
		}
		stop_reading(conn);
		if (written != UV_EAGAIN ||
			uv_write(&conn->write, stream, &piece, 1, on_written) != 0) {
			end(conn);
			return false;
		}
		conn->queued_bytes = size;
		wait_until(conn, io_now_ns() + conn->service->idle_ns);
		return false;
	}
	return true;
}

static void answer(struct conn *conn, enum http_status status)
{
	session_answer(&conn->session, status);
	conn->next = session_must_write(&conn->session) ? WRITE : PARSE;
}

static void fetch_on(struct conn *conn);

static void fetched(struct transfer *transfer)
{
	struct backend *backend = (struct backend *)transfer;
	struct conn *conn = transfer->arg;
	int status = transfer->result;

	transfer_close(transfer);
	conn->good = conn->good && http_call_good(conn->service, &backend->call, status);
	conn->in_flight--;
	fetch_on(conn);
}

/* Start the fetches that may be started now; after the last has ended, answer. */
static void fetch_on(struct conn *conn)
{
	const struct http_service *service = conn->service;
	unsigned at_once = service->gathered ? service->backends : 1;

	while (conn->good && conn->started < service->backends && conn->in_flight < at_once) {
		struct backend *backend = &conn->backend[conn->started++];
		backend->transfer = (struct transfer){ .event = fetched, .arg = conn };
		http_call_prepare(service, &backend->call);
		conn->good = transfer_start(conn->loop, &backend->transfer, &backend->call.fetch) ==
			0;
		conn->in_flight += conn->good;
	}
	if (conn->in_flight > 0)
		return;
	free(conn->backend);
	answer(conn, conn->good ? http_compute(service) : HTTP_STATUS_BAD_GATEWAY);
	go_on(conn);
}

static void ask_backends(struct conn *conn)
{
	size_t count = conn->service->backends;

	conn->backend = count > 0 ? malloc(count * sizeof *conn->backend) : NULL;
	conn->good = conn->backend || count == 0;
	conn->started = conn->in_flight = 0;
	fetch_on(conn);
}

static void delay_over(struct timer *timer)
{
	ask_backends(conn_of(timer));
}

static void start_work(struct conn *conn)
{
	struct timers *timers = &conn->loop->timers;
	const struct http_service *service = conn->service;

	stop_reading(conn);
	timers_stop(timers, &conn->timer);
	conn->timer.fire = delay_over;
	if (!service->delay_ns)
		ask_backends(conn);
	else if (timers_start(timers, &conn->timer, io_now_ns() + service->delay_ns) != 0)
		end(conn);
}

static void take_request(struct conn *conn)
{
	const struct http_service *service = conn->service;

	if (!session_accepts(&conn->session))
		answer(conn, HTTP_STATUS_OK);
	else if (service->delay_ns || service->backends > 0)
		conn->next = WORK;
	else
		answer(conn, http_compute(service));
}

/* Closed at once, a connection that still has bytes unread would be reset, and the reply lost. */
static void finish(struct conn *conn)
{
	conn->next = LINGER;
	if (!conn->session.unread || shutdown(conn->fd, SHUT_WR) != 0) {
		end(conn);
		return;
	}
	start_reading(conn);
	wait_until(conn, io_now_ns() + http_linger_ns);
}

static void parse(struct conn *conn)
{
	enum session_state state = session_parse(&conn->session);

	if (state == SESSION_REQUEST)
		take_request(conn);
	else
		conn->next = state == SESSION_HUNGRY ? READ : FINISH;
}

static void wait_for_input(struct conn *conn)
{
	const struct http_service *service = conn->service;

	start_reading(conn);
	wait_until(conn,
		session_deadline_ns(
			&conn->session, io_now_ns(), service->idle_ns, service->header_ns));
}

/* Until there is something to wait for, whose callback calls this again. */
static void go_on(struct conn *conn)
{
	while (conn->next == PARSE || write_output(conn)) {
		switch (conn->next) {
		case PARSE:
			parse(conn);
			break;
		case WRITE:
			conn->next = PARSE;
			break;
		case WORK:
			start_work(conn);
			return;
		case READ:
			wait_for_input(conn);
			return;
		case FINISH:
		case LINGER:
			finish(conn);
			return;
		}
	}
}

void http_callback(
	struct work *work, int fd, struct loop *loop, connection_done_fn *done, void *arg)
{
	struct conn *conn = malloc(sizeof *conn);

	if (!conn || uv_tcp_init(&loop->uv, &conn->tcp) != 0) {
		free(conn);
		close(fd);
		done(arg);
		return;
	}
	conn->timer = (struct timer){ 0 };
	conn->service = work->state;
	conn->loop = loop;
	conn->done = done;
	conn->arg = arg;
	conn->fd = fd;
	conn->next = PARSE;
	conn->reading = false;
	conn->queued_bytes = 0;
	conn->tcp.data = conn->write.data = conn;
	session_open(&conn->session, &conn->service->replies, conn->input);
	if (uv_tcp_open(&conn->tcp, fd) == 0) {
		go_on(conn);
	} else {
		close(fd);
		end(conn);
	}
}
