/* SPDX-License-Identifier: MIT */
/*
 * The http service in its forms: straight-line in a thread, straight-line in a
 * coroutine, and as callbacks. Each case talks over TCP to one connection that
 * such a form serves, in a child of its own that has to leave nothing behind.
 */
#include "leftovers.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/socket.h>

#include "../bench/origin.h"
#include "../bench/workloads/workload.h"
#include "../models/http.h"
#include "../models/runtime/loop.h"
#include "../models/runtime/task.h"

enum { LIMIT_S = 60, RECEIVED_MAX = 20 << 20 };

static const int64_t ms_ns = 1000000;

/* A connection of the service, served by a thread in one of the forms. */
struct server {
	void (*serve)(struct server *server);
	struct origin origin;
	struct params params;
	struct work work;
	char reason[WORK_REASON_MAX];
	const struct workload *workload;
	int fd;     /* the service's end */
	int client; /* ours */
	bool ended;
	struct loop loop; /* of a form that has one */
	pthread_t thread;
};

static void serve_blocking(struct server *server)
{
	server->workload->connection(&server->work, server->fd);
	close(server->fd);
	http_close_idle();
}

static int64_t handle_in_task(void *arg)
{
	struct server *server = arg;

	server->workload->connection(&server->work, server->fd);
	return io_close(server->fd);
}

static void serve_coroutine(struct server *server)
{
	check_equal(fcntl(server->fd, F_SETFL, O_NONBLOCK), 0);
	check_equal(runtime_run(NULL, handle_in_task, server), 0);
}

static void connection_ended(void *arg)
{
	struct server *server = arg;

	check(!server->ended);
	server->ended = true;
}

static void serve_callback(struct server *server)
{
	check_equal(fcntl(server->fd, F_SETFL, O_NONBLOCK), 0);
	check_equal(loop_init(&server->loop), 0);
	server->workload->connection_callback(
		&server->work, server->fd, &server->loop, connection_ended, server);
	for (bool alive = true; alive; alive = loop_turn(&server->loop, true))
		loop_flush(&server->loop);
	check(server->ended);
	loop_close(&server->loop);
}

static void *serve(void *arg)
{
	struct server *server = arg;

	server->serve(server);
	return NULL;
}

/* params: "name=value name=value". */
static void server_setup(struct server *server, void (*form)(struct server *), const char *params)
{
	char text[256], *rest = text, *word;

	*server = (struct server){ .serve = form, .workload = workload_find("http") };
	params_init(&server->params, server->workload->params);
	snprintf(text, sizeof text, "%s", params);
	while ((word = strsep(&rest, " "))) {
		char *value = strchr(word, '=');
		if (value) {
			*value = '\0';
			check_equal(params_set(&server->params, word, value + 1), 0);
		}
	}
	server->work = (struct work){
		.params = &server->params, .origin = &server->origin, .reason = server->reason
	};
	check_equal(server->workload->setup(&server->work), 0);
}

