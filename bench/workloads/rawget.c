/* SPDX-License-Identifier: MIT */
/* rawget: an HTTP/1.0 GET over a plain socket, read until the server closes. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../models/io.h"
#include "../../models/runtime/loop.h"
#include "../origin.h"
#include "web.h"

enum { HEADER_MAX = 1024 };

struct target {
	struct web web;
	struct sockaddr_in address;
	char request[1024];
	size_t request_size;
	size_t reply_max; /* header and body */
};

static const struct param params[] = {
	WEB_DELAY("1"),
	{ .name = "body_bytes",
		.unit = "bytes",
		.summary = "what the origin answers",
		.initial = "4096",
		.max = 16777216 },
	WEB_TIMEOUT,
	{ 0 },
};

static int setup(struct work *work)
{
	struct target *target = work->state = calloc(1, sizeof *target);

	if (!target)
		return -ENOMEM;
	int err = web_setup(work, &target->web, "", param_number(work->params, "body_bytes"),
		param_number(work->params, "delay_ms") * 1000);
	if (err)
		return err;
	target->address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(work->origin->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	target->request_size = snprintf(target->request, sizeof target->request,
		"GET %s HTTP/1.0\r\n\r\n", strchr(target->web.url + strlen("http://"), '/'));
	target->reply_max = HEADER_MAX + target->web.body_bytes;
	return 0;
}

/* The digest of the body of a whole reply. */
static int check(const char *reply, size_t size, uint64_t *digest)
{
	const char *end = memmem(reply, size, "\r\n\r\n", 4);

	if (!end || size < strlen("HTTP/1.1 200") ||
		memcmp(reply + strlen("HTTP/1.1 "), "200", 3) != 0)
		return -EBADMSG;
	end += 4;
	*digest = web_digest(end, size - (end - reply));
	return 0;
}

/* Read to the end of file; the size of the reply or -errno. */
static ssize_t read_reply(int fd, char *reply, size_t max, int64_t deadline_ns)
{
	size_t size = 0;

	while (size < max) {
		ssize_t n = io_read(fd, reply + size, max - size, deadline_ns);
		if (n <= 0)
			return n < 0 ? n : (ssize_t)size;
		size += n;
	}
	return -EMSGSIZE;
}

static ssize_t get(int fd, const struct target *target, char *reply)
{
	int64_t deadline_ns = io_now_ns() + target->web.timeout_ns;
	int err = io_connect(
		fd, (const struct sockaddr *)&target->address, sizeof target->address, deadline_ns);

	if (!err)
		err = io_write_all(fd, target->request, target->request_size, deadline_ns);
	return err ? err : read_reply(fd, reply, target->reply_max, deadline_ns);
}

static int task(struct work *work, uint64_t i, uint64_t *digest)
{
	const struct target *target = work->state;
	int fd = io_socket(AF_INET, SOCK_STREAM);

	(void)i;
	if (fd < 0)
		return fd;
	char *reply = malloc(target->reply_max);
	ssize_t size = reply ? get(fd, target, reply) : -ENOMEM;
	int err = size < 0 ? (int)size : check(reply, size, digest);
	free(reply);
	io_close(fd);
	return err;
}

/* The callback form: libuv's own streams. */
struct call {
	uv_tcp_t tcp;
	struct timer deadline;
	uv_connect_t connect;
	uv_write_t write;
	struct loop *loop;
	const struct target *target;
	int err;
	size_t size;
	task_done_fn *done;
	void *arg;
	char reply[];
};

static void closed(uv_handle_t *handle)
{
	struct call *call = handle->data;
	task_done_fn *done = call->done;
	void *arg = call->arg;
	uint64_t digest = 0;
	int err = call->err ? call->err : check(call->reply, call->size, &digest);

	free(call);
	done(arg, err, digest);
}

static void finish(struct call *call, int err)
{
	if (uv_is_closing((uv_handle_t *)&call->tcp))
		return; /* a cancelled write or connect, after the end */
	call->err = err;
	timers_stop(&call->loop->timers, &call->deadline);
	uv_close((uv_handle_t *)&call->tcp, closed);
}

static void expired(struct timer *timer)
{
	finish((struct call *)((char *)timer - offsetof(struct call, deadline)), -ETIMEDOUT);
}

static void room(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct call *call = handle->data;

	(void)suggested;
	*buf = uv_buf_init(call->reply + call->size, call->target->reply_max - call->size);
}

static void got(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct call *call = stream->data;

	(void)buf;
	if (n == UV_EOF)
		finish(call, 0);
	else if (n == UV_ENOBUFS)
		finish(call, -EMSGSIZE);
	else if (n < 0)
		finish(call, (int)n);
	else
		call->size += n;
}

static void wrote(uv_write_t *request, int err)
{
	struct call *call = request->handle->data;

	if (!err)
		err = uv_read_start((uv_stream_t *)&call->tcp, room, got);
	if (err)
		finish(call, err);
}

static void connected(uv_connect_t *request, int err)
{
	struct call *call = request->handle->data;
	uv_buf_t text = uv_buf_init((char *)call->target->request, call->target->request_size);

	if (!err)
		err = uv_write(&call->write, (uv_stream_t *)&call->tcp, &text, 1, wrote);
	if (err)
		finish(call, err);
}

static void callback(
	struct work *work, uint64_t i, struct loop *loop, task_done_fn *done, void *arg)
{
	const struct target *target = work->state;
	struct call *call = malloc(sizeof *call + target->reply_max);

	(void)i;
	if (!call) {
		done(arg, -ENOMEM, 0);
		return;
	}
	*call = (struct call){ .loop = loop, .target = target, .done = done, .arg = arg };
	call->deadline.fire = expired;
	uv_tcp_init(&loop->uv, &call->tcp);
	call->tcp.data = call;
	int err = timers_start(
		&loop->timers, &call->deadline, io_now_ns() + target->web.timeout_ns);
	if (!err)
		err = uv_tcp_connect(&call->connect, &call->tcp,
			(const struct sockaddr *)&target->address, connected);
	if (err)
		finish(call, err);
}

const struct workload workload_rawget = {
	.name = "rawget",
	.summary = "HTTP/1.0 GET over a plain socket",
	.kind = WORKLOAD_IO,
	.params = params,
	.tasks = 100,
	.fds_per_task = 1,
	.setup = setup,
	.task = task,
	.callback = callback,
	.teardown = web_teardown,
};
