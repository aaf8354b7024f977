/* SPDX-License-Identifier: MIT */
/* The echo's client: a message of bytes that differ, which must come back as it was sent. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../origin.h"
#include "client.h"

static int open(struct talk *talk, const struct params *params, const struct sockaddr_in *address,
	bool known)
{
	size_t size = param_number(params, "message_bytes");
	char *message = malloc(size);

	(void)address, (void)known;
	if (!message)
		return -ENOMEM;
	origin_fill(message, size, 0);
	*talk = (struct talk){
		.request = message,
		.request_bytes = size,
		.expected = message,
		.expected_bytes = size,
		.memory = message,
	};
	return 0;
}

static void close(struct talk *talk)
{
	free(talk->memory);
}

static int take(const struct talk *talk, struct reply *reply, const char *data, size_t size)
{
	if (size > talk->expected_bytes - reply->at ||
		memcmp(talk->expected + reply->at, data, size) != 0)
		return -EBADMSG;
	reply->at += size;
	return reply->at == talk->expected_bytes;
}

const struct client client_echo = { .open = open, .close = close, .take = take };