static void server_connect(struct server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct timeval patience = { .tv_sec = 20 };
	socklen_t size = sizeof address;
	int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	check_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	check_equal(listen(listener, 1), 0);
	check_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	server->client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_equal(connect(server->client, (struct sockaddr *)&address, size), 0);
	server->fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	check(server->fd >= 0);
	setsockopt(server->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(server->client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	setsockopt(server->client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	close(listener);
	server->ended = false;
	check_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

/* The service must end by itself once the client is gone. */
static void server_disconnect(struct server *server)
{
	close(server->client);
	check_equal(pthread_join(server->thread, NULL), 0);
}

static void server_teardown(struct server *server)
{
	server->workload->teardown(&server->work);
	origin_stop(&server->origin);
}

static void say(struct server *server, const char *text, size_t size)
{
	check_equal(send(server->client, text, size, MSG_NOSIGNAL), size);
}

/* All that comes until the end, closed by a NUL, to be freed; a silent server fails the case. */
static char *hear(struct server *server, size_t *size)
{
	char *text = malloc(RECEIVED_MAX);
	ssize_t n;

	*size = 0;
	while ((n = recv(server->client, text + *size, RECEIVED_MAX - 1 - *size, 0)) > 0)
		*size += n;
	if (n < 0)
		fail_case("after %zu bytes: %s", *size, strerror(errno));
	text[*size] = '\0';
	return text;
}

/* A connection with one thing to say, and all that is heard. */
static char *ask(struct server *server, const char *request, size_t request_bytes, size_t *size)
{
	server_connect(server);
	say(server, request, request_bytes);
	shutdown(server->client, SHUT_WR);
	char *reply = hear(server, size);
	server_disconnect(server);
	return reply;
}

static unsigned count(const char *text, size_t size, const char *word)
{
	unsigned found = 0;
	const char *at, *end = text + size;

	for (; (at = memmem(text, end - text, word, strlen(word))); text = at + 1)
		found++;
	return found;
}

static void requests_and_what_they_get(void (*form)(struct server *))
{
	static const struct {
		const char *request;
		const char *head; /* of the reply; then, divided by |, what it must have besides */
		const char *end;  /* NULL: 64 bytes of origin_fill */
	} rows[] = {
		{ "GET / HTTP/1.1\r\n\r\n", "200 OK|Content-Length: 64\r\n|Server: concbench\r\n",
			NULL },
		{ "GET /any/path?x HTTP/1.1\r\nHost: y\r\nConnection: close\r\n\r\n",
			"200 OK|Connection: close\r\n", NULL },
		{ "GET / HTTP/1.0\r\n\r\n", "200 OK|Connection: close\r\n", NULL },
		{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
			"200 OK|Connection: keep-alive\r\n", NULL },
		{ "HEAD / HTTP/1.1\r\n\r\n", "200 OK|Content-Length: 64\r\n", "\r\n\r\n" },
		{ "POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc", "200 OK|Content-Length: 3\r\n",
			"\r\n\r\nabc" },
		{ "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", "200 OK|Connection: close\r\n",
			"\r\n\r\nabc" },
		{ "POST / HTTP/1.1\r\nTransfer-Encoding: "
		  "chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
			"200 OK|Content-Length: 3\r\n", "\r\n\r\nabc" },
		{ "POST / HTTP/1.1\r\n\r\n", "200 OK|Content-Length: 0\r\n", "\r\n\r\n" },
		{ "DELETE / HTTP/1.1\r\n\r\n", "405 Method|Allow: GET, HEAD, POST\r\n", "\n" },
		{ "OPTIONS * HTTP/1.1\r\n\r\n", "405 Method|Allow: GET, HEAD, POST\r\n", "\n" },
		{ "CONNECT a:1 HTTP/1.1\r\n\r\n", "405 Method|Connection: close\r\n", "\n" },
		{ "GET / HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n",
			"200 OK", NULL },
		{ "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400 Bad|Connection: close\r\n", "\n" },
		{ "GET / HTTP/2.0\r\n\r\n", "400 Bad|Connection: close\r\n", "\n" },
		{ "GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n", "400 Bad|Connection: close\r\n",
			"\n" },
		{ "POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\na",
			"400 Bad", "\n" },
		{ "POST / HTTP/1.1\r\nContent-Length: 1048577\r\n\r\n",
			"413 Payload|Connection: close\r\n", "\n" },
		{ "\1\2\3", "400 Bad|Connection: close\r\n", "\n" },
	};
	struct server server;
	char fill[64];

	origin_fill(fill, sizeof fill, 0);
	server_setup(&server, form, "response_bytes=64");
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		size_t size, end = rows[i].end ? strlen(rows[i].end) : sizeof fill;
		char wanted[256], *rest = wanted, *word;
		char *reply = ask(&server, rows[i].request, strlen(rows[i].request), &size);
		snprintf(wanted, sizeof wanted, "HTTP/1.1 %s", rows[i].head);
		check(size > end && count(reply, size, "HTTP/1.1 ") == 1);
		while ((word = strsep(&rest, "|")))
			if (!strstr(reply, word))
				fail_case("%s: %s, without %s", rows[i].request, reply, word);
		if (memcmp(reply + size - end, rows[i].end ? rows[i].end : fill, end) != 0)
			fail_case("%s: %s", rows[i].request, reply);
		free(reply);
	}
	server_teardown(&server);
}

static void pipelined_requests_are_answered_in_order(void (*form)(struct server *))
{
	struct server server;
	char request[20000], expected[16];
	size_t request_bytes = 0, size;

	server_setup(&server, form, "response_bytes=10");
	for (int i = 0; i < 100; i++)
		request_bytes += sprintf(request + request_bytes,
			"GET / HTTP/1.1\r\n\r\nPOST / HTTP/1.1\r\nContent-Length: 5\r\n\r\n<%03d>",
			i);
	char *reply = ask(&server, request, request_bytes, &size);
	check_equal(count(reply, size, "HTTP/1.1 200 OK\r\n"), 200);
	const char *at = reply;
	for (int i = 0; i < 100; i++) {
		sprintf(expected, "<%03d>", i);
		at = memmem(at, reply + size - at, expected, strlen(expected));
		check(at != NULL);
	}
	free(reply);
	server_teardown(&server);
}

/* Below and above what is sent with the head, and more than a socket takes at once. */
static void bodies_of_all_sizes(void (*form)(struct server *))
{
	static const char *const sizes[] = { "0", "1", "16000", "16384", "70000", "16777216" };
	static const char request[] = "GET / HTTP/1.1\r\n\r\nHEAD / HTTP/1.1\r\n\r\n"
				      "GET / HTTP/1.1\r\nConnection: close\r\n\r\n";

	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct server server;
		char params[64];
		size_t size, bytes = strtoul(sizes[i], NULL, 10);
		char *body = malloc(bytes + 1);
		snprintf(params, sizeof params, "response_bytes=%s", sizes[i]);
		server_setup(&server, form, params);
		origin_fill(body, bytes, 0);
		const char *asked = bytes > 1 << 20 ? strstr(request, "HEAD") : request;
		char *reply = ask(&server, asked, strlen(asked), &size);
		check(size > bytes && memcmp(reply + size - bytes, body, bytes) == 0);
		check_equal(count(reply, size, "Content-Length: "), asked == request ? 3 : 2);
		if (asked == request)
			check(memcmp(strstr(reply, "\r\n\r\n") + 4, body, bytes) == 0);
		free(reply);
		free(body);
		server_teardown(&server);
	}
}

static void a_posted_body_comes_back(void (*form)(struct server *))
{
	enum { BYTES = 1 << 20 };
	struct server server;
	char *request = malloc(BYTES + 100);
	size_t size,
		head = sprintf(request,
			"POST / HTTP/1.1\r\nContent-Length: %d\r\nConnection: close\r\n\r\n",
			BYTES);

	origin_fill(request + head, BYTES, 7);
	server_setup(&server, form, "");
	char *reply = ask(&server, request, head + BYTES, &size);
	check(size > BYTES && memcmp(reply + size - BYTES, request + head, BYTES) == 0);
	free(reply);
	free(request);
	server_teardown(&server);
}

/* Bytes that come one at a time are served, but not for ever. */
static void a_request_has_time_to_come(void (*form)(struct server *))
{
	static const char request[] = "GET / HTTP/1.0\r\n\r\n";
	struct server server;
	size_t size;

	server_setup(&server, form, "header_ms=10000");
	server_connect(&server);
	for (const char *c = request; *c; c++) {
		say(&server, c, 1);
		usleep(1000);
	}
	char *reply = hear(&server, &size);
	check(strncmp(reply, "HTTP/1.1 200", 12) == 0);
	free(reply);
	server_disconnect(&server);
	server_teardown(&server);

	server_setup(&server, form, "header_ms=100");
	server_connect(&server);
	int64_t start_ns = io_now_ns(), took_ns = 0;
	char first = 0;
	say(&server, "GET /", 5);
	while (recv(server.client, &first, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
		took_ns < 5000 * ms_ns) {
		send(server.client, "a", 1, MSG_NOSIGNAL);
		usleep(1000);
		took_ns = io_now_ns() - start_ns;
	}
	check(took_ns >= 99 * ms_ns && took_ns < 5000 * ms_ns);
	reply = hear(&server, &size);
	check(strncmp(reply, "HTTP/1.1 408", 12) == 0);
	check(strstr(reply, "Connection: close\r\n") != NULL);
	free(reply);
	server_disconnect(&server);
	server_teardown(&server);
}

static void silence_is_cut_off(void (*form)(struct server *))
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\n";
	struct server server;
	size_t size;

	server_setup(&server, form, "idle_ms=100 response_bytes=10");
	server_connect(&server);
	free(hear(&server, &size));
	check_equal(size, 0);
	server_disconnect(&server);
	server_connect(&server);
	for (int i = 0; i < 10; i++) {
		usleep(20000); /* never idle for long, together longer than idle_ms */
		say(&server, request, sizeof request - 1);
	}
	char *reply = hear(&server, &size);
	check_equal(count(reply, size, "HTTP/1.1 200 OK\r\n"), 10);
	free(reply);
	server_disconnect(&server);
	server_teardown(&server);
}

/* It is the service that ends, while the client is still there. */
static void a_client_that_does_not_read_is_cut_off(void (*form)(struct server *))
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
	struct server server;

	server_setup(&server, form, "idle_ms=100 response_bytes=16777216");
	server_connect(&server);
	say(&server, request, sizeof request - 1);
	check_equal(pthread_join(server.thread, NULL), 0);
	close(server.client);
	server_teardown(&server);
}

static void a_reset_ends_only_the_connection(void (*form)(struct server *))
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\n";
	static const struct linger reset = { .l_onoff = 1 };
	struct server server;
	char some[1000];

	server_setup(&server, form, "response_bytes=16777216 delay_ms=20");
	for (int i = 0; i < 4; i++) {
		server_connect(&server);
		say(&server, request, i == 0 ? 5 : sizeof request - 1);
		if (i > 1)
			check(recv(server.client, some, sizeof some, 0) > 0);
		setsockopt(server.client, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
		server_disconnect(&server);
	}
	server_teardown(&server);
}

/* What a stop of the service does to a connection: it reads the end of file. */
static void a_stop_lets_requests_be_answered(void (*form)(struct server *))
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
	struct server server;
	size_t size;

	server_setup(&server, form, "delay_ms=100 response_bytes=10");
	server_connect(&server);
	say(&server, request, sizeof request - 1);
	usleep(50000);
	shutdown(server.fd, SHUT_RD);
	char *reply = hear(&server, &size);
	check_equal(count(reply, size, "HTTP/1.1 200 OK\r\n"), 2);
	free(reply);
	server_disconnect(&server);
	server_teardown(&server);
}

