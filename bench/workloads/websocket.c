/* SPDX-License-Identifier: MIT */
/* websocket: a server that answers messages (RFC 6455); websocket_session.h says how. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "service.h"
#include "websocket_session.h"

enum { INPUT_BYTES = 16384, PIECE_BYTES = 65536 };

static const int64_t linger_ns = 1000000000;

static const struct param params[] = {
	{ .name = "message_bytes",
		.unit = "bytes",
		.summary = "length of the text that the load sends at a time",
		.initial = "64",
		.min = 1,
		.max = 65536 },
	SERVICE_IDLE,
	SERVICE_HEADER,
	SERVICE_LOAD,
	{ 0 },
};

struct patience {
	int64_t idle_ns, header_ns;
};

static int setup(struct work *work)
{
	struct patience *patience = work->state = malloc(sizeof *patience);

	if (!patience)
		return -ENOMEM;
	patience->idle_ns = param_number(work->params, "idle_ms") * 1000000;
	patience->header_ns = param_number(work->params, "header_ms") * 1000000;
	return 0;
}

static void teardown(struct work *work)
{
	free(work->state);
}

/* Feed the session what comes until deadline_ns, or what else has come about. */
static int take(struct websocket *websocket, int fd, int64_t deadline_ns)
{
	char input[INPUT_BYTES];
	/* Bytes that trickle in are there at once, and would be read past the deadline. */
	bool in_time = io_now_ns() < deadline_ns;
	ssize_t n = in_time ? io_read(fd, input, sizeof input, deadline_ns) : -ETIMEDOUT;

	if (n > 0)
		return websocket_feed(websocket, input, n);
	if (n == 0)
		return websocket_end(websocket);
	return n == -ETIMEDOUT ? websocket_time_out(websocket) : (int)n;
}

/* A client may read slowly, but not rest for longer than it may be silent. */
static int send_output(struct websocket *websocket, int fd, int64_t idle_ns)
{
	const char *data;
	size_t size;

	while ((size = websocket_output(websocket, &data)) > 0) {
		ssize_t n = io_write(fd, data, size, io_now_ns() + idle_ns);
		if (n < 0)
			return (int)n;
		websocket_sent(websocket, n);
	}
	return 0;
}

/* Say that nothing more comes, and discard what the client sends until it has closed too. */
static void linger(int fd)
{
	char unread[INPUT_BYTES];
	int64_t deadline_ns = io_now_ns() + linger_ns;

	shutdown(fd, SHUT_WR);
	while (io_now_ns() < deadline_ns && io_read(fd, unread, sizeof unread, deadline_ns) > 0)
		;
}

static void connection(struct work *work, int fd)
{
	const struct patience *patience = work->state;
	int64_t deadline_ns = io_now_ns() + patience->header_ns;
	struct websocket websocket;
	int err = 0;

	websocket_init(&websocket);
	while (!err && !websocket.ended) {
		err = take(&websocket, fd, deadline_ns);
		if (!err)
			err = send_output(&websocket, fd, patience->idle_ns);
		if (websocket_open(&websocket))
			deadline_ns = io_now_ns() + patience->idle_ns;
	}
	if (!err && websocket_must_linger(&websocket))
		linger(fd);
	websocket_free(&websocket);
}

/* The callback form. */
struct call {
	uv_tcp_t tcp;
	uv_write_t write;
	struct timer timer;
	struct loop *loop;
	const struct patience *patience;
	struct websocket websocket;
	enum { READING, WRITING, LINGERING, CLOSING } state;
	size_t writing_bytes;
	connection_done_fn *done;
	void *arg;
};

static struct call *call_of(struct timer *timer)
{
	return (struct call *)((char *)timer - offsetof(struct call, timer));
}

static void on_closed(uv_handle_t *handle)
{
	struct call *call = handle->data;

	websocket_free(&call->websocket);
	call->done(call->arg);
	free(call);
}

/* A write in flight ends with UV_ECANCELED. */
static void end(struct call *call)
{
	if (call->state == CLOSING)
		return;
	call->state = CLOSING;
	timers_stop(&call->loop->timers, &call->timer);
	uv_close((uv_handle_t *)&call->tcp, on_closed);
}

static void wait_until(struct call *call, int64_t deadline_ns)
{
	timers_stop(&call->loop->timers, &call->timer);
	if (timers_start(&call->loop->timers, &call->timer, deadline_ns) != 0)
		end(call);
}

