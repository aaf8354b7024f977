/* SPDX-License-Identifier: MIT */
/* The origin's server: one libuv loop that accepts connections until it is told to end. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <uv.h>

#include "origin.h"
#include "origin_conn.h"
#include "origin_request.h"

enum { BACKLOG = 4096 };

struct server {
	uv_loop_t loop;
	uv_tcp_t listener;
	uv_pipe_t control;
	uv_signal_t sigterm, sigint;
	struct origin_conns conns;
	int err;
	char ignored[64]; /* what is read from control */
};

static void on_connection(uv_stream_t *listener, int status)
{
	struct server *server = listener->loop->data;

	/*
	 * Out of descriptors, libuv has turned the client away, by means of one
	 * that it keeps for that: the client sees it, and the loop does not spin.
	 */
	if (status < 0)
		return;
	server->err = origin_conn_accept(&server->conns, listener);
	if (server->err)
		uv_stop(&server->loop); /* a loud end: there is nothing sound left to measure */
}

static void on_signal(uv_signal_t *handle, int signum)
{
	(void)signum;
	uv_stop(handle->loop);
}

static void alloc_control(uv_handle_t *handle, size_t suggested, uv_buf_t *buf)
{
	struct server *server = handle->loop->data;

	(void)suggested;
	*buf = uv_buf_init(server->ignored, sizeof server->ignored);
}

static void on_control(uv_stream_t *stream, ssize_t nread, const uv_buf_t *buf)
{
	(void)buf;
	if (nread < 0)
		uv_stop(stream->loop);
}

static int open_handles(struct server *server, int listen_fd, int control_fd)
{
	int one = 1;
	uv_stream_t *listener = (uv_stream_t *)&server->listener;
	uv_stream_t *control = (uv_stream_t *)&server->control;

	/* Accepted sockets inherit it, which saves a system call each. */
	if (setsockopt(listen_fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0)
		return -errno;
	uv_tcp_init(&server->loop, &server->listener);
	int err = uv_tcp_open(&server->listener, listen_fd);
	if (!err)
		err = uv_listen(listener, BACKLOG, on_connection);
	if (!err && control_fd >= 0) {
		uv_pipe_init(&server->loop, &server->control, 0);
		err = uv_pipe_open(&server->control, control_fd);
		if (!err)
			err = uv_read_start(control, alloc_control, on_control);
	}
	if (!err)
		err = uv_signal_init(&server->loop, &server->sigterm);
	if (!err)
		err = uv_signal_start(&server->sigterm, on_signal, SIGTERM);
	if (!err)
		err = uv_signal_init(&server->loop, &server->sigint);
	if (!err)
		err = uv_signal_start(&server->sigint, on_signal, SIGINT);
	return err;
}

static void close_handle(uv_handle_t *handle, void *arg)
{
	(void)arg;
	if (handle->type == UV_TCP && handle->data)
		origin_conn_close(handle->data);
	else if (handle->type != UV_POLL && handle->type != UV_PREPARE) /* the timers' own */
		uv_close(handle, NULL);
}

static void close_server(struct server *server)
{
	uv_walk(&server->loop, close_handle, NULL);
	timers_close(&server->conns.timers);
	uv_run(&server->loop, UV_RUN_DEFAULT);
	uv_loop_close(&server->loop);
	origin_conn_free(&server->conns);
}

int origin_serve(int listen_fd, int control_fd)
{
	struct server server = { 0 };

	origin_request_init();
	signal(SIGPIPE, SIG_IGN); /* libuv writes with writev, which cannot ask for EPIPE alone */
	int err = uv_loop_init(&server.loop);
	if (err)
		return err;
	server.loop.data = &server;
	err = timers_init(&server.conns.timers, &server.loop);
	if (err) {
		uv_run(&server.loop, UV_RUN_DEFAULT);
		uv_loop_close(&server.loop);
		return err;
	}
	server.err = open_handles(&server, listen_fd, control_fd);
	if (!server.err)
		uv_run(&server.loop, UV_RUN_DEFAULT);
	close_server(&server);
	return server.err;
}
