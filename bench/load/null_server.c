/* SPDX-License-Identifier: MIT */
#include "null_server.h"

#include <errno.h>
#include <math.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../process.h"

enum { EVENTS = 256, BACKLOG = 4096, BUFFER_BYTES = 65536 };

/* A connection of the server's: how much of a request came, how much of a reply is to go. */
struct peer {
	int fd;
	bool greeted;
	size_t got, left;
};

struct serving {
	const struct talk *talk;
	const struct answers *answers;
	int epoll, listener;
	char buffer[BUFFER_BYTES];
};

static void drop(struct peer *peer)
{
	close(peer->fd);
	free(peer);
}

static void add(const struct serving *serving)
{
	struct epoll_event event = { .events = EPOLLIN };
	int one = 1, fd;

	while ((fd = accept4(serving->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct peer *peer = event.data.ptr = calloc(1, sizeof *peer);
		if (!peer || epoll_ctl(serving->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
			close(fd);
			free(peer);
			continue;
		}
		peer->fd = fd;
		peer->greeted = !serving->talk->hello;
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	}
}

/* Send what is left of the reply; false when the connection has ended. */
static bool answer(const struct serving *serving, struct peer *peer)
{
	const struct answers *answers = serving->answers;
	const char *data = peer->greeted ? answers->reply : answers->hello;
	size_t size = peer->greeted ? answers->reply_bytes : answers->hello_bytes;
	struct epoll_event event = { .data.ptr = peer };

	ssize_t n = send(peer->fd, data + size - peer->left, peer->left, MSG_NOSIGNAL);
	if (n < 0 && errno != EAGAIN)
		return false;
	size_t before = peer->left;
	peer->left -= n > 0 ? n : 0;
	if (peer->left == 0 && peer->greeted && answers->closes)
		return false;
	if (peer->left == 0)
		peer->greeted = true;
	event.events = peer->left > 0 ? EPOLLOUT : EPOLLIN;
	return (peer->left == 0 && before == size) ||
		epoll_ctl(serving->epoll, EPOLL_CTL_MOD, peer->fd, &event) == 0;
}

static bool take(struct serving *serving, struct peer *peer)
{
	const struct talk *talk = serving->talk;
	size_t size = peer->greeted ? talk->request_bytes : talk->hello_bytes;
	ssize_t n = recv(peer->fd, serving->buffer, BUFFER_BYTES, 0);

	if (n <= 0)
		return n < 0 && errno == EAGAIN;
	peer->got += n;
	if (peer->got < size)
		return true;
	peer->got = 0;
	peer->left = peer->greeted ? serving->answers->reply_bytes : serving->answers->hello_bytes;
	return answer(serving, peer);
}

static void serve(struct serving *serving)
{
	struct epoll_event events[EVENTS];

	for (;;) {
		int count = epoll_wait(serving->epoll, events, EVENTS, -1);
		for (int i = 0; i < count; i++) {
			struct peer *peer = events[i].data.ptr;
			if (!peer)
				add(serving);
			else if (!(peer->left > 0 ? answer(serving, peer) : take(serving, peer)))
				drop(peer);
		}
	}
}

static void child(struct serving *serving, pid_t parent, const cpu_set_t *cpus)
{
	struct epoll_event event = { .events = EPOLLIN };

	signal(SIGINT, SIG_IGN); /* a terminal's is for the load, which ends this */
	signal(SIGTERM, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, "null server");
	if (getppid() != parent || (cpus && sched_setaffinity(0, sizeof *cpus, cpus) != 0))
		_exit(1);
	descriptors_raise();
	serving->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_ctl(serving->epoll, EPOLL_CTL_ADD, serving->listener, &event) == 0)
		serve(serving);
	_exit(1);
}

static int make_listener(struct sockaddr_in *address)
{
	socklen_t size = sizeof *address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)address, sizeof *address) == 0 &&
		listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)address, &size) == 0)
		return fd;
	int err = -errno;
	close(fd);
	return err;
}

int null_server_start(struct null_server *server, const struct talk *talk,
	const struct answers *answers, const cpu_set_t *cpus)
{
	struct serving *serving = calloc(1, sizeof *serving);
	pid_t parent = getpid();

	server->pid = 0;
	if (!serving)
		return -ENOMEM;
	serving->talk = talk;
	serving->answers = answers;
	serving->listener = make_listener(&server->address);
	int err = serving->listener < 0 ? serving->listener : 0;
	if (!err) {
		pid_t pid = fork();
		if (pid == 0)
			child(serving, parent, cpus);
		if (pid < 0)
			err = -errno;
		else
			server->pid = pid;
		close(serving->listener);
	}
	free(serving);
	return err;
}

void null_server_stop(struct null_server *server)
{
	if (server->pid <= 0)
		return;
	kill(server->pid, SIGKILL);
	while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
		;
	server->pid = 0;
}

int load_ceiling(const struct load_spec *spec, const struct answers *answers, double *ceiling_per_s)
{
	struct null_server server;
	struct load_spec null_spec = *spec;
	struct load_result *result = load_result_new();

	*ceiling_per_s = NAN;
	if (!result)
		return -ENOMEM;
	int err = null_server_start(&server, spec->talk, answers, spec->server_cpus);
	if (!err) {
		null_spec.address = server.address;
		null_spec.rate_per_s = 0;
		null_spec.warmup_ns = 100000000;
		null_spec.duration_ns = 500000000;
		null_spec.live = NULL;
		null_spec.loaded = NULL;
		err = load_run(&null_spec, result);
		null_server_stop(&server);
	}
	if (!err && load_errors(result) == 0 && result->answered > 0)
		*ceiling_per_s = load_throughput(result);
	load_result_free(result);
	return err;
}
