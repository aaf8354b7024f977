/* SPDX-License-Identifier: MIT */
/* echo: a TCP server that sends back what comes. */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "../../models/runtime/resumable_watch.h"
#include "../../models/service.h"
#include "service.h"

enum { BUFFER_BYTES = 16384 };

static const struct param params[] = {
	{ .name = "message_bytes",
		.unit = "bytes",
		.summary = "what the load sends at a time",
		.initial = "64",
		.min = 1,
		.max = 16777216 },
	SERVICE_KEEP_ALIVE,
	SERVICE_IDLE,
	SERVICE_LOAD,
	{ 0 },
};

static int64_t idle_ns(const struct work *work)
{
	return (int64_t)(intptr_t)work->state;
}

static int setup(struct work *work)
{
	work->state = (void *)(intptr_t)(param_number(work->params, "idle_ms") * 1000000);
	return 0;
}

static void connection(struct work *work, int fd)
{
	char buf[BUFFER_BYTES];
	int64_t deadline_ns = io_now_ns() + idle_ns(work);
	ssize_t n;

	while ((n = io_read(fd, buf, sizeof buf, deadline_ns)) > 0) {
		deadline_ns = io_now_ns() +
			idle_ns(work); /* of the reply and of the next message */
		if (io_write_all(fd, buf, n, deadline_ns) != 0)
			return;
	}
}

/* The callback form. */
struct echo {
	uv_tcp_t tcp;
	uv_write_t write;
	struct timer idle;
	struct work *work;
	struct loop *loop;
	uint64_t active_ms; /* the loop's time when something last came or went */
	connection_done_fn *done;
	void *arg;
	char buf[BUFFER_BYTES]; /* one message at a time: not read again until it has been written
	                         */
};

static void closed(uv_handle_t *handle)
{
	struct echo *echo = handle->data;

	echo->done(echo->arg);
	free(echo);
}

static void end(struct echo *echo)
{
	if (uv_is_closing((uv_handle_t *)&echo->tcp))
		return;
	timers_stop(&echo->loop->timers, &echo->idle);
	uv_close((uv_handle_t *)&echo->tcp, closed);
}

static int watch_idle(struct echo *echo)
{
	int64_t idle_for_ns = (uv_now(&echo->loop->uv) - echo->active_ms) * 1000000;

	return timers_start(
		&echo->loop->timers, &echo->idle, io_now_ns() + idle_ns(echo->work) - idle_for_ns);
}

/* Looks only now and then: a timer that is moved at every message would cost more. */
static void look_idle(struct timer *timer)
{
	struct echo *echo = (struct echo *)((char *)timer - offsetof(struct echo, idle));
	int64_t idle_for_ns = (uv_now(&echo->loop->uv) - echo->active_ms) * 1000000;

	if (idle_for_ns >= idle_ns(echo->work) || watch_idle(echo) != 0)
		end(echo);
}

static void give_buffer(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct echo *echo = handle->data;

	(void)suggested;
	*buf = uv_buf_init(echo->buf, sizeof echo->buf);
}

static void got(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf);

static void written(uv_write_t *write, int err)
{
	struct echo *echo = write->data;

	echo->active_ms = uv_now(&echo->loop->uv);
	if (err || uv_read_start((uv_stream_t *)&echo->tcp, give_buffer, got) != 0)
		end(echo);
}

/* Most messages fit into the socket at once; the rest of one that does not is waited for. */
static void got(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	struct echo *echo = stream->data;
	uv_buf_t rest = uv_buf_init(buf->base, size > 0 ? size : 0);

	if (size < 0) {
		end(echo);
		return;
	}
	echo->active_ms = uv_now(&echo->loop->uv);
	int sent = uv_try_write(stream, &rest, 1);
	if (sent == size)
		return;
	rest = uv_buf_init(buf->base + (sent > 0 ? sent : 0), size - (sent > 0 ? sent : 0));
	uv_read_stop(stream);
	if ((sent < 0 && sent != UV_EAGAIN) ||
		uv_write(&echo->write, stream, &rest, 1, written) != 0)
		end(echo);
}

static void connection_callback(
	struct work *work, int fd, struct loop *loop, connection_done_fn *done, void *arg)
{
	struct echo *echo = malloc(sizeof *echo);

	if (!echo || uv_tcp_init(&loop->uv, &echo->tcp) != 0) {
		free(echo);
		close(fd);
		done(arg);
		return;
	}
	echo->work = work;
	echo->loop = loop;
	echo->done = done;
	echo->arg = arg;
	echo->tcp.data = echo->write.data = echo;
	echo->active_ms = uv_now(&loop->uv);
	echo->idle = (struct timer){ .fire = look_idle };
	if (uv_tcp_open(&echo->tcp, fd) != 0)
		close(fd);
	else if (watch_idle(echo) == 0 &&
		uv_read_start((uv_stream_t *)&echo->tcp, give_buffer, got) == 0)
		return;
	end(echo);
}

/* The resumable form: what the handler's stack holds is in the frame. */
struct frame {
	struct connection_frame connection;
	struct resumable_watch watch;
	int64_t deadline_ns;
	size_t size, sent; /* of the message in buf */
	char buf[BUFFER_BYTES];
};

static enum resumed wait_for(struct frame *frame, struct executor *executor, int events)
{
	return resumable_watch_wait(
		&frame->connection.self, executor, &frame->watch, events, frame->deadline_ns);
}

/* Whether a call that came to n is to be tried again, when the loop says so. */
static bool try_again(ssize_t n)
{
	return n < 0 && (errno == EAGAIN || errno == EINTR);
}

static enum resumed resume(struct resumable *self, struct executor *executor)
{
	struct frame *frame = (struct frame *)self;
	int fd = frame->connection.connection->fd;
	ssize_t n = 0;
	enum { START, READ, WRITE, CLOSED };

	switch (self->state) {
	case START:
		if (resumable_watch_open(&frame->watch, executor, fd) != 0)
			return RESUMED_DONE;
		frame->deadline_ns = io_now_ns() + idle_ns(frame->connection.work);
		self->state = READ;
		return wait_for(frame, executor, UV_READABLE);
	case READ:
		if (self->result == 0)
			n = read(fd, frame->buf, sizeof frame->buf);
		if (try_again(n))
			return wait_for(frame, executor, UV_READABLE);
		if (n <= 0)
			break;
		frame->deadline_ns = io_now_ns() + idle_ns(frame->connection.work);
		frame->size = n;
		frame->sent = 0;
		self->state = WRITE;
		/* fall through */
	case WRITE:
		if (self->result == 0)
			n = send(fd, frame->buf + frame->sent, frame->size - frame->sent,
				MSG_NOSIGNAL);
		if (self->result || (n < 0 && !try_again(n)))
			break;
		frame->sent += n > 0 ? n : 0;
		if (frame->sent < frame->size)
			return wait_for(frame, executor, UV_WRITABLE);
		self->state = READ;
		return wait_for(frame, executor, UV_READABLE);
	default:
		return RESUMED_DONE;
	}
	self->state = CLOSED;
	return resumable_watch_close(self, executor, &frame->watch);
}

extern const struct client client_echo;

const struct workload workload_echo = {
	.name = "echo",
	.summary = "TCP server that sends back what comes",
	.kind = WORKLOAD_SERVICE,
	.params = params,
	.fds_per_task = 1,
	.setup = setup,
	.connection = connection,
	.connection_callback = connection_callback,
	.connection_resumable = { sizeof(struct frame), resume },
	.client = &client_echo,
};
