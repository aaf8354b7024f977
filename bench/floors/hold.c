/* SPDX-License-Identifier: MIT */
/*
 * Hold N idle connections to a server, so that its memory for them can be read
 * off: `hold ADDR:PORT N` prints "held N" when all are connected, and ends when
 * its standard input does. Its status is 1 where the server has not kept them.
 */
#include <stdbool.h>

#include "../cli.h"
#include "floor_server.h"

static int connect_to(const struct sockaddr_in *address)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)address, sizeof *address) != 0)
		floor_die("cannot connect");
	return fd;
}

/* An idle connection has nothing to read, neither bytes nor its end. */
static bool is_held(int fd)
{
	char byte;

	return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

static void await_end_of_input(void)
{
	char ignored[64];

	while (read(STDIN_FILENO, ignored, sizeof ignored) > 0)
		;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int wanted = argc == 3 ? atoi(argv[2]) : 0, held = 0;

	if (wanted <= 0) {
		fprintf(stderr, "usage: %s ADDR:PORT N\n", argv[0]);
		return 2;
	}
	if (cli_address("hold", argv[1], &address) != 0)
		return 2;
	floor_raise_fds();
	int *fds = calloc(wanted, sizeof *fds);
	if (!fds)
		floor_die("calloc");
	for (int i = 0; i < wanted; i++)
		fds[i] = connect_to(&address);
	printf("held %d\n", wanted);
	fflush(stdout);
	await_end_of_input();
	for (int i = 0; i < wanted; i++)
		held += is_held(fds[i]);
	if (held < wanted)
		fprintf(stderr, "the server has ended or answered %d of them\n", wanted - held);
	free(fds);
	return held < wanted;
}
