/* SPDX-License-Identifier: MIT */
/* io_fetch in every world: against the origin, and against servers that misbehave. */
#include "worlds.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>

#include "../bench/origin.h"

enum { SINK_BYTES = 5 * 1024 * 1024 };

/* A server in a thread of its own, that says the same to everybody, one after the other. */
struct server {
	const char *answer;
	bool keep_alive; /* go on to the next request of the connection */
	int fd, port;
	pthread_t thread;
	atomic_int client; /* -1 when nobody is connected */
	atomic_int connections;
	atomic_bool stop;
};

/* Read up to the end of a request's head; false when there is none. */
static bool read_request(int fd)
{
	char head[4096];
	size_t size = 0;
	ssize_t n;

	while ((n = recv(fd, head + size, sizeof head - size, 0)) > 0) {
		size += n;
		if (memmem(head, size, "\r\n\r\n", 4))
			return true;
	}
	return false;
}

static void *serve(void *arg)
{
	struct server *server = arg;
	int fd;

	while ((fd = accept4(server->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		server->connections++;
		server->client = fd;
		while (!server->stop && read_request(fd)) {
			if (send(fd, server->answer, strlen(server->answer), MSG_NOSIGNAL) < 0)
				break;
			if (!server->keep_alive)
				break;
		}
		server->client = -1;
		close(fd);
	}
	return NULL;
}

/* Bound to a port, where nobody listens yet: until it is closed nobody else is given the port. */
static int bind_to(struct sockaddr_in *addr)
{
	socklen_t size = sizeof *addr;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*addr = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	check_equal(bind(fd, (struct sockaddr *)addr, sizeof *addr), 0);
	check_equal(getsockname(fd, (struct sockaddr *)addr, &size), 0);
	return fd;
}

static int listen_on(struct sockaddr_in *addr, int backlog)
{
	int fd = bind_to(addr);

	check_equal(listen(fd, backlog), 0);
	return fd;
}

static void server_start(struct server *server, const char *answer, bool keep_alive)
{
	struct sockaddr_in addr;

	*server = (struct server){ .answer = answer, .keep_alive = keep_alive, .client = -1 };
	server->fd = listen_on(&addr, 16);
	server->port = ntohs(addr.sin_port);
	check_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(struct server *server)
{
	server->stop = true;
	shutdown(server->fd, SHUT_RD);
	int client = server->client;
	if (client >= 0)
		shutdown(client, SHUT_RD);
	check_equal(pthread_join(server->thread, NULL), 0);
	close(server->fd);
}

/* A fetch into a buffer on the heap, so that a sanitizer sees its end. */
struct got {
	struct io_fetch fetch;
	char url[256];
	int status;
};

static void get(struct got *got, int port, const char *path, size_t capacity, int64_t deadline_ns)
{
	*got = (struct got){ .fetch = { .deadline_ns = deadline_ns, .capacity = capacity } };
	snprintf(got->url, sizeof got->url, "http://127.0.0.1:%d%s", port, path);
	got->fetch.url = got->url;
	got->fetch.body = malloc(capacity);
	check(got->fetch.body != NULL);
	got->status = io_fetch(&got->fetch);
}

/* A fetch whose body is of no interest. */
static void get_gives(int port, const char *path, size_t capacity, int64_t deadline_ns, int status)
{
	struct got got;

	get(&got, port, path, capacity, deadline_ns);
	check_equal(got.status, status);
	free(got.fetch.body);
}

/* So many bytes of the origin's body, whole. */
static void get_body(int port, size_t bytes, size_t capacity)
{
	struct got got;
	char path[64];
	char *expected = malloc(bytes + 1);

	snprintf(path, sizeof path, "/body?bytes=%zu", bytes);
	get(&got, port, path, capacity, soon_ns());
	check_equal(got.status, 200);
	check_equal(got.fetch.body_bytes, bytes);
	origin_fill(expected, bytes, 0);
	check(memcmp(got.fetch.body, expected, bytes) == 0);
	free(expected);
	free(got.fetch.body);
}

static void bodies_of_all_sizes(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	get_body(origin.port, 0, 1);
	get_body(origin.port, 1, 1);
	get_body(origin.port, 4096, 5000);
	get_body(origin.port, 1000000, 1000000);
	origin_stop(&origin);
}

static void statuses_are_returned(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	get_gives(origin.port, "/no/such/path", 1000, soon_ns(), 404);
	get_gives(origin.port, "/body?bytes=minus", 1000, soon_ns(), 400);
	get_body(origin.port, 100, 100);
	origin_stop(&origin);
}

static void too_long_a_body(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	get_gives(origin.port, "/body?bytes=101", 100, soon_ns(), -EMSGSIZE);
	get_gives(origin.port, "/body?bytes=1000000", 999999, soon_ns(), -EMSGSIZE);
	get_body(origin.port, 100, 100);
	origin_stop(&origin);
}

/* What a sink got: it must be the origin's body from the start, without a gap. */
struct sink {
	size_t bytes;
	size_t calls;
	bool slow;
	size_t fail_at; /* bytes; 0 for never */
};

static int sink(void *arg, const char *data, size_t size)
{
	struct sink *sunk = arg;
	char *expected = malloc(size);

	check(expected != NULL && size > 0);
	origin_fill(expected, size, sunk->bytes);
	if (memcmp(data, expected, size) != 0)
		fail_case("wrong bytes from %zu on", sunk->bytes);
	free(expected);
	sunk->bytes += size;
	sunk->calls++;
	if (sunk->slow && sunk->calls % 8 == 0)
		check_equal(io_sleep(ms_ns), 0);
	return sunk->fail_at && sunk->bytes >= sunk->fail_at ? -EDOM : 0;
}

static int ignore(void *arg, const char *data, size_t size)
{
	(void)arg, (void)data, (void)size;
	return 0;
}

static int sink_body(int port, size_t bytes, struct sink *sunk)
{
	char url[256];
	struct io_fetch fetch = {
		.url = url, .deadline_ns = soon_ns(), .sink = sink, .sink_arg = sunk
	};

	snprintf(url, sizeof url, "http://127.0.0.1:%d/body?bytes=%zu", port, bytes);
	int status = io_fetch(&fetch);
	if (status == 200)
		check_equal(fetch.body_bytes, bytes);
	return status;
}

static void sink_gets_every_byte_in_order(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	for (int slow = 0; slow < 2; slow++) {
		struct sink sunk = { .slow = slow };
		check_equal(sink_body(origin.port, SINK_BYTES, &sunk), 200);
		check_equal(sunk.bytes, SINK_BYTES);
		check(sunk.calls > 1);
	}
	struct sink none = { 0 };
	check_equal(sink_body(origin.port, 0, &none), 200);
	check_equal(none.calls, 0);
	origin_stop(&origin);
}

static void sink_error_is_passed_through(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	for (size_t fail_at = 1; fail_at <= SINK_BYTES; fail_at *= 100) {
		struct sink sunk = { .fail_at = fail_at };
		check_equal(sink_body(origin.port, SINK_BYTES, &sunk), -EDOM);
		check(sunk.bytes >= fail_at);
		get_body(origin.port, 1000, 1000);
	}
	/* The error of the last call counts too. */
	struct sink last = { .fail_at = 1 };
	check_equal(sink_body(origin.port, 1, &last), -EDOM);
	check_equal(last.calls, 1);
	origin_stop(&origin);
}

static void fetch_times_out(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	for (int i = 0; i < 10; i++) {
		int64_t deadline_ns = io_now_ns() + 20 * ms_ns + i * 123457;
		get_gives(
			origin.port, "/body?bytes=10&delay_ms=10000", 10, deadline_ns, -ETIMEDOUT);
		int64_t late_ns = io_now_ns() - deadline_ns;
		if (late_ns < 0)
			fail_case("%lld ns early", (long long)-late_ns);
		check(late_ns < 2000 * ms_ns);
		get_body(origin.port, 1000, 1000);
	}
	get_gives(origin.port, "/body", 10, io_now_ns() - 1, -ETIMEDOUT);
	struct got got;
	get(&got, origin.port, "/body?bytes=10&delay_ms=1", 10, IO_FOREVER);
	check_equal(got.status, 200);
	free(got.fetch.body);
	origin_stop(&origin);
}

static const char pong[] = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npong";

/* A server whose backlog is full: Linux drops a SYN, and the client sends it again after 1 s. */
struct busy {
	struct server server;
	int filler;
};

static void busy_start(struct busy *busy)
{
	struct sockaddr_in addr;

	busy->server = (struct server){ .answer = pong, .client = -1 };
	busy->server.fd = listen_on(&addr, 0);
	busy->server.port = ntohs(addr.sin_port);
	busy->filler = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	check_equal(connect(busy->filler, (struct sockaddr *)&addr, sizeof addr), 0);
}

/* It gets to its work after all. */
static void busy_serve(void *arg)
{
	struct busy *busy = arg;

	check_equal(io_sleep(50 * ms_ns), 0);
	close(busy->filler);
	check_equal(pthread_create(&busy->server.thread, NULL, serve, &busy->server), 0);
}

/*
 * A connection that does not come about: the descriptor that libcurl gives up
 * must be forgotten, as the next connection gets the same number.
 */
static void connecting_times_out(void)
{
	struct origin origin = { 0 };
	struct busy busy;
	struct beside opener;

	busy_start(&busy);
	check_equal(origin_start(&origin), 0);
	for (int i = 0; i < 3; i++) {
		get_gives(busy.server.port, "/", 4, io_now_ns() + 10 * ms_ns, -ETIMEDOUT);
		get_body(origin.port, 1000, 1000);
	}
	beside_start(&opener, busy_serve, &busy);
	get_gives(busy.server.port, "/", 4, soon_ns(), 200);
	beside_join(&opener);
	server_stop(&busy.server);
	origin_stop(&origin);
}

static int connections_of(bool fresh)
{
	struct server server;
	char url[64];

	server_start(&server, pong, true);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/", server.port);
	for (int i = 0; i < 5; i++) {
		char body[4];
		struct io_fetch fetch = { .url = url,
			.deadline_ns = soon_ns(),
			.fresh_connection = fresh,
			.body = body,
			.capacity = sizeof body };
		check_equal(io_fetch(&fetch), 200);
		check_equal(fetch.body_bytes, 4);
		check(memcmp(body, "pong", 4) == 0);
	}
	server_stop(&server);
	return server.connections;
}

static void connections_are_kept_or_fresh(void)
{
	check_equal(connections_of(false), 1);
	check_equal(connections_of(true), 5);
}

/* Once the peer has closed a connection that was kept, the next fetch opens another. */
static void kept_connection_may_be_closed_by_the_peer(void)
{
	struct server server;

	server_start(&server, pong, false);
	for (int i = 0; i < 5; i++) {
		struct got got;
		get(&got, server.port, "/", 4, soon_ns());
		check_equal(got.status, 200);
		free(got.fetch.body);
		check_equal(io_sleep(5 * ms_ns), 0);
	}
	server_stop(&server);
	check_equal(server.connections, 5);
}

static void refused_port(void)
{
	struct sockaddr_in addr;
	int nobody = bind_to(&addr);

	get_gives(ntohs(addr.sin_port), "/", 10, soon_ns(), -ECONNREFUSED);
	get_gives(ntohs(addr.sin_port), "/", 10, IO_FOREVER, -ECONNREFUSED);
	close(nobody);
}

static int fetch_url(const char *url)
{
	char body[16];
	struct io_fetch fetch = {
		.url = url, .deadline_ns = soon_ns(), .body = body, .capacity = sizeof body
	};

	return io_fetch(&fetch);
}

static void malformed_urls(void)
{
	check_equal(fetch_url(""), -EINVAL);
	check_equal(fetch_url("http://"), -EINVAL);
	check_equal(fetch_url("http://127.0.0.1:99999/"), -EINVAL);
	check_equal(fetch_url("http://[127.0.0.1/"), -EINVAL);
	check_equal(fetch_url("nosuchscheme://127.0.0.1/"), -EPROTO);
	check_equal(fetch_url("file:///etc/hostname"), -EPROTO);
}

static void misbehaving(const char *answer, int err)
{
	struct server server;

	server_start(&server, answer, false);
	for (int i = 0; i < 2; i++) {
		struct got got;
		get(&got, server.port, "/", 5000, soon_ns());
		if (got.status != err)
			fail_case("%.20s..: %d, not %d", answer, got.status, err);
		free(got.fetch.body);
	}
	server_stop(&server);
}

static void servers_that_misbehave(void)
{
	misbehaving("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nbut here it ends", -ECONNRESET);
	misbehaving("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nalso", -ECONNRESET);
	misbehaving("HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", -EPROTO);
	misbehaving("", -ECONNRESET);
	misbehaving("220 mail.example.com ESMTP\r\n", -EPROTO);
	misbehaving("HTTP/1.0 200 OK\r\n\r\nto the end of file", 200);
}

/* A sink sees what came before the server broke off. */
static void breaking_off_reaches_a_sink(void)
{
	static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
	char text[2 * sizeof answer];
	struct server server;
	struct sink sunk = { 0 };
	unsigned char first;

	origin_fill(&first, 1, 0);
	snprintf(text, sizeof text, "%s%c", answer, first);
	server_start(&server, text, false);
	check_equal(sink_body(server.port, 1000, &sunk), -ECONNRESET);
	check_equal(sunk.bytes, first != 0);
	server_stop(&server);
}

struct crowd {
	int port;
	atomic_int good;
};

static void fetch_some(void *arg)
{
	struct crowd *crowd = arg;

	for (int i = 0; i < 5; i++) {
		struct sink sunk = { 0 };
		get_body(crowd->port, 20000, 20000);
		check_equal(sink_body(crowd->port, 200000, &sunk), 200);
		get_gives(crowd->port, "/body?bytes=1&delay_ms=10000", 1, io_now_ns() + ms_ns,
			-ETIMEDOUT);
	}
	crowd->good++;
}

static void many_at_once(void)
{
	enum { MANY = 30 };
	struct beside besides[MANY];
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	struct crowd crowd = { .port = origin.port };
	for (int i = 0; i < MANY; i++)
		beside_start(&besides[i], fetch_some, &crowd);
	for (int i = 0; i < MANY; i++)
		beside_join(&besides[i]);
	check_equal(crowd.good, MANY);
	origin_stop(&origin);
}

/* Gather count fetches of that path, one body after the other, and give how long it took. */
static int64_t gather_bodies(int port, const char *path, unsigned count, size_t bytes)
{
	struct io_fetch fetch[IO_GATHER_MAX], *fetches[IO_GATHER_MAX];
	char url[256];
	char *bodies = malloc(count * bytes), *expected = malloc(bytes);

	snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, path);
	for (unsigned i = 0; i < count; i++) {
		fetch[i] = (struct io_fetch){ .url = url,
			.deadline_ns = soon_ns(),
			.body = bodies + i * bytes,
			.capacity = bytes };
		fetches[i] = &fetch[i];
	}
	int64_t start_ns = io_now_ns();
	io_gather(fetches, count);
	int64_t took_ns = io_now_ns() - start_ns;
	origin_fill(expected, bytes, 0);
	for (unsigned i = 0; i < count; i++) {
		check_equal(fetch[i].status, 200);
		check_equal(fetch[i].body_bytes, bytes);
		check(memcmp(fetch[i].body, expected, bytes) == 0);
	}
	free(bodies);
	free(expected);
	return took_ns;
}

static void gathered_fetches_wait_together(void)
{
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	gather_bodies(origin.port, "/body?bytes=50000", IO_GATHER_MAX, 50000);
	int64_t took_ns = gather_bodies(
		origin.port, "/body?bytes=1000&delay_ms=100", IO_GATHER_MAX, 1000);
	check(took_ns >= 100 * ms_ns);
	check(took_ns < IO_GATHER_MAX * 100 * ms_ns / 2);
	for (unsigned count = 0; count < IO_GATHER_MAX; count++)
		gather_bodies(origin.port, "/body?bytes=1000", count, 1000);
	get_body(origin.port, 1000, 1000);
	origin_stop(&origin);
}

/* Each of those gathered comes to what it would have come to alone. */
static void gathered_fetches_fail_alone(void)
{
	struct origin origin = { 0 };
	struct sockaddr_in addr;
	char urls[5][64], body[4];
	struct io_fetch fetch[5], *fetches[5];
	static const int statuses[5] = { 200, 404, -ETIMEDOUT, -ECONNREFUSED, -EMSGSIZE };
	static const char *const paths[5] = { "/body?bytes=4", "/none", "/body?delay_ms=10000", "/",
		"/body?bytes=5" };

	check_equal(origin_start(&origin), 0);
	int nobody = bind_to(&addr);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++) {
			snprintf(urls[i], sizeof urls[i], "http://127.0.0.1:%d%s",
				i == 3 ? ntohs(addr.sin_port) : origin.port, paths[i]);
			fetch[i] = (struct io_fetch){ .url = urls[i],
				.deadline_ns = i == 2 ? io_now_ns() + 50 * ms_ns : soon_ns(),
				.body = body,
				.capacity = i == 1 ? 0 : sizeof body };
			fetches[i] = &fetch[i];
		}
		fetch[1].body = NULL;
		fetch[1].sink = ignore;
		io_gather(fetches, 5);
		for (int i = 0; i < 5; i++)
			check_equal(fetch[i].status, statuses[i]);
	}
	struct io_fetch late = {
		.url = urls[0], .deadline_ns = io_now_ns() - 1, .body = body, .capacity = 4
	};
	io_gather((struct io_fetch *[]){ &late }, 1);
	check_equal(late.status, -ETIMEDOUT);
	close(nobody);
	origin_stop(&origin);
}

