/* SPDX-License-Identifier: MIT */
/*
 * The floor of the echo service on libuv, by hand. What has been read is
 * written at once; only for what does not fit is there a write request, and
 * until that is written the connection is not read.
 */
#include <string.h>
#include <uv.h>

#include "floor_server.h"

struct rest {
	uv_write_t request; /* first, so that a request is its rest */
	char data[];
};

static char input[FLOOR_INPUT_BYTES];

static void check(int err, const char *what)
{
	if (err >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, uv_strerror(err));
	exit(1);
}

static void *allocate(size_t size)
{
	void *memory = malloc(size);

	if (!memory)
		floor_die("malloc");
	return memory;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle);
}

static void end(uv_stream_t *stream)
{
	uv_close((uv_handle_t *)stream, on_closed);
}

static void alloc_input(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	(void)handle, (void)suggested;
	*buf = uv_buf_init(input, sizeof input);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf);

static void on_written(uv_write_t *request, int status)
{
	uv_stream_t *stream = request->handle;

	free(request);
	if (status < 0)
		end(stream);
	else
		check(uv_read_start(stream, alloc_input, on_read), "uv_read_start");
}

static void write_rest(uv_stream_t *stream, const char *data, size_t size)
{
	struct rest *rest = allocate(sizeof *rest + size);
	uv_buf_t piece = uv_buf_init(rest->data, size);

	memcpy(rest->data, data, size);
	uv_read_stop(stream);
	check(uv_write(&rest->request, stream, &piece, 1, on_written), "uv_write");
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buf)
{
	if (size == 0)
		return;
	if (size < 0) {
		end(stream);
		return;
	}
	uv_buf_t piece = uv_buf_init(buf->base, size);
	int written = uv_try_write(stream, &piece, 1);
	if (written == UV_EAGAIN)
		written = 0;
	if (written < 0)
		end(stream);
	else if (written < size)
		write_rest(stream, buf->base + written, size - written);
}

static void on_connection(uv_stream_t *listener, int status)
{
	uv_tcp_t *tcp = allocate(sizeof *tcp);

	check(status, "accept");
	check(uv_tcp_init(listener->loop, tcp), "uv_tcp_init");
	check(uv_accept(listener, (uv_stream_t *)tcp), "uv_accept");
	check(uv_read_start((uv_stream_t *)tcp, alloc_input, on_read), "uv_read_start");
}

int main(int argc, char **argv)
{
	uv_loop_t *loop = uv_default_loop();
	uv_tcp_t listener;

	check(uv_tcp_init(loop, &listener), "uv_tcp_init");
	check(uv_tcp_open(&listener, floor_listen(argc, argv)), "uv_tcp_open");
	check(uv_listen((uv_stream_t *)&listener, FLOOR_BACKLOG, on_connection), "uv_listen");
	return uv_run(loop, UV_RUN_DEFAULT);
}
