/* SPDX-License-Identifier: MIT */
#include "descriptor.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

/* A message carries a byte, because one without data would not be delivered. */
struct carrier {
	char byte;
	struct iovec data;
	struct msghdr message;
	union {
		struct cmsghdr header; /* for its alignment */
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
};

static void carrier_init(struct carrier *carrier)
{
	*carrier = (struct carrier){ .data = { &carrier->byte, 1 } };
	carrier->message = (struct msghdr){ .msg_iov = &carrier->data,
		.msg_iovlen = 1,
		.msg_control = carrier->control.bytes,
		.msg_controllen = sizeof carrier->control.bytes };
}

int descriptor_pass(int channel, int fd)
{
	struct carrier carrier;

	carrier_init(&carrier);
	carrier.control.header.cmsg_level = SOL_SOCKET;
	carrier.control.header.cmsg_type = SCM_RIGHTS;
	carrier.control.header.cmsg_len = CMSG_LEN(sizeof fd);
	memcpy(CMSG_DATA(&carrier.control.header), &fd, sizeof fd);
	return sendmsg(channel, &carrier.message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

int descriptor_receive(int channel)
{
	struct carrier carrier;
	int fd;

	carrier_init(&carrier);
	ssize_t n = recvmsg(channel, &carrier.message, MSG_CMSG_CLOEXEC);
	if (n < 0)
		return -errno;
	if (n == 0 || !CMSG_FIRSTHDR(&carrier.message))
		return -EPIPE;
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&carrier.message)), sizeof fd);
	return fd;
}