/* Sinks that wait, and one that fails. */
static void gathered_sinks(void)
{
	enum { COUNT = 3 };
	struct origin origin = { 0 };
	struct sink sunk[COUNT] = { { 0 }, { .slow = true }, { .fail_at = 100000 } };
	struct io_fetch fetch[COUNT], *fetches[COUNT];
	char url[64];

	check_equal(origin_start(&origin), 0);
	snprintf(url, sizeof url, "http://127.0.0.1:%d/body?bytes=%d", origin.port, SINK_BYTES);
	for (int i = 0; i < COUNT; i++) {
		fetch[i] = (struct io_fetch){
			.url = url, .deadline_ns = soon_ns(), .sink = sink, .sink_arg = &sunk[i]
		};
		fetches[i] = &fetch[i];
	}
	io_gather(fetches, COUNT);
	for (int i = 0; i < 2; i++) {
		check_equal(fetch[i].status, 200);
		check_equal(sunk[i].bytes, SINK_BYTES);
	}
	check_equal(fetch[2].status, -EDOM);
	check(sunk[2].bytes >= sunk[2].fail_at);
	gather_bodies(origin.port, "/body?bytes=1000", IO_GATHER_MAX, 1000);
	origin_stop(&origin);
}

static void gather_some(void *arg)
{
	struct crowd *crowd = arg;

	for (int i = 0; i < 5; i++)
		gather_bodies(crowd->port, "/body?bytes=20000", 5, 20000);
	crowd->good++;
}

