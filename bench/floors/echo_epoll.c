/* SPDX-License-Identifier: MIT */
/*
 * The floor of the echo service: epoll by hand. What has been read is written
 * at once; only what does not fit is kept, and until that is written the
 * connection is not read.
 */
#include <string.h>

#include "floor_server.h"

struct rest {
	size_t size, sent;
	char data[];
};

static struct rest *rests[FLOOR_FDS]; /* by descriptor; NULL while all is written */
static char input[FLOOR_INPUT_BYTES];

static void opened(int fd)
{
	rests[fd] = NULL;
}

static void end(int fd)
{
	free(rests[fd]);
	close(fd);
}

static void keep(int epoll, int fd, const char *data, size_t size)
{
	struct rest *rest = malloc(sizeof *rest + size);

	if (!rest)
		floor_die("malloc");
	*rest = (struct rest){ .size = size };
	memcpy(rest->data, data, size);
	rests[fd] = rest;
	floor_watch(epoll, EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void write_rest(int epoll, int fd)
{
	struct rest *rest = rests[fd];
	ssize_t written = write(fd, rest->data + rest->sent, rest->size - rest->sent);

	if (written < 0) {
		if (errno != EAGAIN)
			end(fd);
		return;
	}
	rest->sent += written;
	if (rest->sent < rest->size)
		return;
	free(rest);
	rests[fd] = NULL;
	floor_watch(epoll, EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void echo(int epoll, int fd)
{
	ssize_t size = read(fd, input, sizeof input);

	if (size < 0 && errno == EAGAIN)
		return;
	if (size <= 0) {
		end(fd);
		return;
	}
	ssize_t written = write(fd, input, size);
	if (written < 0 && errno == EAGAIN)
		written = 0;
	if (written < 0)
		end(fd);
	else if (written < size)
		keep(epoll, fd, input + written, size - written);
}

static void ready(int epoll, int fd)
{
	if (rests[fd])
		write_rest(epoll, fd);
	else
		echo(epoll, fd);
}

int main(int argc, char **argv)
{
	floor_serve(floor_listen(argc, argv), opened, ready);
}