static int64_t timed(struct server *server, const char *expected)
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\n";
	size_t size;
	int64_t start_ns = io_now_ns();
	char *reply = ask(server, request, sizeof request - 1, &size);
	int64_t took_ns = io_now_ns() - start_ns;

	if (strncmp(reply + 9, expected, 3) != 0)
		fail_case("%.12s, not %s", reply, expected);
	free(reply);
	return took_ns;
}

static int64_t thread_cpu_ns(pthread_t thread)
{
	clockid_t clock;
	struct timespec now;

	check_equal(pthread_getcpuclockid(thread, &clock), 0);
	check_equal(clock_gettime(clock, &now), 0);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void it_computes_and_waits(void (*form)(struct server *))
{
	static const char request[] = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
	struct server server;
	char first;

	server_setup(&server, form, "delay_ms=50 cpu_us=20000");
	check(timed(&server, "200") >= 70 * ms_ns);
	server_connect(&server);
	say(&server, request, sizeof request - 1);
	check_equal(recv(server.client, &first, 1, 0), 1);
	int64_t cpu_ns = thread_cpu_ns(server.thread);
	check(cpu_ns >= 20 * ms_ns);
	server_disconnect(&server);
	server_teardown(&server);
}

static void backends_are_asked_in_turn_or_at_once(void (*form)(struct server *))
{
	struct server server;

	server_setup(&server, form, "backend=4 backend_ms=100 gather=turn");
	check(timed(&server, "200") >= 400 * ms_ns);
	server_teardown(&server);
	server_setup(&server, form, "backend=4 backend_ms=100 gather=gathered");
	int64_t took_ns = timed(&server, "200");
	check(took_ns >= 100 * ms_ns && took_ns < 300 * ms_ns);
	server_teardown(&server);
}

static void a_lost_backend_is_a_bad_gateway(void (*form)(struct server *))
{
	static const char *const params[] = { "backend=3 gather=turn",
		"backend=3 gather=gathered" };

	for (int i = 0; i < 2; i++) {
		struct server server;
		server_setup(&server, form, params[i]);
		timed(&server, "200");
		origin_stop(&server.origin);
		timed(&server, "502");
		server_teardown(&server);
	}
}

struct form_case {
	void (*fn)(void (*form)(struct server *));
	void (*form)(struct server *);
};

static void run_case(const void *arg)
{
	const struct form_case *test = arg;
	struct holdings before;

	holdings_warm_up();
	holdings_take(&before);
	test->fn(test->form);
	holdings_check(&before);
}

static void run_in_child(void **state)
{
	child_must_pass(LIMIT_S, run_case, *state);
}

/* clang-format off */
#define CASE(fn) { #fn, fn }
/* clang-format on */

static const struct {
	const char *name;
	void (*form)(struct server *);
} forms[] = {
	{ "blocking", serve_blocking },
	{ "coroutine", serve_coroutine },
	{ "callback", serve_callback },
};

static const struct {
	const char *name;
	void (*fn)(void (*form)(struct server *));
} cases[] = {
	CASE(requests_and_what_they_get),
	CASE(pipelined_requests_are_answered_in_order),
	CASE(bodies_of_all_sizes),
	CASE(a_posted_body_comes_back),
	CASE(a_request_has_time_to_come),
	CASE(silence_is_cut_off),
	CASE(a_client_that_does_not_read_is_cut_off),
	CASE(a_reset_ends_only_the_connection),
	CASE(a_stop_lets_requests_be_answered),
	CASE(it_computes_and_waits),
	CASE(backends_are_asked_in_turn_or_at_once),
	CASE(a_lost_backend_is_a_bad_gateway),
};

enum { FORMS = sizeof forms / sizeof *forms, TESTS = FORMS * sizeof cases / sizeof *cases };

int main(void)
{
	static struct form_case form_cases[TESTS];
	static char names[TESTS][96];
	struct CMUnitTest tests[TESTS] = { 0 };

	setenv("CONCBENCH", "build/concbench", 0);
	signal(SIGPIPE, SIG_IGN); /* as `serve` does */
	for (unsigned i = 0; i < TESTS; i++) {
		form_cases[i] = (struct form_case){ cases[i / FORMS].fn, forms[i % FORMS].form };
		snprintf(names[i], sizeof names[i], "%s: %s", forms[i % FORMS].name,
			cases[i / FORMS].name);
		tests[i] = (struct CMUnitTest){
			.name = names[i], .test_func = run_in_child, .initial_state = &form_cases[i]
		};
	}
	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}