static void many_gather_at_once(void)
{
	enum { MANY = 20 };
	struct beside besides[MANY];
	struct origin origin = { 0 };

	check_equal(origin_start(&origin), 0);
	struct crowd crowd = { .port = origin.port };
	for (int i = 0; i < MANY; i++)
		beside_start(&besides[i], gather_some, &crowd);
	for (int i = 0; i < MANY; i++)
		beside_join(&besides[i]);
	check_equal(crowd.good, MANY);
	origin_stop(&origin);
}

int main(void)
{
	static const struct world_case cases[] = {
		WORLD_CASE(bodies_of_all_sizes, EVERY),
		WORLD_CASE(statuses_are_returned, EVERY),
		WORLD_CASE(too_long_a_body, EVERY),
		WORLD_CASE(sink_gets_every_byte_in_order, EVERY),
		WORLD_CASE(sink_error_is_passed_through, EVERY),
		WORLD_CASE(fetch_times_out, EVERY),
		WORLD_CASE(connecting_times_out, EVERY),
		WORLD_CASE(connections_are_kept_or_fresh, EVERY),
		WORLD_CASE(kept_connection_may_be_closed_by_the_peer, EVERY),
		WORLD_CASE(refused_port, EVERY),
		WORLD_CASE(malformed_urls, EVERY),
		WORLD_CASE(servers_that_misbehave, EVERY),
		WORLD_CASE(breaking_off_reaches_a_sink, EVERY),
		WORLD_CASE(many_at_once, EVERY),
		WORLD_CASE(gathered_fetches_wait_together, EVERY),
		WORLD_CASE(gathered_fetches_fail_alone, EVERY),
		WORLD_CASE(gathered_sinks, EVERY),
		WORLD_CASE(many_gather_at_once, EVERY),
	};

	return worlds_run("fetch", cases, sizeof cases / sizeof *cases);
}
