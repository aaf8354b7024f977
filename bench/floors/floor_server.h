/* SPDX-License-Identifier: MIT */
#ifndef FLOORS_FLOOR_SERVER_H
#define FLOORS_FLOOR_SERVER_H

/*
 * What the hand-written servers share. Each is `PROGRAM [PORT]`: one thread that
 * listens on 127.0.0.1 (without a port, or at 0, on a free one), prints
 * ADDR:PORT as one line and ends on SIGTERM with status 0. A server that lacks
 * descriptors or memory ends loudly, as nothing sound is left to measure.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	FLOOR_FDS = 1 << 20, /* no descriptor is as high as this */
	FLOOR_BACKLOG = 4096,
	FLOOR_INPUT_BYTES = 16384, /* what is read at a time */
	FLOOR_EVENTS = 1024,
};

static inline _Noreturn void floor_die(const char *what)
{
	perror(what);
	exit(1);
}

/* Let the process have as many descriptors as it may, but fewer than FLOOR_FDS. */
static inline void floor_raise_fds(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		floor_die("getrlimit");
	limit.rlim_cur = limit.rlim_max < FLOOR_FDS ? limit.rlim_max : FLOOR_FDS;
	if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
		floor_die("setrlimit");
}

static inline void floor_end(int signal_number)
{
	(void)signal_number;
	_exit(0);
}

/* Prepare the process and listen; the address has been printed. Returns a non-blocking socket. */
static inline int floor_listen(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(argc > 1 ? atoi(argv[1]) : 0) };
	socklen_t size = sizeof address;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, floor_end);
	floor_raise_fds();
	/* Accepted sockets inherit TCP_NODELAY, which saves a system call each. */
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) != 0 ||
		bind(fd, (struct sockaddr *)&address, size) != 0 ||
		listen(fd, FLOOR_BACKLOG) != 0 ||
		getsockname(fd, (struct sockaddr *)&address, &size) != 0)
		floor_die("cannot listen");
	printf("127.0.0.1:%d\n", ntohs(address.sin_port));
	fflush(stdout);
	return fd;
}

/* epoll_ctl, for EPOLLIN or EPOLLOUT. */
static inline void floor_watch(int epoll, int operation, int fd, uint32_t events)
{
	struct epoll_event event = { .events = events, .data.fd = fd };

	if (epoll_ctl(epoll, operation, fd, &event) != 0)
		floor_die("epoll_ctl");
}

static inline void floor_accept(int epoll, int listener, void (*opened)(int fd))
{
	int fd;

	while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		opened(fd);
		floor_watch(epoll, EPOLL_CTL_ADD, fd, EPOLLIN);
	}
	if (errno != EAGAIN && errno != ECONNABORTED)
		floor_die("accept");
}

/*
 * Turn a level-triggered epoll loop: opened is called with each new connection,
 * which is watched for input, and ready with each that can go on.
 */
static inline _Noreturn void floor_serve(
	int listener, void (*opened)(int fd), void (*ready)(int epoll, int fd))
{
	struct epoll_event events[FLOOR_EVENTS];
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		floor_die("epoll_create1");
	floor_watch(epoll, EPOLL_CTL_ADD, listener, EPOLLIN);
	for (;;) {
		int count = epoll_wait(epoll, events, FLOOR_EVENTS, -1);
		if (count < 0 && errno != EINTR)
			floor_die("epoll_wait");
		for (int i = 0; i < count; i++) {
			int fd = events[i].data.fd;
			if (fd == listener)
				floor_accept(epoll, listener, opened);
			else
				ready(epoll, fd);
		}
	}
}

#endif
