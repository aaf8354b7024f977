/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../../models/io.h"
#include "null_server.h"

/* One request and its reply under way. */
struct exchange {
	const struct load_spec *spec;
	int fd;
	const char *data; /* what is left of the request */
	size_t left;
	struct reply reply;
	char **kept; /* what came */
	size_t *kept_bytes;
};

/* Add what came to what is kept. */
static int keep(struct exchange *exchange, const char *data, size_t size)
{
	char *longer = realloc(*exchange->kept, *exchange->kept_bytes + size);

	if (!longer)
		return -ENOMEM;
	memcpy(longer + *exchange->kept_bytes, data, size);
	*exchange->kept = longer;
	*exchange->kept_bytes += size;
	return 0;
}

static int write_some(struct exchange *exchange)
{
	ssize_t n = send(exchange->fd, exchange->data, exchange->left, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	exchange->data += n;
	exchange->left -= n;
	return 0;
}

/* 1 when the reply is complete, 0 when more must come, or -errno. */
static int read_some(struct exchange *exchange)
{
	const struct client *client = exchange->spec->client;
	char data[16384];
	ssize_t n = recv(exchange->fd, data, sizeof data, MSG_DONTWAIT);

	if (n < 0)
		return errno == EAGAIN ? 0 : -errno;
	if (n == 0) {
		exchange->reply.closes = true;
		return client->ended && client->ended(&exchange->reply) ? 1 : -EPIPE;
	}
	int got = client->take(exchange->spec->talk, &exchange->reply, data, n);
	int err = got < 0 ? got : keep(exchange, data, n);
	return err ? err : got;
}

/* Both ways at once, as a server that answers while it reads wants to be read. 0 or -errno. */
static int run(struct exchange *exchange)
{
	int64_t deadline_ns = io_now_ns() + exchange->spec->timeout_ns;
	int got = 0;

	while (got == 0) {
		short out = exchange->left > 0 ? POLLOUT : 0;
		struct pollfd waiting = { .fd = exchange->fd, .events = POLLIN | out };
		int64_t left_ms = (deadline_ns - io_now_ns()) / 1000000;
		int ready = left_ms > 0 ? poll(&waiting, 1, (int)left_ms) : 0;
		if (ready < 0)
			return -errno;
		if (ready == 0)
			return -ETIMEDOUT;
		int err = waiting.revents & POLLOUT ? write_some(exchange) : 0;
		if (err)
			return err;
		if (waiting.revents & ~POLLOUT)
			got = read_some(exchange);
	}
	return got < 0 ? got : 0;
}

static int converse(const struct load_spec *spec, int fd, struct answers *answers)
{
	const struct talk *talk = spec->talk;
	struct exchange hello = { .spec = spec,
		.fd = fd,
		.data = talk->hello,
		.left = talk->hello_bytes,
		.reply = { .hello = true },
		.kept = &answers->hello,
		.kept_bytes = &answers->hello_bytes };
	struct exchange request = { .spec = spec,
		.fd = fd,
		.data = talk->request,
		.left = talk->request_bytes,
		.kept = &answers->reply,
		.kept_bytes = &answers->reply_bytes };

	int err = talk->hello ? run(&hello) : 0;
	if (!err)
		err = run(&request);
	answers->closes = request.reply.closes;
	return err;
}

static const char *explain(int err)
{
	switch (err) {
	case -EBADMSG:
		return "it gave a wrong reply";
	case -EPROTO:
		return "its reply is not of this service's protocol";
	case -EPIPE:
		return "it closed the connection without a whole reply";
	case -ETIMEDOUT:
		return "it did not answer in time";
	default:
		return strerror(-err);
	}
}

int answers_learn(const struct load_spec *spec, struct answers *answers, char *reason, size_t size)
{
	int fd = io_socket(AF_INET, SOCK_STREAM);

	*answers = (struct answers){ 0 };
	if (fd < 0)
		return fd;
	int err = io_connect(fd, (const struct sockaddr *)&spec->address, sizeof spec->address,
		io_now_ns() + spec->timeout_ns);
	if (!err)
		err = converse(spec, fd, answers);
	io_close(fd);
	if (err)
		snprintf(reason, size, "%s", explain(err));
	return err;
}

void answers_free(struct answers *answers)
{
	free(answers->hello);
	free(answers->reply);
	*answers = (struct answers){ 0 };
}