/* One buffer a thread will do: what it holds is taken before another connection reads. */
static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	static _Thread_local char input[INPUT_BYTES];

	(void)handle, (void)suggested;
	*buf = uv_buf_init(input, sizeof input);
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf);

static void read_on(struct call *call)
{
	if (uv_read_start((uv_stream_t *)&call->tcp, give_buffer, on_read) != 0)
		end(call);
}

static void linger_on(struct call *call)
{
	bool reading = call->state == READING;
	uv_os_fd_t fd;

	if (!websocket_must_linger(&call->websocket) ||
		uv_fileno((uv_handle_t *)&call->tcp, &fd) != 0) {
		end(call);
		return;
	}
	shutdown(fd, SHUT_WR);
	call->state = LINGERING;
	wait_until(call, io_now_ns() + linger_ns);
	if (call->state == LINGERING && !reading)
		read_on(call);
}

static void go_on(struct call *call);

static void on_written(uv_write_t *write, int status)
{
	struct call *call = write->data;

	if (status < 0) {
		end(call);
		return;
	}
	websocket_sent(&call->websocket, call->writing_bytes);
	go_on(call);
}

/* A piece at a time, each with its own deadline; until then nothing is read. */
static void write_on(struct call *call, const char *data, size_t size)
{
	uv_buf_t piece = uv_buf_init((char *)data, size < PIECE_BYTES ? size : PIECE_BYTES);

	call->state = WRITING;
	call->writing_bytes = piece.len;
	uv_read_stop((uv_stream_t *)&call->tcp);
	if (uv_write(&call->write, (uv_stream_t *)&call->tcp, &piece, 1, on_written) != 0)
		end(call);
	else
		wait_until(call, io_now_ns() + call->patience->idle_ns);
}

/* After the session was fed, or some of its output was sent. */
static void go_on(struct call *call)
{
	uv_stream_t *stream = (uv_stream_t *)&call->tcp;
	const char *data;
	size_t size;

	while ((size = websocket_output(&call->websocket, &data)) > 0) {
		uv_buf_t all = uv_buf_init((char *)data, size);
		int n = uv_try_write(stream, &all, 1);
		if (n == UV_EAGAIN) {
			write_on(call, data, size);
			return;
		}
		if (n < 0) {
			end(call);
			return;
		}
		websocket_sent(&call->websocket, n);
	}
	if (call->websocket.ended) {
		linger_on(call);
		return;
	}
	if (websocket_open(&call->websocket))
		wait_until(call, io_now_ns() + call->patience->idle_ns);
	if (call->state == WRITING) {
		call->state = READING;
		read_on(call);
	}
}

static void on_read(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	struct call *call = stream->data;
	int err;

	if (nread == 0 || (nread > 0 && call->state == LINGERING))
		return;
	if (nread > 0)
		err = websocket_feed(&call->websocket, buf->base, nread);
	else
		err = nread == UV_EOF && call->state == READING ? websocket_end(&call->websocket)
								: (int)nread;
	if (err)
		end(call);
	else
		go_on(call);
}

static void on_deadline(struct timer *timer)
{
	struct call *call = call_of(timer);

	if (call->state == READING && websocket_time_out(&call->websocket) == 0)
		go_on(call);
	else
		end(call);
}

static void connection_callback(
	struct work *work, int fd, struct loop *loop, connection_done_fn *done, void *arg)
{
	struct call *call = calloc(1, sizeof *call);

	if (!call || uv_tcp_init(&loop->uv, &call->tcp) != 0) {
		free(call);
		close(fd);
		done(arg);
		return;
	}
	call->loop = loop;
	call->patience = work->state;
	call->done = done;
	call->arg = arg;
	call->tcp.data = call->write.data = call;
	call->timer.fire = on_deadline;
	websocket_init(&call->websocket);
	if (uv_tcp_open(&call->tcp, fd) != 0) {
		close(fd);
		end(call);
		return;
	}
	wait_until(call, io_now_ns() + call->patience->header_ns);
	if (call->state == READING)
		read_on(call);
}

extern const struct client client_websocket;

const struct workload workload_websocket = {
	.name = "websocket",
	.summary = "WebSocket server that answers messages",
	.kind = WORKLOAD_SERVICE,
	.params = params,
	.fds_per_task = 1,
	.setup = setup,
	.connection = connection,
	.connection_callback = connection_callback,
	.refusal = "HTTP/1.1 503 Service Unavailable\r\n"
		   "Content-Length: 0\r\nConnection: close\r\n\r\n",
	.client = &client_websocket,
	.teardown = teardown,
};
