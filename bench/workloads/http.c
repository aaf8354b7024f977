/* SPDX-License-Identifier: MIT */
/*
 * http: an HTTP/1 server. GET any path for a body of a given size, POST for the
 * body that was sent. What a handler behind a real server does first can be
 * asked for: wait on something slow, ask other servers, compute.
 *
 * A GET on a connection that is kept costs one read and one write, and no
 * memory. http_session.c is the protocol; http_callback.c the callback form.
 */
#include <errno.h>
#include <stdlib.h>

#include "http_service.h"
#include "service.h"

static const struct param params[] = {
	{ .name = "response_bytes",
		.unit = "bytes",
		.summary = "the body of the answer to a GET",
		.initial = "1024",
		.max = 16777216 },
	{ .name = "delay_ms",
		.unit = "ms",
		.summary = "wait so long before each answer",
		.initial = "0",
		.max = 60000 },
	{ .name = "cpu_us",
		.unit = "us",
		.summary = "compute so long before each answer",
		.initial = "0",
		.max = 10000000 },
	{ .name = "backend",
		.unit = "",
		.summary = "fetches from the embedded origin before each answer",
		.initial = "0",
		.max = HTTP_BACKENDS_MAX },
	{ .name = "backend_ms",
		.unit = "ms",
		.summary = "the origin waits so long before it answers one",
		.initial = "1",
		.max = 5000 },
	{ .name = "gather",
		.summary = "the fetches one after the other, or all at once",
		.initial = "turn",
		.choices = "turn|gathered" },
	{ .name = "path", .summary = "what the load asks for", .initial = "/" },
	SERVICE_KEEP_ALIVE,
	SERVICE_IDLE,
	SERVICE_HEADER,
	SERVICE_LOAD,
	{ 0 },
};

static bool fetch_in_turn(
	const struct http_service *service, struct http_call *calls, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		http_call_prepare(service, &calls[i]);
		int status = io_fetch(&calls[i].fetch);
		if (!http_call_good(service, &calls[i], status))
			return false;
	}
	return true;
}

static bool fetch_at_once(
	const struct http_service *service, struct http_call *calls, unsigned count)
{
	struct io_fetch *fetches[HTTP_BACKENDS_MAX] = { 0 };
	bool good = true;

	for (unsigned i = 0; i < count; i++) {
		http_call_prepare(service, &calls[i]);
		fetches[i] = &calls[i].fetch;
	}
	io_gather(fetches, count);
	for (unsigned i = 0; i < count; i++)
		good = good && http_call_good(service, &calls[i], fetches[i]->status);
	return good;
}

static enum http_status ask_backends(const struct http_service *service)
{
	struct http_call *calls = malloc(service->backends * sizeof *calls);
	bool good = calls &&
		(service->gathered ? fetch_at_once : fetch_in_turn)(
			service, calls, service->backends);

	free(calls);
	return good ? HTTP_STATUS_OK : HTTP_STATUS_BAD_GATEWAY;
}

struct computing {
	const struct http_service *service;
	enum http_status status;
};

static void compute(void *arg)
{
	struct computing *computing = arg;

	computing->status = http_compute(computing->service);
}

/* Where there is nothing to compute it is not worth a pool. */
static enum http_status computed(const struct http_service *service)
{
	struct computing computing = { .service = service, .status = HTTP_STATUS_OK };
	int err = service->cpu_ns ? io_compute(compute, &computing) : 0;

	return err ? HTTP_STATUS_INTERNAL_SERVER_ERROR : computing.status;
}

static enum http_status work_for(const struct http_service *service)
{
	enum http_status status = HTTP_STATUS_OK;

	if (service->delay_ns)
		io_sleep(service->delay_ns);
	if (service->backends > 0)
		status = ask_backends(service);
	return status == HTTP_STATUS_OK ? computed(service) : status;
}

static int flush(const struct http_service *service, struct session *session, int fd)
{
	const char *data;
	size_t size;

	while ((size = session_output(session, &data)) > 0) {
		ssize_t n = io_write(fd, data, size, io_now_ns() + service->idle_ns);
		if (n < 0)
			return (int)n;
		session_sent(session, n);
	}
	return 0;
}

/* Earlier replies do not wait for the work of this one. */
static int answer(const struct http_service *service, struct session *session, int fd)
{
	enum http_status status = HTTP_STATUS_OK;

	if (service->works && session_accepts(session)) {
		int err = flush(service, session, fd);
		if (err)
			return err;
		status = work_for(service);
	}
	session_answer(session, status);
	return session_must_write(session) ? flush(service, session, fd) : 0;
}

/* Write what there is, then read. -ECONNRESET stands for the end of the connection, too. */
static int receive(const struct http_service *service, struct session *session, int fd)
{
	int err = flush(service, session, fd);

	if (err)
		return err;
	int64_t now_ns = io_now_ns();
	int64_t deadline_ns = session_deadline_ns(
		session, now_ns, service->idle_ns, service->header_ns);
	/* Bytes that trickle in are there at once, and would be read past the deadline. */
	ssize_t n = now_ns < deadline_ns
		? io_read(fd, session->input, HTTP_INPUT_BYTES, deadline_ns)
		: -ETIMEDOUT;
	if (n == -ETIMEDOUT)
		session_expire(session);
	else if (n > 0)
		session_received(session, n);
	else
		return -ECONNRESET;
	return 0;
}

/* Closed at once, a connection that still has bytes unread would be reset, and the reply lost. */
static void linger(struct session *session, int fd)
{
	int64_t deadline_ns = io_now_ns() + http_linger_ns;

	if (!session->unread || shutdown(fd, SHUT_WR) != 0)
		return;
	while (io_now_ns() < deadline_ns &&
		io_read(fd, session->input, HTTP_INPUT_BYTES, deadline_ns) > 0)
		;
}

static void connection(struct work *work, int fd)
{
	const struct http_service *service = work->state;
	char input[HTTP_INPUT_BYTES];
	struct session session;
	enum session_state state;
	int err = 0;

	session_open(&session, &service->replies, input);
	while (!err && (state = session_parse(&session)) != SESSION_OVER)
		err = state == SESSION_REQUEST ? answer(service, &session, fd)
					       : receive(service, &session, fd);
	if (!err && flush(service, &session, fd) == 0)
		linger(&session, fd);
	session_close(&session);
}

extern const struct client client_http;

const struct workload workload_http = {
	.name = "http",
	.summary = "HTTP/1 server",
	.kind = WORKLOAD_SERVICE,
	.params = params,
	.fds_per_task = 1,
	.setup = http_service_setup,
	.connection = connection,
	.connection_callback = http_callback,
	.refusal = "HTTP/1.1 503 Service Unavailable\r\n"
		   "Server: concbench\r\n"
		   "Content-Type: text/plain\r\n"
		   "Content-Length: 38\r\n"
		   "Retry-After: 1\r\n"
		   "Connection: close\r\n"
		   "\r\n"
		   "there are too many connections by now\n",
	.client = &client_http,
	.teardown = http_service_teardown,
};
