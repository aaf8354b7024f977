/* SPDX-License-Identifier: MIT */
#ifndef MODELS_DESCRIPTOR_H
#define MODELS_DESCRIPTOR_H

/* Passing open descriptors to another process over a Unix stream socket: unix(7), SCM_RIGHTS. */

/* Send fd, which stays open here. 0 or -errno; -EPIPE where nobody is left to take it. */
int descriptor_pass(int channel, int fd);

/* Wait for one; it is close-on-exec. Its number, or -errno; -EPIPE at the end of the channel. */
int descriptor_receive(int channel);

#endif
